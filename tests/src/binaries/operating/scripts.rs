//! The scripts of `deploy/`, and what they say of a deployment and of what is missing.

use std::fs;
use std::io::{Read, Write};

use serde_json::Value;
use testing::cloud::Emulator;
use testing::runtime::project;

use super::programs::{Ended, PYTHON, Programs, SCRIPTS, assert_one_line, outputs, run};

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
