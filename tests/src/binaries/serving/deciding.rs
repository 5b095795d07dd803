//! Tests that a server prints what becomes known about a test.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testing::server::{Scratch, Server};

use super::Client;

/// The time until the schedule must have counted the test.
const PATIENCE: Duration = Duration::from_mins(1);

/// Assigns 100 accounts and records a conversion of each one with the variant `new`.
fn decide(client: &Client) {
    let units: Vec<Value> = (0..100).map(|n| json!({ "unit_id": format!("unit-{n}") })).collect();
    let (status, answer) = client.post("/tests/pricing-page/assignments", &json!({ "units": units }));
    assert_eq!(status, 200, "{answer}");
    let both = units.iter().zip(answer["assignments"].as_array().unwrap());
    let converted = both.filter(|(_, assigned)| assigned["variant"] == "new").map(|(unit, _)| {
        let unit = &unit["unit_id"];
        json!({ "unit_id": unit, "goal": "demo-booked", "event_id": "demo", "value": 1 })
    });
    let events: Vec<Value> = converted.collect();
    let (status, answer) = client.post("/tests/pricing-page/conversions", &json!({ "events": events }));
    assert_eq!(status, 202, "{answer}");
}

#[test]
fn a_decision_is_printed_once() {
    let folder = Scratch::new();
    let mut first = Server::start(folder.path(), &["--aggregate-every", "3600"]);
    let client = Client::of(&first, first.password.as_deref().unwrap());
    client.launch("pricing-page");
    decide(&client);
    first.signal("TERM");
    first.code();
    // The accounts' windows have ended by then.
    let server = Server::start(folder.path(), &["--aggregate-every", "1", "--days-later", "100"]);
    let began = Instant::now();
    let decided = || server.printed().into_iter().filter(|line| line.starts_with("decided:"));
    while decided().next().is_none() {
        assert!(began.elapsed() < PATIENCE, "printed: {:?}", server.printed());
        thread::sleep(Duration::from_millis(100));
    }
    // Some more runs of the schedule.
    thread::sleep(Duration::from_secs(4));
    let expected = "decided: test pricing-page: Ship new: it is better than control.";
    assert_eq!(decided().collect::<Vec<_>>(), [expected]);
}
