//! Tests that apply keeps a release, and that packages are the same in every build.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use testing::runtime::project;

use super::programs::{PYTHON, Programs, run};

#[test]
fn apply_keeps_the_alias_of_a_release_and_git_ignores_run_folders() {
    let body =
        hcl::parse(&fs::read_to_string(project().join("terraform/modules/bellwether/functions.tf")).unwrap())
            .unwrap();
    let mut blocks = body
        .blocks()
        .filter(|block| block.labels().first().is_some_and(|label| label.as_str() == "aws_lambda_alias"));
    let lifecycle =
        blocks.next().unwrap().body().blocks().find(|block| block.identifier() == "lifecycle").unwrap();
    let ignored =
        lifecycle.body().attributes().find(|attribute| attribute.key() == "ignore_changes").unwrap();
    let ignored = ignored.expr().to_string();
    for kept in ["description", "function_version", "routing_config"] {
        assert!(ignored.contains(kept), "{kept} is not in {ignored}");
    }
    let ignored = fs::read_to_string(Path::new(&project()).join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/.run-*"), "{ignored}");
}

/// Returns two zips of one binary that differ in their metadata.
const ZIPS: &str = "
import zipfile, sys
for path, year, bits in ((sys.argv[1], 2021, 0o644), (sys.argv[2], 2026, 0o755)):
    entry = zipfile.ZipInfo('bootstrap', date_time=(year, 1, 2, 3, 4, 6))
    entry.external_attr, entry.compress_type = bits << 16, zipfile.ZIP_STORED if year == 2021 else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, 'w') as package:
        package.writestr(entry, b'the same binary' * 1000)
";

#[test]
fn the_same_binary_always_gives_the_same_package() {
    let programs = Programs::of("pack", &["sh"]);
    let [one, two] = ["one.zip", "two.zip"].map(|name| programs.0.join(name));
    let paths = [one.to_str().unwrap(), two.to_str().unwrap()];
    assert_eq!(run(&[&[PYTHON, "-c", ZIPS], &paths[..]].concat(), &programs, &[]).code, Some(0));
    let read = || [fs::read(&one).unwrap(), fs::read(&two).unwrap()];
    let before = read();
    assert_ne!(before[0], before[1]);
    assert_eq!(run(&[&[PYTHON, "deploy/pack.py"], &paths[..]].concat(), &programs, &[]).code, Some(0));
    let after = read();
    assert!(after[0] == after[1] && after[0].starts_with(b"PK"), "{} bytes", after[0].len());
}

#[test]
fn build_twice_reports_builds_that_differ() {
    let place = "mkdir -p target/lambda/login && cd target/lambda/login";
    for (content, code, says) in [("same", 0, "1 packages are the same"), ("$PWD", 1, "DIFFERS login")] {
        let programs = Programs::of(&format!("twice-{code}"), &["sh", "mkdir"]);
        let make = programs.0.join("make");
        fs::write(&make, format!("#!/bin/sh\n{place} && printf '%s' \"{content}\" > bootstrap.zip\n"))
            .unwrap();
        fs::set_permissions(&make, fs::Permissions::from_mode(0o755)).unwrap();
        let ended = run(&[PYTHON, "deploy/build_twice.py"], &programs, &[]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.out.iter().any(|line| line.starts_with(says)), "{ended:?}");
    }
    fs::remove_dir_all(project().join(".run-build-twice")).unwrap();
}

#[test]
fn a_package_contains_no_path_of_the_build_host() {
    let programs = Programs::of("build", &["make", "sh"]);
    let dry = run(&["make", "-n", "build", "CARGO_HOME=/home/ada/.cargo"], &programs, &[]);
    let build = dry.out.iter().find(|line| line.contains("RUSTFLAGS=")).unwrap_or_else(|| panic!("{dry:?}"));
    for folder in [project().to_str().unwrap(), "/home/ada/.cargo"] {
        for flag in ["--remap-path-prefix", "-ffile-prefix-map"] {
            assert!(build.contains(&format!("{flag}={folder}=/")), "{flag} of {folder}: {build}");
        }
    }
    assert!(dry.out.iter().any(|line| line.contains("deploy/pack.py target/lambda/")), "{dry:?}");
}

#[test]
fn the_first_run_template_has_a_line_for_each_step() {
    let read = |path: &str| fs::read_to_string(project().join(path)).unwrap();
    let (docs, record) = (read("docs/OPERATIONS.md"), read(".github/ISSUE_TEMPLATE/first-real-run.md"));
    let section = docs.split("\n## ").find(|section| section.starts_with("The first real run")).unwrap();
    let steps: Vec<String> = (section.lines())
        .filter_map(|line| line.split_once(". **")?.1.split_once(".**").map(|(step, _)| step.to_owned()))
        .collect();
    assert_eq!(steps.len(), 12, "{steps:?}");
    for (number, step) in steps.iter().enumerate() {
        assert!(record.contains(&format!("| {}. {step} |", number + 1)), "{step}");
    }
}
