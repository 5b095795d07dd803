//! Tests that sessions are stored safely, refreshed, shared and ended.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::{Value, json};
use testing::commands::{ADMIN, Ended, Terminal};

use super::Ground;

/// Changes the stored session.
fn change(ground: &Ground, key: &str, value: &Value) {
    let path = ground.terminal.path().join("config/bellwether/sessions.json");
    let mut content: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    content["sessions"][format!("{}/v1", ground.server.url)]["access"][key] = value.clone();
    std::fs::write(path, content.to_string()).unwrap();
}

#[test]
fn a_session_is_stored_for_its_owner_only_refreshed_when_expired_and_revoked_at_the_end() {
    let ground = Ground::start();
    let folder = ground.terminal.path().join("config/bellwether");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("sessions.json"))), (0o700, 0o600));
    let stored = std::fs::read_to_string(folder.join("sessions.json")).unwrap();
    assert!(!stored.contains(&ground.password), "the password is stored");

    let first = ground.session();
    assert_eq!(ground.terminal.run(&["tests"]).code, Some(0));
    assert_eq!(ground.session(), first, "a valid token is used again");
    change(&ground, "expires_at", &json!(1));
    let listed = ground.terminal.run(&["tests"]);
    assert_eq!((listed.code, listed.out.as_str()), (Some(0), "no tests\n"), "{listed:?}");
    let second = ground.session();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(mode(&folder.join("sessions.json")), 0o600, "after a refresh");

    let ended = ground.terminal.run(&["logout"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", second["refresh_token"].as_str().unwrap())];
    let answer =
        Ground::agent().post(format!("{}/v1/oauth/token", ground.server.url)).send_form(form).unwrap();
    assert_eq!(answer.status(), 400, "the session has ended at the server");
    let after = ground.terminal.run(&["tests", "--server", &ground.server.url]);
    assert!(after.code == Some(2) && after.err.contains("sign in with: bellwether login"), "{after:?}");
}

#[test]
fn processes_at_the_same_time_share_a_session_and_it_continues() {
    let ground = Ground::start();
    for _ in 0..3 {
        change(&ground, "expires_at", &json!(1));
        let start = |_| {
            let mut command = ground.terminal.command(&["tests"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let processes: Vec<_> = (0..6).map(start).collect();
        for process in processes {
            let ended = Ended::of(&process.wait_with_output().unwrap());
            assert_eq!(ended.code, Some(0), "{ended:?}");
        }
    }
    // If an older refresh token had replaced a newer one in the file, its use would now end the session.
    std::thread::sleep(std::time::Duration::from_secs(6));
    change(&ground, "expires_at", &json!(1));
    let ended = ground.terminal.run(&["tests"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn programs_sign_in_from_the_environment_and_store_nothing() {
    let ground = Ground::start();
    ground.launch("imported", json!({}));
    let new = json!({ "name": "crm", "scopes": ["assignments:write", "conversions:write"] });
    let (status, client) = ground.request("POST", "/clients", &new);
    assert_eq!(status, 201, "{client}");
    let program = Terminal::new();
    program.file("accounts.csv", "domain\nacme.com\n");
    let mut command = program.command(&["assign", "imported", "--csv", "accounts.csv"]);
    command.env("BELLWETHER_URL", &ground.server.url);
    command.env("BELLWETHER_CLIENT_ID", client["client_id"].as_str().unwrap());
    let half = Ended::of(&command.output().unwrap());
    assert!(half.code == Some(2) && half.err.contains("BELLWETHER_CLIENT_SECRET"), "{half:?}");
    command.env("BELLWETHER_CLIENT_SECRET", client["client_secret"].as_str().unwrap());
    let ended = Ended::of(&command.output().unwrap());
    assert!(ended.code == Some(0) && ended.out.starts_with("taken      1: 1 new"), "{ended:?}");
    let mut command = program.command(&["tests"]);
    command.env("BELLWETHER_URL", &ground.server.url).env("BELLWETHER_EMAIL", ADMIN);
    let ended = Ended::of(&command.env("BELLWETHER_PASSWORD", &ground.password).output().unwrap());
    assert!(ended.code == Some(0) && ended.out.contains("imported"), "{ended:?}");
    assert!(!program.path().join("config").exists(), "nothing is stored");
}

#[test]
fn a_wrong_password_or_address_is_an_error_that_states_what_to_do() {
    let ground = Ground::start();
    let terminal = Terminal::new();
    let wrong = terminal.login(&ground.server, "wrong");
    assert_eq!((wrong.code, wrong.err.lines().count()), (Some(1), 1), "{wrong:?}");
    assert!(!terminal.path().join("config/bellwether/sessions.json").exists());
    let plain = terminal.run(&["login", "--server", "http://api.example.com", "--email", ADMIN]);
    assert!(plain.code == Some(2) && plain.err.contains("use https"), "{plain:?}");
    let argument = terminal.run(&["login", "--email", ADMIN, "--password", "secret"]);
    assert_eq!(argument.code, Some(2), "a password is never an argument");
    let nobody = terminal.run(&["tests", "--server", "http://localhost:1"]);
    assert!(nobody.code == Some(2) && nobody.err.contains("bellwether login"), "{nobody:?}");
}
