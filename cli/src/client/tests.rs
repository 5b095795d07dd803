//! Tests with prepared answers on loopback.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Instant;

use serde_json::{Value, json};

use super::address::Address;
use super::loopback::{Loopback, Reply};
use super::tokens::grant::{Access, Identity};
use super::tokens::sessions::{Content, Session, Sessions};
use super::tokens::{Source, Tokens};
use super::{Client, Lost};

fn token(access: &str, refresh: &str) -> Value {
    json!({ "access_token": access, "token_type": "Bearer", "expires_in": 900, "scope": "s", "refresh_token": refresh })
}

/// A client with a stored session whose access token expired long ago.
fn signed_in(url: &str, folder: &std::path::Path) -> Client {
    let sessions = Sessions::at(folder);
    let access = Access { token: "old".to_owned(), expires_at: 1 };
    let session = Session { email: "ada@example.com".to_owned(), refresh_token: "r0".to_owned(), access };
    let address = Address::parse(url).unwrap();
    let content =
        Content { current: Some(address.to_string()), sessions: [(address.to_string(), session)].into() };
    sessions.lock().unwrap().write(&content).unwrap();
    again(url, folder)
}

fn again(url: &str, folder: &std::path::Path) -> Client {
    Client::new(Address::parse(url).unwrap(), Tokens::new(Source::Stored(Sessions::at(folder))))
}

#[test]
fn an_expired_token_is_refreshed_once_by_many_processes_at_once() {
    let used = AtomicU32::new(0);
    let server = Loopback::start(move |request| {
        if request.line.starts_with("POST /v1/oauth/token") {
            let number = used.fetch_add(1, Relaxed);
            // The rotation: a refresh token that was used before ends the session.
            let expected = format!("grant_type=refresh_token&refresh_token=r{number}");
            if request.body != expected {
                return Reply::Json(400, "", json!({ "error": "invalid_grant" }));
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            return Reply::Json(200, "", token(&format!("a{}", number + 1), &format!("r{}", number + 1)));
        }
        Reply::Json(200, "", json!({ "ok": true }))
    });
    let home = tempfile::tempdir().unwrap();
    drop(signed_in(&server.url, home.path()));
    // Each client has its own state, as a process has. They share the file only.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| again(&server.url, home.path()).call("GET", "/tests", None).unwrap());
        }
    });
    let refreshed = server.arrived().iter().filter(|request| request.line.contains("/oauth/token")).count();
    assert_eq!(refreshed, 1);
    let stored = Sessions::at(home.path()).read().unwrap();
    let session = stored.sessions.values().next().unwrap();
    assert_eq!((session.refresh_token.as_str(), session.access.token.as_str()), ("r1", "a1"));
}

#[test]
fn a_rejected_token_is_refreshed_and_the_request_sent_again() {
    let server = Loopback::start(|request| {
        if request.line.contains("/oauth/token") {
            return Reply::Json(200, "", token("good", "r1"));
        }
        let good = request.head.contains("authorization: bearer good");
        Reply::Json(if good { 200 } else { 401 }, "", json!({ "title": "t" }))
    });
    let home = tempfile::tempdir().unwrap();
    let client = signed_in(&server.url, home.path());
    let sessions = Sessions::at(home.path());
    let mut content = sessions.read().unwrap();
    // By the clock of this machine, the token is valid.
    content.sessions.values_mut().next().unwrap().access.expires_at = u64::MAX;
    sessions.lock().unwrap().write(&content).unwrap();
    client.call("GET", "/tests", None).unwrap();
    assert_eq!(server.arrived().len(), 3);
}

#[test]
fn a_session_that_has_ended_is_an_error_that_says_how_to_sign_in() {
    let server = Loopback::with([Reply::Json(
        400,
        "",
        json!({ "error": "invalid_grant", "error_description": "used\u{1b}" }),
    )]);
    let home = tempfile::tempdir().unwrap();
    let client = signed_in(&server.url, home.path());
    let Err(Lost::Caller(failure)) = client.send("GET", "/tests", None) else {
        panic!("the session has ended")
    };
    assert!(failure.to_string().contains("sign in again with: bellwether login --server"), "{failure}");
}

#[test]
fn a_request_is_repeated_while_the_server_is_busy_and_after_the_wait_it_asks_for() {
    let busy = || Reply::Json(503, "retry-after: 1\r\n", json!({ "title": "t", "detail": "busy" }));
    let server = Loopback::with([
        Reply::Json(200, "", json!({ "access_token": "t", "expires_in": 900 })),
        Reply::Closed,
        busy(),
        Reply::Json(200, "", json!({ "ok": true })),
    ]);
    let identity = Identity::Client { id: "c".to_owned(), secret: "s&=".to_owned() };
    let client = Client::new(Address::parse(&server.url).unwrap(), Tokens::new(Source::Identity(identity)));
    let began = Instant::now();
    assert_eq!(client.call("GET", "/tests", None).unwrap(), json!({ "ok": true }));
    assert!(began.elapsed().as_millis() >= 1_000, "the wait of Retry-After");
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 4);
    assert_eq!(arrived[0].body, "grant_type=client_credentials&client_id=c&client_secret=s%26%3D");
}

#[test]
fn a_rejected_request_is_an_error_without_escapes_of_a_terminal() {
    let problem = json!({ "title": "Forbidden", "detail": "no\u{1b}[2J", "request_id": "r" });
    let granted = Reply::Json(200, "", json!({ "access_token": "t", "expires_in": 900 }));
    let server = Loopback::with([granted, Reply::Json(403, "", problem), Reply::Json(404, "", json!([]))]);
    let identity = Identity::User { email: "a".to_owned(), password: "b".to_owned() };
    let client = Client::new(Address::parse(&server.url).unwrap(), Tokens::new(Source::Identity(identity)));
    let error = |client: &Client| client.call("GET", "/tests", None).unwrap_err().to_string();
    assert_eq!(error(&client), "no\\u{1b}[2J (request r) (status 403)");
    assert!(error(&client).contains("check the address"));
}

#[test]
fn a_redirect_is_not_followed_because_it_could_send_the_token_elsewhere() {
    let granted = Reply::Json(200, "", json!({ "access_token": "t", "expires_in": 900 }));
    let elsewhere = Loopback::with([Reply::Json(200, "", json!({}))]);
    let head: &'static str = Box::leak(format!("location: {}/tests\r\n", elsewhere.url).into_boxed_str());
    let server = Loopback::with([granted, Reply::Json(302, head, json!({}))]);
    let identity = Identity::User { email: "a".to_owned(), password: "b".to_owned() };
    let client = Client::new(Address::parse(&server.url).unwrap(), Tokens::new(Source::Identity(identity)));
    assert!(client.call("GET", "/tests", None).is_err());
    assert!(elsewhere.arrived().is_empty());
}
