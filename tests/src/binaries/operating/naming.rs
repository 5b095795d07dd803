//! Tests that a command requires the name of a deployment first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use testing::runtime::project;

use super::programs::{Programs, assert_one_line, run};

/// The prerequisites and the recipe of a target.
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

/// Returns whether a target depends on another one, directly or indirectly.
fn waits(all: &BTreeMap<String, Target>, name: &str, other: &str) -> bool {
    let before = all.get(name).map(|(before, _)| before.as_slice()).unwrap_or_default();
    before.iter().any(|each| each == other || waits(all, each, other))
}

/// Returns the targets that affect a deployment: they pass its settings to Terraform, or call a script that reads its state.
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
fn every_target_for_a_deployment_requires_its_name_first() {
    let all = targets();
    let touching = touching(&all);
    for name in [
        "plan",
        "deploy",
        "release",
        "canary",
        "quiet",
        "cancel",
        "rollback",
        "smoke",
        "bootstrap-admin",
        "unlock",
        "destroy",
    ] {
        assert!(touching.contains(name), "{name} is not among {touching:?}");
    }
    let programs = Programs::of("named", &["make", "sh"]).with_terraform("echo terraform was called; exit 1");
    for name in &touching {
        assert!(waits(&all, name, "named"), "{name} does not require the name of a deployment");
        for given in [&[][..], &["ENV=dev"], &["STATE_BUCKET=states"], &["ENV=", "STATE_BUCKET=states"]] {
            let ended = run(&[&["make", name], given].concat(), &programs, &[]);
            assert_one_line(&ended, &format!("make {name} ENV=dev|prod STATE_BUCKET=<bucket>"));
            assert!(ended.out.is_empty(), "{name}: {ended:?}");
        }
        for other in ["nope", "*", "%", "dev prod", "../aws/dev"] {
            let ended = run(&["make", name, &format!("ENV={other}"), "STATE_BUCKET=states"], &programs, &[]);
            assert_one_line(&ended, &format!("ENV={other} has no terraform/environments/aws/{other}.tfvars"));
        }
    }
}

#[test]
fn the_name_selects_the_state_and_the_account_is_printed_first() {
    let programs = Programs::of("chosen", &["make", "sh", "env"]);
    for name in [
        "plan",
        "deploy",
        "canary",
        "destroy",
        "release",
        "quiet",
        "cancel",
        "rollback",
        "smoke",
        "bootstrap-admin",
        "unlock",
    ] {
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
