//! Tests starts that fail, each with one line of text.

use std::net::TcpListener;

use testing::server::{Scratch, Server, run};

/// Returns the one line that the command prints, and its exit code.
fn refused(arguments: &[&str]) -> (String, Option<i32>) {
    let ended = run(arguments);
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(ended.stdout.is_empty());
    (said, ended.status.code())
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_until_the_first_has_ended() {
    let folder = Scratch::new();
    let mut server = Server::start(folder.path(), &[]);
    let data = folder.path().to_str().unwrap();
    for more in [&[][..], &["--fresh", "--yes"]] {
        let (said, code) = refused(&[&["serve", "--port", "0", "--data", data], more].concat());
        assert!(said.contains("another server uses the data folder"), "{said}");
        assert_eq!(code, Some(1));
    }
    server.kill();
    drop(Server::start(folder.path(), &[]));
}

#[test]
fn a_port_in_use_is_reported_and_the_folder_gets_no_data() {
    let folder = Scratch::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = folder.path().to_str().unwrap();
    let (said, code) = refused(&["serve", "--port", &port, "--data", data]);
    assert!(said.contains(&format!("port {port}")) && said.contains("--port"), "{said}");
    assert_eq!(code, Some(1));
    assert!(!folder.path().join("store.sqlite").exists());
}

#[test]
fn a_damaged_file_of_secrets_is_reported_and_not_overwritten() {
    let folder = Scratch::new();
    drop(Server::start(folder.path(), &[]));
    let secrets = folder.path().join("secrets.json");
    std::fs::write(&secrets, "{ damaged").unwrap();
    let (said, _) = refused(&["serve", "--port", "0", "--data", folder.path().to_str().unwrap()]);
    assert!(said.contains("secrets.json is damaged"), "{said}");
    assert_eq!(std::fs::read_to_string(&secrets).unwrap(), "{ damaged");
}
