//! Tests of first rotations. Secrets Manager makes the first version of a secret current at once, regardless
//! of the requested label, and has a version without a value before the first step.

use serde_json::{Value, json};

use super::lab::{self, Lab, STEPS, kids};

/// Asserts that every issued token is accepted.
async fn no_token_is_refused(lab: &Lab, when: &str) {
    if let Ok(token) = lab.sign_in().await {
        lab.verify(&token).await.unwrap_or_else(|why| panic!("{when}: {why:?}"));
    }
}

/// Asserts that users can sign in with the only key.
async fn one_key_signs(lab: &Lab) {
    lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
    let private = lab.secret("private").await;
    assert_eq!((kids(&private).len(), kids(&lab.secret("public").await)), (1, kids(&private)));
}

#[tokio::test]
async fn a_first_rotation_rejects_no_token_and_each_step_can_be_repeated() {
    let lab = Lab::start().await;
    lab.begin(&lab::token(0)).await.unwrap();
    assert_eq!(lab.stages(&lab::token(0)).await, ["AWSPENDING"]);
    assert_eq!(lab.secret("private").await, Value::Null, "a placeholder has no value");
    for step in STEPS {
        for _ in 0..2 {
            lab.step(step, &lab::token(0)).await.unwrap();
            assert_eq!(lab.stages(&lab::token(0)).await, ["AWSPENDING", "AWSCURRENT"], "{step}");
            lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
        }
    }
    one_key_signs(&lab).await;
    lab.bench.pass(10_000);
    lab.rotate(&lab::token(1)).await;
    assert_eq!(kids(&lab.secret("public").await).len(), 2, "a second rotation follows");
}

#[tokio::test]
async fn set_publishes_a_current_version_whose_newest_half_is_missing() {
    let mut lab = Lab::start().await;
    for lost in [json!({ "keys": [] }), json!({ "keys": [{ "kid": "another", "x": "AAAA" }] })] {
        lab.empty().await;
        lab.step("createSecret", &lab::token(0)).await.unwrap();
        lab.put("public", &lost).await;
        let refused = lab.step("testSecret", &lab::token(0)).await.unwrap_err();
        assert!(refused.contains("does not verify"), "{refused}");
        for step in &STEPS[1..] {
            lab.step(step, &lab::token(0)).await.unwrap();
        }
        one_key_signs(&lab).await;
    }
    lab.bench.pass(10_000);
    lab.rotate(&lab::token(1)).await;
    let private = lab.secret("private").await;
    lab.put("public", &json!({ "keys": [] })).await;
    for step in &STEPS[1..] {
        lab.step(step, &lab::token(1)).await.unwrap();
    }
    assert_eq!(kids(&lab.secret("public").await), kids(&private), "every half, in a later rotation too");
    lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_first_version_is_finished_under_each_possible_label() {
    let mut lab = Lab::start().await;
    for taken in [None, Some("AWSPENDING"), Some("AWSCURRENT")] {
        for after in 0..4 {
            lab.empty().await;
            for (number, step) in STEPS.iter().enumerate() {
                lab.step(step, &lab::token(0)).await.unwrap();
                if let Some(label) = taken.filter(|_| number == after) {
                    lab.unlabel(&lab::token(0), label).await;
                }
            }
            if after < 3 || taken != Some("AWSCURRENT") {
                one_key_signs(&lab).await;
            }
        }
    }
}

#[tokio::test]
async fn a_first_rotation_that_starts_twice_leaves_keys_that_sign_and_verify() {
    let mut lab = Lab::start().await;
    let orders = [
        [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (0, 3), (1, 3)],
        [(0, 0), (1, 0), (1, 1), (1, 2), (0, 1), (0, 2), (0, 3), (1, 3)],
        [(0, 0), (1, 0), (1, 1), (1, 2), (1, 3), (0, 1), (0, 2), (0, 3)],
        [(0, 0), (0, 1), (0, 2), (0, 3), (0, 0), (1, 0), (1, 1), (1, 2)],
    ];
    for order in orders {
        lab.empty().await;
        for (token, step) in order {
            let done = lab.step(STEPS[step], &lab::token(token)).await;
            no_token_is_refused(&lab, &format!("{} of rotation {token}: {done:?}", STEPS[step])).await;
        }
        lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
        lab.bench.pass(10_000);
        lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
    }
}

/// Interrupts a first rotation at each of its calls, and completes it with `again`.
async fn a_crash_at_any_call(again: u32) {
    let mut lab = Lab::start().await;
    for crashes in 0.. {
        lab.empty().await;
        lab.begin(&lab::token(0)).await.unwrap();
        lab.cut_after(crashes);
        let outcome = lab.steps(&lab::token(0)).await;
        lab.mend();
        no_token_is_refused(&lab, &format!("interrupted at call {crashes}")).await;
        lab.bench.pass(60);
        lab.steps(&lab::token(again)).await.unwrap();
        lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
        let private = lab.secret("private").await;
        assert_eq!(kids(&lab.secret("public").await), kids(&private), "interrupted at call {crashes}");
        if outcome.is_ok() {
            assert!(crashes >= 8, "a first rotation makes more calls than {crashes}");
            return;
        }
    }
}

#[tokio::test]
async fn a_crashed_first_rotation_is_completed_by_its_repetition() {
    a_crash_at_any_call(0).await;
}

#[tokio::test]
async fn a_crashed_first_rotation_is_completed_by_the_next_one() {
    a_crash_at_any_call(1).await;
}

#[tokio::test]
async fn a_secret_with_an_empty_value_is_rotated_like_one_without_a_value() {
    let lab = Lab::start().await;
    lab.put_text("private", "").await;
    lab.put_text("public", "").await;
    lab.rotate(&lab::token(0)).await;
    one_key_signs(&lab).await;
    assert_eq!(lab.stages(&lab::token(0)).await, ["AWSPENDING", "AWSCURRENT"]);
}
