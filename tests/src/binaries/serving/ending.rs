//! Tests the end of a server, its schedule, and a store elsewhere.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client as DynamoDb;
use testing::cloud::sdk;
use testing::server::{Scratch, Server};

use super::Client;

/// The time after which a test fails.
const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn after_a_signal_the_current_request_is_answered_and_new_connections_are_refused() {
    let folder = Scratch::new();
    let mut server = Server::start(folder.path(), &[]);
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let head = "POST /v1/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n";
    stream.write_all(format!("{head}content-length: 2\r\n\r\n").as_bytes()).unwrap();
    // The server sends 100 when it starts to read the body.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.signal("TERM");
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", server.port())).is_ok() {
        assert!(began.elapsed() < LIMIT, "the server still accepts connections");
        sleep(Duration::from_millis(10));
    }
    stream.write_all(b"{}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    assert_eq!(server.code(), Some(0));
}

#[test]
fn running_tests_are_aggregated_on_the_schedule() {
    let folder = Scratch::new();
    let server = Server::start(folder.path(), &["--aggregate-every", "1"]);
    let client = Client::of(&server, server.password.as_ref().unwrap());
    client.launch("scheduled");
    let log = folder.path().join("serve.log");
    let began = Instant::now();
    // No request aggregates this test, so the line comes from the schedule.
    while !std::fs::read_to_string(&log).unwrap().contains(r#""test_id":"scheduled""#) {
        assert!(began.elapsed() < LIMIT, "nothing was aggregated");
        sleep(Duration::from_millis(50));
    }
    assert!(!std::fs::read_to_string(&log).unwrap().contains(&client.token), "a token is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_another_store_the_data_folder_contains_no_tables() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    let folder = Scratch::new();
    let place = folder.path().to_path_buf();
    let own = url.clone();
    tokio::task::spawn_blocking(move || {
        let server = Server::start(&place, &["--dynamodb", &own]);
        Client::of(&server, server.password.as_ref().unwrap()).launch("elsewhere");
    })
    .await
    .unwrap();
    let tests = DynamoDb::new(&sdk(&url)).scan().table_name("bellwether-local-tests").send().await.unwrap();
    assert!(tests.items().iter().any(|item| item["sk"].as_s().is_ok_and(|name| name == "elsewhere")));
    assert!(!folder.path().join("store.sqlite").exists());
}
