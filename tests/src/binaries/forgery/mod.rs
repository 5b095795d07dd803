//! Sends forged tokens to the built binary of every function that requires a token. All are refused in
//! the same way; none causes a call or a download, or leaves a part of the token in the log. The functions are
//! those in `openapi.yaml`, so a new one is covered automatically.

mod claims;
mod forger;
mod headers;
mod keys;
mod shapes;
mod signatures;
mod target;

use std::collections::BTreeSet;

use bellwether::auth::access::Scope;
use bellwether::operations::OPERATIONS;
use forger::{Forged, Forger, by};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use target::{Ground, Target};
use testing::document::Operation;

/// The minimum number of forged tokens.
const LEAST: usize = 150;

/// Returns all forged tokens, each once.
fn forgeries(forger: &Forger) -> Vec<Forged> {
    let all =
        [headers::all(forger), claims::all(forger), signatures::all(forger), shapes::all(forger)].concat();
    let mut seen = BTreeSet::new();
    let distinct: Vec<Forged> = all.into_iter().filter(|forged| seen.insert(forged.token.clone())).collect();
    assert!(distinct.len() >= LEAST, "{} forged tokens", distinct.len());
    distinct
}

/// Returns unusual but valid tokens, which must be accepted.
fn controls(forger: &Forger) -> Vec<Forged> {
    let (header, claims) = (forger.header(), forger.claims());
    let with = |name: &str, value: Value| forger.with_claim(name, value);
    let backwards = |value: &Value| {
        let fields = value.as_object().unwrap().iter().rev();
        Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    let times = |iat: i64| {
        let mut claims = claims.clone();
        (claims["iat"], claims["exp"]) = (json!(forger.now + iat), json!(forger.now + iat + 900));
        forger.signed(&header, &claims)
    };
    let second = json!({ "kid": forger.second.kid, "typ": "at+jwt", "alg": "EdDSA" });
    vec![
        Forged::new("an ordinary token", forger.valid()),
        Forged::new("the same again, from memory", forger.valid()),
        Forged::new("fields in another order", forger.signed(&backwards(&header), &backwards(&claims))),
        Forged::new(
            "spaces in the JSON",
            forger.written(format!(" {header:#}\n"), format!("{claims:#}\r\n")),
        ),
        Forged::new("the second key", by(&forger.second, second.to_string(), claims.to_string())),
        Forged::new("a claim that means nothing here", with("note", json!({ "a": [1] }))),
        Forged::new(
            "a scope that means nothing here",
            with("scope", json!(format!("x:y {}", claims["scope"].as_str().unwrap()))),
        ),
        Forged::new("ended within the skew", times(-930)),
        Forged::new("issued within the skew", times(50)),
        Forged::new("a long token", with("note", json!("n".repeat(2_000)))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_refuses_every_forged_token_alike_without_a_call() {
    let ground = Ground::start().await;
    let (forged, controls) = (forgeries(&ground.forger), controls(&ground.forger));
    let operations = guarded();
    assert!(operations.len() >= 7, "too few functions that require a token");
    println!(
        "{} forged tokens and {} valid ones, to {} functions",
        forged.len(),
        controls.len(),
        operations.len()
    );
    join_all(operations.iter().map(|operation| attack(&ground, operation, &forged, &controls))).await;
    assert_eq!(ground.trap.seen(), 0, "a function fetched a URL from a token");
}

/// Asserts that a valid token passes the guard. The rest of the request may fail.
async fn assert_let_in(target: &Target, id: &str, Forged { what, token }: &Forged) {
    let status = target.ask(&format!("Bearer {token}")).await.status;
    assert!(![401, 403].contains(&status) && status < 500, "{id}: {what} gets {status}");
}

/// Removes the caller of a valid token from a log line, where it belongs, as in the audit. A line about a
/// refused token must not contain it.
fn without_known_callers(line: &str) -> String {
    let Ok(mut read) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    let refused = |own: &Map<String, Value>| own.get("status").is_some_and(|status| status == 401);
    if let Some(response) = read.as_object_mut().filter(|own| !refused(own)) {
        response.remove("subject");
        response.remove("workspace");
    }
    read.to_string()
}

/// Returns an operation of each function that requires a scope.
fn guarded() -> Vec<Operation> {
    let is_first = |own: &Operation| OPERATIONS.iter().any(|route| route.function == own.id());
    Operation::all().into_iter().filter(|own| own.scope().is_some() && is_first(own)).collect()
}

async fn attack(ground: &Ground, operation: &Operation, forged: &[Forged], controls: &[Forged]) {
    let id = operation.id();
    let target = Target::start(ground, id).await;
    for control in controls {
        assert_let_in(&target, id, control).await;
    }
    let (calls, mut answers) = (target.store_calls(), BTreeSet::new());
    for Forged { what, token } in forged {
        let answer = target.ask(&format!("Bearer {token}")).await;
        assert_eq!(answer.status, 401, "{id}: {what}: {}", answer.body);
        assert_eq!(answer.challenge, r#"Bearer error="invalid_token""#, "{id}: {what}");
        answers.insert(answer.body);
    }
    assert_eq!(answers.len(), 1, "{id}: {answers:#?}");
    assert_eq!(target.store_calls(), calls, "{id}: a forged token cost a call");
    assert_let_in(&target, id, &controls[0]).await;
    target.assert_reads_of_keys();
    let lines = target.finish().await;
    let lines = lines.lines().filter(|line| !line.contains(r#""message":"audit""#));
    let log = lines.map(without_known_callers).collect::<Vec<_>>().join("\n");
    let refusals = log.lines().filter(|line| line.contains(r#""problem":"invalid_token""#)).count();
    assert_eq!(refusals, forged.len(), "{id}: not one line for each refusal");
    for Forged { what, token } in forged.iter().chain(controls) {
        let telling = token.split(['.', ' ', ',']).filter(|part| part.len() >= 16);
        telling.for_each(|part| assert!(!log.contains(part), "{id}: the log contains a part of {what}"));
    }
    for secret in [&ground.forger.canary, &ground.forger.trap, "passwd", "users:write tests:read"] {
        assert!(!log.contains(secret), "{id}: the log contains {secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_credentials_gets_a_challenge_without_an_error() {
    let ground = Ground::start().await;
    let valid = ground.forger.valid();
    for operation in &guarded() {
        let (id, target) = (operation.id(), Target::start(&ground, operation.id()).await);
        let none = [
            None,
            Some(""),
            Some("Bearer"),
            Some("Basic YWRtaW46YWRtaW4="),
            Some("Digest username=admin"),
            Some("Token x"),
        ];
        let mut answers = BTreeSet::new();
        for credentials in none.iter().map(|text| text.map(str::to_owned)).chain([Some(valid.clone())]) {
            let answer = target.send(credentials.as_deref()).await;
            assert_eq!((answer.status, answer.challenge.as_str()), (401, "Bearer"), "{id}: {credentials:?}");
            answers.insert(answer.body);
        }
        assert_eq!(answers.len(), 1, "{id}");
        let twice = target.send_all(&[format!("Bearer {valid}"), format!("Bearer {valid}")]).await;
        assert_eq!(
            (twice.status, twice.challenge.as_str()),
            (401, r#"Bearer error="invalid_token""#),
            "{id}"
        );
        assert_ne!(
            target.ask(&format!("bEARER {valid}")).await.status,
            401,
            "{id}: the scheme is case-insensitive"
        );
        assert!(!target.finish().await.contains(&valid), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_requires_its_own_scope_and_no_other() {
    let ground = Ground::start().await;
    for operation in &guarded() {
        // The function's sample can be that of another of its operations.
        let id = operation.id();
        let (path, method) =
            (&testing::document::event(id)["resource"], &testing::document::event(id)["httpMethod"]);
        let sampled = OPERATIONS.iter().find(|own| own.path == path && own.method == method);
        let scope = sampled.and_then(bellwether::operations::Operation::scope).unwrap().as_str();
        let target = Target::start(&ground, id).await;
        let others: Vec<Scope> = Scope::ALL.into_iter().filter(|other| other.as_str() != scope).collect();
        let upper = scope.to_uppercase();
        let lists =
            [String::new(), Scope::write_list(&others), upper, format!("{scope}x"), scope.replace(':', " ")];
        for list in lists {
            let token = ground.forger.with_claim("scope", json!(list));
            let answer = target.ask(&format!("Bearer {token}")).await;
            let challenge = format!(r#"Bearer error="insufficient_scope", scope="{scope}""#);
            assert_eq!((answer.status, answer.challenge), (403, challenge), "{id}: {list:?}");
        }
        let own = Forged::new("its own scope", ground.forger.with_claim("scope", json!(scope)));
        assert_let_in(&target, id, &own).await;
        target.finish().await;
    }
}
