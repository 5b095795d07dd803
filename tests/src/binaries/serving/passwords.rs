//! Tests `bellwether reset-password`.

use serde_json::json;
use testing::server::{Scratch, Server, run};

use super::{ADMIN, Client, agent};

/// Returns the password that the command prints.
fn reset(folder: &Scratch) -> String {
    let ended = run(&["reset-password", "--data", folder.path().to_str().unwrap()]);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let printed = String::from_utf8(ended.stdout).unwrap();
    let line = printed.lines().find(|line| line.starts_with("password")).unwrap();
    line.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_new_password_replaces_the_old_one_and_ends_sessions_of_a_running_or_stopped_server() {
    let folder = Scratch::new();
    let mut server = Server::start(folder.path(), &[]);
    let mut old = server.password.clone().unwrap();
    for is_running in [true, false] {
        let client = Client::of(&server, &old);
        let (_, signed_in) = client.post("/login", &json!({ "email": ADMIN, "password": old }));
        if !is_running {
            server.signal("INT");
            assert_eq!(server.code(), Some(0));
        }
        let new = reset(&folder);
        if !is_running {
            server = Server::start(folder.path(), &[]);
        }
        let stranger = Client::stranger(&server);
        assert_eq!(stranger.post("/login", &json!({ "email": ADMIN, "password": old })).0, 401);
        assert_eq!(stranger.post("/login", &json!({ "email": ADMIN, "password": new })).0, 200);
        let refresh = signed_in["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let answer = agent().post(format!("{}/v1/oauth/token", server.url)).send_form(form).unwrap();
        assert_eq!(answer.status(), 400, "the session has ended");
        old = new;
    }
}

#[test]
fn an_unknown_folder_or_user_is_reported_and_no_folder_is_created() {
    let folder = Scratch::new();
    let data = folder.path().to_str().unwrap();
    let ended = run(&["reset-password", "--data", data]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2));
    assert!(said.contains("contains no data of a server"), "{said}");
    assert!(!folder.path().exists());
    let _server = Server::start(folder.path(), &[]);
    let ended = run(&["reset-password", "--data", data, "--email", "nobody@example.com"]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(1) && said.contains("/email"), "{said}");
}
