//! Tests of rotations with the emulated Secrets Manager and enough time.

mod first;
mod held_up;
mod lab;

use serde_json::{Value, json};
use testing::Bench;

use super::FUNCTION;
use lab::{Lab, STEPS};

#[tokio::test]
async fn the_first_rotation_creates_the_first_keys_and_is_recorded() {
    let lab = Lab::start().await;
    assert!(lab.sign_in().await.is_err(), "no user can sign in before");
    let mut event: Value = serde_json::from_str(include_str!("../../../events/rotate-keys.json")).unwrap();
    event["SecretId"] = json!(lab.arn);
    let token = event["ClientRequestToken"].as_str().unwrap().to_owned();
    assert_eq!(lab.bench.invoke(FUNCTION, &event).await.unwrap(), json!({}));
    lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
    for step in &STEPS[1..] {
        lab.step(step, &token).await.unwrap();
    }
    lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
    let (private, public) = (lab.secret("private").await, lab.secret("public").await);
    assert_eq!((lab::kids(&private).len(), lab::kids(&public)), (1, lab::kids(&private)));
    assert!(private["root"].is_string() && private["keys"][0]["pkcs8"].is_string());
    assert!(!public.to_string().contains("pkcs8") && public.get("root").is_none(), "only public halves");
    let records = lab.records().await;
    assert_eq!(records.len(), 1);
    let record = ["workspace", "action", "actor", "outcome", "target", "request_id"]
        .map(|name| records[0][name].as_str());
    assert_eq!(record, ["-", "keys_rotated", "operator", "done", &lab::kids(&private)[0], &token]);
}

#[tokio::test]
async fn a_step_that_is_repeated_changes_nothing() {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    lab.bench.pass(5_000);
    let token = lab.sign_in().await.unwrap();
    for step in STEPS {
        lab.step(step, &lab::token(1)).await.unwrap();
        let before = (lab.secret("private").await, lab.secret("public").await);
        for _ in 0..2 {
            lab.bench.pass(1);
            lab.step(step, &lab::token(1)).await.unwrap();
            assert_eq!((lab.secret("private").await, lab.secret("public").await), before, "{step}");
        }
    }
    let before = (lab.secret("private").await, lab.secret("public").await);
    for step in STEPS {
        lab.step(step, &lab::token(1)).await.unwrap();
        assert_eq!(
            (lab.secret("private").await, lab.secret("public").await),
            before,
            "{step}, after the rotation"
        );
    }
    lab.verify(&token).await.unwrap();
}

#[tokio::test]
async fn a_public_secret_that_does_not_verify_signatures_stops_the_rotation() {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    lab.bench.pass(5_000);
    for step in &STEPS[..2] {
        lab.step(step, &lab::token(1)).await.unwrap();
    }
    let published = lab.secret("public").await;
    let mut swapped = published.clone();
    swapped["keys"][1]["x"] = published["keys"][0]["x"].clone();
    for content in [swapped, json!({ "keys": [published["keys"][0]] }), json!({ "keys": [] })] {
        lab.put("public", &content).await;
        let refusal = lab.step("testSecret", &lab::token(1)).await.unwrap_err();
        assert!(refusal.contains("does not verify signatures of the key"), "{refusal}");
    }
    lab.put("public", &published).await;
    lab.step("testSecret", &lab::token(1)).await.unwrap();
}

#[tokio::test]
async fn a_finished_rotation_cannot_be_finished_again() {
    let lab = Lab::start().await;
    for number in 0..3 {
        lab.rotate(&lab::token(number)).await;
        lab.bench.pass(10_000);
    }
    let before = (lab.secret("private").await, lab.secret("public").await);
    for (number, step) in [(0, "setSecret"), (0, "finishSecret"), (1, "setSecret"), (1, "finishSecret")] {
        assert!(lab.step(step, &lab::token(number)).await.is_err(), "{step} of rotation {number}");
    }
    for step in &STEPS[1..] {
        assert!(lab.step(step, &lab::token(9)).await.unwrap_err().contains("no pending version"), "{step}");
    }
    assert_eq!((lab.secret("private").await, lab.secret("public").await), before);
}

#[tokio::test]
async fn only_the_configured_secret_is_rotated_and_only_in_four_steps() {
    let lab = Lab::start().await;
    let event = |step: &str, secret: &str| json!({ "Step": step, "SecretId": secret, "ClientRequestToken": lab::token(0) });
    let other = lab.arn.replace("private", "privates");
    for (step, secret) in [
        ("createSecret", other.as_str()),
        ("createSecret", "public"),
        ("createSecret", ""),
        ("deleteSecret", &lab.arn),
        ("", &lab.arn),
    ] {
        assert!(lab.bench.invoke(FUNCTION, &event(step, secret)).await.is_err(), "{step} {secret}");
    }
    for event in [json!({}), json!([]), json!({ "Step": "createSecret" })] {
        assert!(lab.bench.invoke(FUNCTION, &event).await.is_err());
    }
    assert_eq!((lab.secret("private").await, lab.secret("public").await), (Value::Null, Value::Null));
}

#[tokio::test]
async fn a_fourth_pair_is_rejected_and_recorded_and_the_rotation_succeeds_later() {
    let lab = Lab::start().await;
    for number in 0..3 {
        lab.rotate(&lab::token(number)).await;
    }
    let before = lab.secret("private").await;
    assert_eq!(lab::kids(&before).len(), 3);
    let refusal = lab.step("createSecret", &lab::token(3)).await.unwrap_err();
    assert!(refusal.contains("3 pairs are in use; rotate again from 2026-11-21T10:26:01Z on"), "{refusal}");
    assert_eq!(lab.secret("private").await, before);
    let records = lab.records().await;
    assert_eq!(records.iter().filter(|record| record["outcome"] == "denied").count(), 1);
    assert!(records.iter().any(|record| record["detail"].contains("3 pairs are in use")));
    lab.bench.pass(26 * 60 + 1);
    lab.rotate(&lab::token(3)).await;
    let after = lab.secret("private").await;
    assert_eq!(lab::kids(&after)[..2], lab::kids(&before)[1..], "the first pair has expired");
    assert_eq!((lab::kids(&after).len(), &after["root"]), (3, &before["root"]));
}

#[tokio::test]
async fn unknown_content_is_neither_overwritten_nor_repeated() {
    let lab = Lab::start().await;
    let canary = "canary-6f1c2a";
    lab.put("private", &json!({ "keys": canary })).await;
    let refusal = lab.step("createSecret", &lab::token(0)).await.unwrap_err();
    assert!(!refusal.contains(canary), "{refusal}");
    assert!(lab.secret("private").await.to_string().contains(canary));
}

#[tokio::test]
async fn without_secrets_manager_a_step_fails() {
    let bench = Bench::start().await.without_keys_at("http://127.0.0.1:1");
    let event = json!({ "Step": "createSecret", "SecretId": "private", "ClientRequestToken": lab::token(0) });
    assert!(bench.invoke(FUNCTION, &event).await.is_err());
}
