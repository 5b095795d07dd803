//! Tests with prepared answers on loopback.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Fate, News, Route, deliver};
use crate::Failure;
use crate::client::Client;
use crate::client::address::Address;
use crate::client::loopback::{Arrived, Loopback, Reply};
use crate::client::tokens::grant::Identity;
use crate::client::tokens::{Source, Tokens};

/// Starts a server that grants a token and answers batches as `script` says.
fn server(mut script: impl FnMut(&Arrived, &[Value]) -> Reply + Send + 'static) -> Loopback {
    Loopback::start(move |request| {
        if request.line.contains("/oauth/token") {
            return Reply::Json(200, "", json!({ "access_token": "t", "expires_in": 900 }));
        }
        let body: Value = serde_json::from_str(&request.body).unwrap();
        script(request, body["events"].as_array().unwrap())
    })
}

fn run(server: &Loopback, items: &[Value], retry_ms: u64) -> (Result<(), Failure>, BTreeMap<usize, Fate>) {
    let identity = Identity::Client { id: "c".to_owned(), secret: "s".to_owned() };
    let client = Client::new(Address::parse(&server.url).unwrap(), Tokens::new(Source::Identity(identity)));
    let retry_for = Duration::from_millis(retry_ms);
    let path = "/tests/t/conversions".to_owned();
    let route = Route { path, request: "events", answer: "conversions", concurrency: 4, retry_for };
    let mut fates = BTreeMap::new();
    let delivered = deliver(&client, &route, items, |news| {
        if let News::Settled(index, fate) = news {
            assert!(fates.insert(index, fate).is_none(), "an item has one result");
        }
    });
    (delivered, fates)
}

fn numbers(count: u64) -> Vec<Value> {
    (0..count).map(|number| json!({ "event_id": number })).collect()
}

fn problem(status: u16) -> Value {
    json!({ "problem": { "title": "t", "detail": "d", "status": status } })
}

fn answered(items: &[Value]) -> Reply {
    Reply::Json(202, "", json!({ "conversions": items }))
}

#[test]
fn every_item_gets_its_own_answer_with_several_requests_at_once() {
    let server = server(|_, items| answered(items));
    let items = numbers(950);
    let (delivered, fates) = run(&server, &items, 1_000);
    delivered.unwrap();
    let expected: BTreeMap<usize, Fate> = items.into_iter().map(Fate::Answered).enumerate().collect();
    assert_eq!(fates, expected);
    assert_eq!(server.arrived().len(), 11, "10 batches and one sign-in");
}

#[test]
fn only_the_items_that_came_back_busy_are_sent_again() {
    let attempts = AtomicU32::new(0);
    let server = server(move |_, items| {
        let first = attempts.fetch_add(1, Relaxed) == 0;
        let busy =
            |item: &Value| first && item["event_id"].as_u64().is_some_and(|number| number.is_multiple_of(3));
        answered(
            &items
                .iter()
                .map(|item| if busy(item) { problem(503) } else { item.clone() })
                .collect::<Vec<_>>(),
        )
    });
    let items = numbers(10);
    let (delivered, fates) = run(&server, &items, 5_000);
    delivered.unwrap();
    let expected: BTreeMap<usize, Fate> = items.into_iter().map(Fate::Answered).enumerate().collect();
    assert_eq!(fates, expected);
    let again: Value = serde_json::from_str(&server.arrived().last().unwrap().body).unwrap();
    let expected = [0, 3, 6, 9].map(|number| json!({ "event_id": number }));
    assert_eq!(again, json!({ "events": expected }));
}

#[test]
fn an_item_that_stays_busy_is_reported_and_does_not_stop_the_others() {
    let server = server(|_, items| {
        answered(
            &items
                .iter()
                .map(|item| if item["event_id"] == 1 { problem(503) } else { item.clone() })
                .collect::<Vec<_>>(),
        )
    });
    let (delivered, fates) = run(&server, &numbers(150), 300);
    delivered.unwrap();
    assert_eq!(fates.len(), 150);
    assert_eq!(fates[&1], Fate::Refused("d (status 503)".to_owned()));
    assert_eq!(fates.values().filter(|fate| matches!(fate, Fate::Answered(_))).count(), 149);
}

#[test]
fn a_batch_is_sent_again_after_429_and_after_a_broken_connection() {
    let attempts = AtomicU32::new(0);
    let server = server(move |_, items| match attempts.fetch_add(1, Relaxed) {
        0 => Reply::Closed,
        1 => Reply::Json(429, "retry-after: 1\r\n", json!({ "title": "t" })),
        _ => answered(items),
    });
    let (delivered, fates) = run(&server, &numbers(3), 10_000);
    delivered.unwrap();
    assert!(fates.values().all(|fate| matches!(fate, Fate::Answered(_))), "{fates:?}");
}

#[test]
fn a_wait_that_is_longer_than_the_patience_ends_the_delivery_and_reports_every_item() {
    let server =
        server(|_, _| Reply::Json(503, "retry-after: 60\r\n", json!({ "title": "t", "detail": "busy" })));
    let (delivered, fates) = run(&server, &numbers(950), 2_000);
    assert_eq!(delivered.unwrap_err().to_string(), "busy (status 503)");
    assert_eq!(fates.len(), 950);
    assert!(fates.values().all(|fate| *fate == Fate::Unsent("not sent: busy (status 503)".to_owned())));
    assert!(server.arrived().len() <= 5, "one request of each worker and the sign-in");
}

#[test]
fn one_bad_item_in_a_batch_is_found_and_the_others_are_taken() {
    let server = server(|_, items| {
        if items.iter().any(|item| item["event_id"] == 17) {
            return Reply::Json(413, "", json!({ "title": "t", "detail": "too large" }));
        }
        answered(items)
    });
    let (delivered, fates) = run(&server, &numbers(100), 1_000);
    delivered.unwrap();
    assert_eq!(fates[&17], Fate::Refused("too large (status 413)".to_owned()));
    assert_eq!(fates.values().filter(|fate| matches!(fate, Fate::Answered(_))).count(), 99);
    let ids: BTreeSet<_> = fates.keys().copied().collect();
    assert_eq!(ids, (0..100).collect());
}

#[test]
fn a_test_that_does_not_exist_ends_the_delivery_at_once() {
    let server = server(|_, _| Reply::Json(404, "", json!({ "title": "t", "detail": "no such test" })));
    let (delivered, fates) = run(&server, &numbers(950), 60_000);
    assert_eq!(delivered.unwrap_err().to_string(), "no such test (status 404)");
    assert_eq!(fates.len(), 950);
}
