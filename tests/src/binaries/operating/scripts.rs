//! The scripts in `deploy/`: what they print about a deployment, and their errors when something is missing.

use std::fs;
use std::io::{Read, Write};

use serde_json::Value;
use testing::cloud::Emulator;
use testing::runtime::project;

use super::programs::{Ended, PYTHON, Programs, SCRIPTS, assert_one_line, outputs, run};

#[test]
fn a_script_without_a_deployment_terraform_or_credentials_fails_with_one_line() {
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
        assert!(!asks || SCRIPTS.iter().any(|script| script[0] == path), "{path} is missing from SCRIPTS");
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
async fn scripts_print_account_region_and_environment_and_refuse_another_account() {
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

/// Starts a server that answers 404 to every path and 403 to those of users; returns its URL.
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
async fn smoke_checks_every_route_and_the_features_in_the_outputs() {
    let (url, emulator) = (empty_server(), Emulator::start().await);
    let keys = [
        ("AWS_ENDPOINT_URL", &*emulator.url),
        ("AWS_ACCESS_KEY_ID", "lab"),
        ("AWS_SECRET_ACCESS_KEY", "lab"),
    ];
    let programs = Programs::of("smoke", &["sh"]).with_terraform(&outputs("000000000000", &url));
    let own = ["TLS 1.1 is refused", "the firewall blocks a known attack"];
    let ran = |ended: &Ended, name: &str| {
        let line = ended.out.iter().find(|line| line.ends_with(name));
        !line.unwrap_or_else(|| panic!("{name}: {ended:?}")).starts_with("skipped")
    };
    let dev = run(&[PYTHON, "deploy/smoke.py"], &programs, &keys);
    let prod = run(
        &[PYTHON, "deploy/smoke.py", "--url", &url, "--domain", "--firewall", "--networks"],
        &programs,
        &keys,
    );
    for name in own {
        assert_eq!((ran(&dev, name), ran(&prod, name)), (false, true), "{name}");
    }
    assert_eq!((dev.code, prod.code), (Some(1), Some(1)), "every check of an empty server passed");
    let contract: Value =
        serde_yaml_ng::from_str(&fs::read_to_string(project().join("openapi.yaml")).unwrap()).unwrap();
    let operations =
        contract["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let operations = operations.filter(|operation| operation["operationId"].is_string()).count();
    let routes = dev.out.iter().filter(|line| line.ends_with(" reaches its function"));
    assert_eq!(
        (routes.clone().count(), routes.filter(|line| line.starts_with("FAILED")).count()),
        (operations, operations)
    );
    for (route, networks) in [("GET /users", false), ("PATCH /users/smoke-test", false), ("GET /tests", true)]
    {
        let name = format!("{route} reaches its function");
        assert_eq!((ran(&dev, &name), ran(&prod, &name)), (true, networks), "{name}");
    }
    for name in ["an unknown path with a token gets 404", "a slash at the end gives no access"] {
        assert!(ran(&dev, name), "{name}");
    }
}

#[test]
fn without_ps_nothing_starts_and_one_line_reports_it() {
    let programs = Programs::of("ps", &["sh", "cargo"]);
    for script in [&["local/run.py"][..], &["local/run.py", "--setup-only"], &["local/api_check.py"]] {
        let ended = run(&[&[PYTHON], script].concat(), &programs, &[]);
        assert_one_line(&ended, "ps is not on PATH");
        assert!(ended.code == Some(2) && ended.out.is_empty(), "{ended:?}");
    }
}

const RUN: [&str; 4] = ["sh", "local/run.sh", "--port", "0"];

#[test]
fn make_run_without_rust_or_a_c_compiler_fails_with_one_line() {
    for (name, present, says) in [
        ("no-cargo", ["sh", "dirname", "cc"], "cargo is not on PATH"),
        ("no-compiler", ["sh", "dirname", "cargo"], "there is no C compiler on PATH"),
    ] {
        let ended = run(&RUN, &Programs::of(name, &present), &[]);
        assert_one_line(&ended, says);
        assert!(ended.code == Some(2) && ended.out.is_empty(), "{ended:?}");
    }
}

#[test]
fn make_run_starts_no_server_after_a_failed_build() {
    let cargo = r#"case $1 in tree) printf 'a v1\nb v1\n' ;; *)
echo '{"reason":"compiler-artifact","package_id":"a","fresh":false}'; echo 'error: it does not compile' >&2; exit 101 ;; esac"#;
    let programs = Programs::of("broken-build", &["sh", "dirname", "cc", "date", "sed", "sort", "wc", "tr"]);
    let ended = run(&RUN, &programs.with("cargo", cargo), &[]);
    assert_one_line(&ended, "it does not compile");
    assert_eq!(ended.code, Some(101));
    assert_eq!(ended.out, ["building 2 crates; the first time takes some minutes"]);
}
