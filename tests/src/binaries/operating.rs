//! Whoever operates a deployment names it, hears which account, region and environment a command is about to touch,
//! and is told in one line what is missing. The makefile and the scripts run with a `terraform` of the test's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use testing::cloud::Emulator;
use testing::runtime::project;

const PYTHON: &str = ".tools/venv/bin/python";
const SCRIPTS: [&[&str]; 6] = [
    &["deploy/unlock.py", "--email", "ada@example.com"],
    &["deploy/alarms.py"],
    &["deploy/release.py", "release"],
    &["deploy/release.py", "rollback"],
    &["deploy/smoke.py"],
    &["deploy/admin.py", "--workspace", "acme", "--email", "ada@example.com"],
];

/// A folder of programs that is all of PATH, gone when dropped.
struct Programs(PathBuf);

impl Drop for Programs {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Programs {
    /// Those that the system has under these names.
    fn of(test: &str, names: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("bellwether-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = std::env::var_os("PATH").unwrap();
        for name in names {
            let found = std::env::split_paths(&path).map(|place| place.join(name)).find(|file| file.exists());
            std::os::unix::fs::symlink(found.unwrap(), folder.join(name)).unwrap();
        }
        Self(folder)
    }

    /// The same and a `terraform` that runs these lines of shell.
    fn with_terraform(self, lines: &str) -> Self {
        let file = self.0.join("terraform");
        fs::write(&file, format!("#!/bin/sh\n{lines}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }
}

/// How a command ended, and its lines.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: Vec<String>,
    err: Vec<String>,
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

/// Runs a command in the project, without the cloud account and the deployment of whoever runs the test.
fn run(command: &[&str], programs: &Programs, own: &[(&str, &str)]) -> Ended {
    let mut ran = Command::new(if command[0] == PYTHON { project().join(PYTHON) } else { command[0].into() });
    ran.args(&command[1..]).current_dir(project()).env_clear();
    ran.env("PATH", &programs.0).env("HOME", &programs.0).env("AWS_EC2_METADATA_DISABLED", "true");
    ran.env("PYTHONDONTWRITEBYTECODE", "1").env("TERRAFORM_DIR", project().join("terraform"));
    let ended = ran.envs(own.iter().copied()).output().unwrap();
    Ended { code: ended.status.code(), out: lines(&ended.stdout), err: lines(&ended.stderr) }
}

/// Holds a command to having ended with one line for the person at the terminal.
fn assert_one_line(ended: &Ended, says: &str) {
    assert!(
        ended.code != Some(0) && ended.err.len() == 1 && ended.err[0].contains(says),
        "{says}: {ended:?}"
    );
}

/// A target's prerequisites and its recipe.
type Target = (Vec<String>, String);

fn targets() -> BTreeMap<String, Target> {
    let text = fs::read_to_string(project().join("Makefile")).unwrap();
    let (mut found, mut present) = (BTreeMap::<String, Target>::new(), None);
    for line in text.lines() {
        if let Some(recipe) = line.strip_prefix('\t') {
            let target: Option<&mut Target> = present.as_ref().and_then(|name| found.get_mut(name));
            if let Some((_, lines)) = target {
                lines.push_str(recipe);
            }
            continue;
        }
        let head = line.split("##").next().unwrap();
        present = head.split_once(':').filter(|(name, rest)| is_name(name) && !rest.starts_with('=')).map(
            |(name, rest)| {
                let before = rest.split_whitespace().map(str::to_owned).collect();
                found.insert(name.trim().to_owned(), (before, String::new()));
                name.trim().to_owned()
            },
        );
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a target waits for another one, by whatever way.
fn waits(all: &BTreeMap<String, Target>, name: &str, other: &str) -> bool {
    let before = all.get(name).map(|(before, _)| before.as_slice()).unwrap_or_default();
    before.iter().any(|each| each == other || waits(all, each, other))
}

/// The targets that touch a deployment: they give its settings to Terraform, or call a script that asks for its state.
fn touching(all: &BTreeMap<String, Target>) -> BTreeSet<String> {
    let asks = |script: &str| {
        let name = script.split(".py").next().unwrap();
        let text = fs::read_to_string(project().join(format!("deploy/{name}.py")));
        text.unwrap_or_else(|error| panic!("{name}: {error}")).contains("of_terraform(")
    };
    let touches =
        |recipe: &str| recipe.contains("$(ENV)") || recipe.split("$(DEPLOYED) deploy/").skip(1).any(asks);
    let named = all.iter().filter(|(name, (_, recipe))| touches(recipe) && *name != "named");
    named.map(|(name, _)| name.clone()).collect()
}

#[test]
fn every_target_that_touches_a_deployment_asks_for_its_name_before_anything_else() {
    let all = targets();
    let touching = touching(&all);
    for name in
        ["plan", "deploy", "release", "canary", "rollback", "smoke", "bootstrap-admin", "unlock", "destroy"]
    {
        assert!(touching.contains(name), "{name} is not among {touching:?}");
    }
    let programs = Programs::of("named", &["make", "sh"]).with_terraform("echo terraform was called; exit 1");
    for name in &touching {
        assert!(waits(&all, name, "named"), "{name} does not ask which deployment is meant");
        for given in [&[][..], &["ENV=dev"], &["STATE_BUCKET=states"], &["ENV=", "STATE_BUCKET=states"]] {
            let ended = run(&[&["make", name], given].concat(), &programs, &[]);
            assert_one_line(&ended, &format!("make {name} ENV=dev|prod STATE_BUCKET=<bucket>"));
            assert!(ended.out.is_empty(), "{name}: {ended:?}");
        }
        for other in ["nope", "*", "%", "dev prod", "../terraform/dev"] {
            let ended = run(&["make", name, &format!("ENV={other}"), "STATE_BUCKET=states"], &programs, &[]);
            assert_one_line(&ended, &format!("ENV={other} has no terraform/{other}.tfvars"));
        }
    }
}

#[test]
fn the_name_chooses_the_state_and_the_account_is_said_before_terraform_is_called() {
    let programs = Programs::of("chosen", &["make", "sh", "cp", "env"]);
    for name in
        ["plan", "deploy", "canary", "destroy", "release", "rollback", "smoke", "bootstrap-admin", "unlock"]
    {
        let dry = run(&["make", "-n", name, "ENV=prod", "STATE_BUCKET=states"], &programs, &[]);
        assert_eq!(dry.code, Some(0), "{dry:?}");
        let place = |text: &str| dry.out.iter().position(|line| line.contains(text));
        let chosen = place("key=bellwether/prod.tfstate").unwrap_or_else(|| panic!("{name}: {dry:?}"));
        assert!(dry.out[chosen - 1].contains("init -input=false -reconfigure"), "{name}: {dry:?}");
        assert!(dry.out[chosen].contains("bucket=states"), "{name}: {dry:?}");
        let acts = dry.out.iter().position(|line| line.contains("-var-file=prod.tfvars"));
        match acts {
            Some(acts) => assert!(place("deploy/where.py").unwrap() < chosen && chosen < acts, "{dry:?}"),
            None => assert!(place("python deploy/").unwrap() > chosen, "{name}: {dry:?}"),
        }
    }
}

/// A `terraform` whose state has a deployment in this account.
fn outputs(account: &str, url: &str) -> String {
    let value = |value: Value| json!({ "value": value });
    let all = json!({
        "url": value(json!(url)), "name": value(json!("bellwether-dev")), "region": value(json!("eu-central-1")),
        "alias": value(json!("live")), "functions": value(json!({ "create-user": { "name": "c", "version": "1" } })),
        "alarm_topic": value(json!(format!("arn:aws:sns:eu-central-1:{account}:alarms"))), "waf": value(json!(false)),
    });
    format!("echo '{all}'")
}

#[test]
fn without_a_deployment_a_tool_or_credentials_a_script_ends_in_one_line() {
    let absent = [
        ("empty", Some("echo '{}'"), "there is no complete deployment"),
        (
            "part",
            Some(r#"echo '{"url":{"value":"https://a.example/v1"}}'"#),
            "there is no complete deployment",
        ),
        ("broken", Some("echo 'no such state' >&2; exit 1"), "there is no complete deployment"),
        ("none", None, "terraform cannot start"),
        ("keyless", Some(&*outputs("111111111111", "https://a.example/v1")), "Unable to locate credentials"),
    ];
    for name in fs::read_dir(project().join("deploy")).unwrap().map(|file| file.unwrap().file_name()) {
        let path = format!("deploy/{}", name.to_str().unwrap());
        let asks = std::path::Path::new(&path).extension().is_some_and(|kind| kind == "py")
            && fs::read_to_string(project().join(&path)).unwrap().contains("Stack.of_terraform(");
        assert!(!asks || SCRIPTS.iter().any(|script| script[0] == path), "{path} is not among the scripts");
    }
    for (name, terraform, says) in absent {
        let mut programs = Programs::of(name, &["sh"]);
        if let Some(lines) = terraform {
            programs = programs.with_terraform(lines);
        }
        for script in SCRIPTS {
            assert_one_line(&run(&[&[PYTHON], script].concat(), &programs, &[]), says);
        }
    }
}

#[tokio::test]
async fn account_region_and_environment_are_said_and_another_account_is_left_alone() {
    let emulator = Emulator::start().await;
    let keys = [
        ("AWS_ENDPOINT_URL", &*emulator.url),
        ("AWS_ACCESS_KEY_ID", "lab"),
        ("AWS_SECRET_ACCESS_KEY", "lab"),
    ];
    let programs =
        Programs::of("account", &["sh"]).with_terraform(&outputs("111111111111", "https://a.example/v1"));
    for script in SCRIPTS {
        let ended = run(&[&[PYTHON], script].concat(), &programs, &keys);
        assert_one_line(&ended, "the credentials are of account 000000000000; nothing was done");
        assert_eq!(ended.out, ["account 111111111111, region eu-central-1, environment dev"], "{script:?}");
    }
    for (account, code) in [("000000000000", 0), ("111111111111", 1)] {
        let own = [&keys[..], &[("TF_VAR_account_id", account)]].concat();
        let ended = run(&[PYTHON, "deploy/where.py", "prod"], &programs, &own);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert_eq!(ended.out, [format!("account {account}, region eu-central-1, environment prod")]);
    }
    assert_one_line(&run(&[PYTHON, "deploy/where.py", "prod"], &programs, &keys), "account_id is not set");
}

/// A server that knows no path, and closes those of people; where it is.
fn empty_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut request = vec![0; 100_000];
                let read = stream.read(&mut request).unwrap_or_default();
                let closed = request[..read].windows(10).any(|part| part == b" /v1/users");
                let status = if closed { "403 Forbidden" } else { "404 Not Found" };
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    url
}

#[tokio::test]
async fn smoke_asks_every_route_and_what_the_outputs_say_that_there_is() {
    let (url, emulator) = (empty_server(), Emulator::start().await);
    let keys = [
        ("AWS_ENDPOINT_URL", &*emulator.url),
        ("AWS_ACCESS_KEY_ID", "lab"),
        ("AWS_SECRET_ACCESS_KEY", "lab"),
    ];
    let programs = Programs::of("smoke", &["sh"]).with_terraform(&outputs("000000000000", &url));
    let own = ["TLS 1.1 is refused", "the firewall blocks a known attack"];
    let asked = |ended: &Ended, name: &str| {
        let line = ended.out.iter().find(|line| line.ends_with(name));
        !line.unwrap_or_else(|| panic!("{name}: {ended:?}")).starts_with("not asked")
    };
    let dev = run(&[PYTHON, "deploy/smoke.py"], &programs, &keys);
    let prod = run(
        &[PYTHON, "deploy/smoke.py", "--url", &url, "--domain", "--firewall", "--networks"],
        &programs,
        &keys,
    );
    for name in own {
        assert_eq!((asked(&dev, name), asked(&prod, name)), (false, true), "{name}");
    }
    assert_eq!((dev.code, prod.code), (Some(1), Some(1)), "a server that knows no path is found out");
    let contract: Value =
        serde_yaml_ng::from_str(&fs::read_to_string(project().join("openapi.yaml")).unwrap()).unwrap();
    let operations =
        contract["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let operations = operations.filter(|operation| operation["operationId"].is_string()).count();
    let routes = dev.out.iter().filter(|line| line.ends_with(" leads to its function"));
    assert_eq!(
        (routes.clone().count(), routes.filter(|line| line.starts_with("FAILED")).count()),
        (operations, operations)
    );
    for (route, networks) in [("GET /users", false), ("PATCH /users/smoke-test", false), ("GET /tests", true)]
    {
        let name = format!("{route} leads to its function");
        assert_eq!((asked(&dev, &name), asked(&prod, &name)), (true, networks), "{name}");
    }
    for name in ["so it is with a token", "a slash at the end opens nothing"] {
        assert!(asked(&dev, name), "{name}");
    }
}

#[test]
fn without_ps_nothing_is_started_and_one_line_says_so() {
    let programs = Programs::of("ps", &["sh", "cargo"]);
    for script in [&["local/run.py"][..], &["local/run.py", "--setup-only"], &["local/api_check.py"]] {
        let ended = run(&[&[PYTHON], script].concat(), &programs, &[]);
        assert_one_line(&ended, "ps is not on PATH");
        assert!(ended.code == Some(2) && ended.out.is_empty(), "{ended:?}");
    }
}

#[test]
fn an_apply_leaves_what_release_keeps_in_an_alias_and_folders_of_runs_are_ignored() {
    let body = hcl::parse(&fs::read_to_string(project().join("terraform/functions.tf")).unwrap()).unwrap();
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

/// Two zips of one binary that differ in whatever a zip says beside it.
const ZIPS: &str = "
import zipfile, sys
for path, year, bits in ((sys.argv[1], 2021, 0o644), (sys.argv[2], 2026, 0o755)):
    entry = zipfile.ZipInfo('bootstrap', date_time=(year, 1, 2, 3, 4, 6))
    entry.external_attr, entry.compress_type = bits << 16, zipfile.ZIP_STORED if year == 2021 else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, 'w') as package:
        package.writestr(entry, b'the same binary' * 1000)
";

#[test]
fn a_binary_gives_the_same_package_whenever_it_is_packed() {
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
fn two_builds_that_differ_are_told_apart() {
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
fn a_build_leaves_no_folder_of_this_machine_in_a_package() {
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
fn the_record_of_a_first_run_has_a_line_for_each_step_of_the_checklist() {
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
