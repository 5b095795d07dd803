//! Sends a password, a token, a cookie and a client secret through every route, in every part of a
//! request, and to every function that handles events. They must not appear in a log line or a response. The
//! built binaries log at their most detailed level. A new function is covered by its route and its sample event.

mod fields;
mod pushes;

use std::collections::{BTreeMap, BTreeSet};

use bellwether::auth::access::Role;
use bellwether::operations::{ON_EVENTS, OPERATIONS};
use pushes::{BASIC, CANARIES, PASSWORD, Push, Repeats, pushes};
use serde_json::{Value, json};
use testing::cloud::Cloud;
use testing::emf::metrics_of;
use testing::fleet::{Fleet, REJECT, Response, event_of, sample};
use testing::{as_payload_2, body_of, with_body, without_token};

const NAMESPACE: &str = "Bellwether/canary";

/// Returns the canary that a text contains, in plain text or in the base64 in which it was sent.
fn sings(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let all = CANARIES.iter().chain([&BASIC, &pushes::ENCODED]);
    all.copied().find(|canary| text.contains(&canary.to_lowercase()))
}

/// Collects the secrets that a response issues: they may be returned once, and never logged.
fn given_out(answer: &Response, found: &mut BTreeSet<String>) {
    let mut keep = |secret: &str| {
        if secret.len() >= 20 {
            found.insert(secret.to_owned());
        }
    };
    for cookie in answer.headers.get("set-cookie").into_iter().flatten() {
        let value = cookie.split(';').next().and_then(|pair| pair.split_once('='));
        keep(value.map(|(_, value)| value).unwrap_or_default());
    }
    for (name, value) in answer.json().as_object().into_iter().flatten() {
        if (name.contains("token") || name.contains("secret")) && name != "token_type" {
            keep(value.as_str().unwrap_or_default());
        }
    }
}

/// Adds a user with the canary as the password and signs them in; returns the number of requests.
async fn sign_in(cloud: &Cloud, fleet: &mut Fleet, found: &mut BTreeSet<String>) -> BTreeMap<String, usize> {
    let route = |function| OPERATIONS.iter().find(|route| route.function == function).unwrap();
    let mut created = event_of(cloud, route("create-user"), Role::Admin);
    let mut body = body_of(&created);
    body["password"] = json!(PASSWORD);
    created = with_body(created, &body);
    let answer = fleet.ask("create-user", created).await;
    assert_eq!((answer.status, sings(&answer.body)), (201, None), "{answer:?}");
    let mut login = without_token(event_of(cloud, route("login"), Role::Admin));
    let mut credentials = body_of(&login);
    (credentials["email"], credentials["password"]) = (body["email"].clone(), json!(PASSWORD));
    login = with_body(login, &credentials);
    let answer = fleet.ask("login", login).await;
    assert_eq!((answer.status, sings(&answer.body)), (200, None), "{answer:?}");
    given_out(&answer, found);
    assert!(!found.is_empty(), "sign-in returned no token");
    let bootstrap =
        json!({ "bootstrap": { "workspace": "globex", "email": "hank@example.com", "password": PASSWORD } });
    let admin = fleet.invoke("create-user", bootstrap).await.unwrap();
    assert_eq!(sings(&admin.to_string()), None);
    [("create-user".to_owned(), 2), ("login".to_owned(), 1)].into()
}

fn assert_silent(what: &str, push: &Push, answer: &Response) {
    let taken = answer.status < 300;
    // Look-ups return accounts that an earlier request has stored.
    let looks_up = what == "look-up-accounts" && taken;
    if looks_up || push.repeats == Repeats::Names || (push.repeats == Repeats::Content && taken) {
        return;
    }
    assert_eq!(sings(&format!("{answer:?}")), None, "{what}, {}: {answer:?}", push.place);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_in_a_request_is_logged_or_returned() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(
        &cloud,
        &[("LOG_LEVEL", "trace"), ("RUST_LOG", "trace"), ("METRICS_NAMESPACE", NAMESPACE)],
    );
    let mut found = BTreeSet::new();
    let mut asked = sign_in(&cloud, &mut fleet, &mut found).await;
    let rejected = std::iter::once((REJECT, sample(REJECT)));
    let routed = OPERATIONS.iter().map(|route| (route.function, event_of(&cloud, route, Role::Admin)));
    for (function, event) in routed.chain(rejected) {
        for signature in
            event["headers"]["authorization"].as_str().into_iter().flat_map(|a| a.split('.').skip(1))
        {
            found.insert(signature.to_owned());
        }
        for push in pushes(&event) {
            for event in [push.event.clone(), as_payload_2(&push.event)] {
                let answer = fleet.ask(function, event).await;
                assert_silent(function, &push, &answer);
                given_out(&answer, &mut found);
                *asked.entry(function.to_owned()).or_default() += 1;
            }
        }
    }
    for function in ON_EVENTS {
        for canary in CANARIES {
            let mut event = sample(function);
            event["surprise"] = json!(canary);
            let outcome = fleet.invoke(function, event).await;
            assert_eq!(sings(&format!("{outcome:?}")), None, "{function}");
            *asked.entry(function.to_owned()).or_default() += 1;
        }
    }
    assert_quiet(&fleet.logs(), &asked, &found);
}

/// Checks that the logs have a whole line for each request, and contain no secret.
fn assert_quiet(logs: &BTreeMap<String, String>, asked: &BTreeMap<String, usize>, given: &BTreeSet<String>) {
    assert_eq!(logs.keys().collect::<Vec<_>>(), asked.keys().collect::<Vec<_>>());
    for (function, log) in logs {
        let mut lines = 0;
        for line in log.lines() {
            let read: Value =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{function}: {e}: {line}"));
            let measured = metrics_of(&read, NAMESPACE);
            lines += usize::from(measured.contains("Requests") || read["message"] == "event");
            assert_eq!(sings(line), None, "{function}: {line}");
            let secret = given.iter().find(|secret| line.contains(secret.as_str()));
            assert_eq!(secret, None, "{function}: {line}");
        }
        assert!(lines >= asked[function], "{function}: {lines} lines of {}", asked[function]);
    }
}
