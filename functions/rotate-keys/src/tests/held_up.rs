//! Tests of rotations that crash, are late or are abandoned, and of the functions that verify tokens in the
//! meantime.

use bellwether::http::problem::Problem;

use super::lab::{self, Lab, STEPS, kids, verify};

/// Runs all steps repeatedly with the same token until they succeed, as Secrets Manager does.
async fn see_through(lab: &Lab, token: &str) {
    for _ in 0..5 {
        match lab.steps(token).await {
            Ok(()) => return,
            Err(why) => assert!(why.contains("verifiers may not have the new key yet"), "{why}"),
        }
        lab.bench.pass(450);
    }
    panic!("the rotation did not succeed in five attempts");
}

/// Interrupts the first rotation at its first call, the next at its second and so on. The call takes effect, its
/// response is lost, and no other call succeeds until `pause` seconds later.
async fn a_crash_at_any_call(pause: i64) {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    let (mut crashes, mut number) = (0, 0);
    loop {
        number += 1;
        lab.bench.pass(10_000);
        let before = lab.secret("private").await;
        let token = lab.sign_in().await.unwrap();
        lab.begin(&lab::token(number)).await.unwrap();
        lab.cut_after(crashes);
        let outcome = lab.steps(&lab::token(number)).await;
        lab.mend();
        lab.verify(&token).await.unwrap();
        lab.bench.pass(pause);
        lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
        see_through(&lab, &lab::token(number)).await;
        let after = lab.secret("private").await;
        assert_eq!(
            (kids(&after).len(), &after["root"]),
            (2, &before["root"]),
            "one new pair, interrupted at call {crashes}"
        );
        assert_eq!(kids(&after)[0], *kids(&before).last().unwrap());
        assert_eq!(kids(&lab.secret("public").await), kids(&after));
        lab.verify(&lab.sign_in().await.unwrap()).await.unwrap();
        if outcome.is_ok() {
            break;
        }
        crashes += 1;
    }
    assert!(crashes >= 12, "a rotation makes more calls than {crashes}");
}

#[tokio::test]
async fn a_crashed_rotation_is_completed_by_its_repetition() {
    a_crash_at_any_call(0).await;
}

#[tokio::test]
async fn a_crashed_rotation_is_completed_an_hour_later() {
    a_crash_at_any_call(3_600).await;
}

#[tokio::test]
async fn an_abandoned_rotation_ends_no_session_and_the_next_starts_from_the_current_keys() {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    lab.bench.pass(10_000);
    for step in &STEPS[..3] {
        lab.step(step, &lab::token(1)).await.unwrap();
    }
    lab.bench.pass(10_000);
    let token = lab.sign_in().await.unwrap();
    lab.verify(&token).await.unwrap();
    let current = kids(&lab.secret("private").await);
    assert!(lab.begin(&lab::token(2)).await.unwrap_err().contains("previous rotation isn't complete"));
    lab.unlabel(&lab::token(1), "AWSPENDING").await;
    lab.rotate(&lab::token(2)).await;
    lab.verify(&token).await.unwrap();
    assert_eq!(kids(&lab.secret("private").await)[..1], current);
    assert_eq!(kids(&lab.secret("public").await).len(), 2, "the abandoned key is removed");
    assert!(lab.step("finishSecret", &lab::token(1)).await.unwrap_err().contains("no pending version"));
}

#[tokio::test]
async fn a_late_rotation_waits_until_every_verifier_has_its_key() {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    lab.bench.pass(10_000);
    let verifier = lab.instance();
    verify(&verifier, &lab.sign_in().await.unwrap()).await.unwrap();
    lab.step("createSecret", &lab::token(1)).await.unwrap();
    lab.bench.pass(10_000);
    verify(&verifier, &lab.sign_in().await.unwrap()).await.unwrap();
    lab.step("setSecret", &lab::token(1)).await.unwrap();
    let early = lab.step("finishSecret", &lab::token(1)).await.unwrap_err();
    assert!(early.contains("verifiers may not have the new key yet"), "{early}");
    let reads = lab.reads();
    verify(&verifier, &lab.sign_in().await.unwrap()).await.unwrap();
    assert_eq!(lab.reads(), reads + 1, "the signer read its keys, and the verifier had the signing key");
    lab.bench.pass(451);
    lab.rotate(&lab::token(1)).await;
    let token = lab.sign_in().await.unwrap();
    verify(&verifier, &token).await.unwrap();
}

#[tokio::test]
async fn forged_key_ids_cause_one_refresh_a_minute_and_change_nothing() {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    let (verifier, token) = (lab.instance(), lab.sign_in().await.unwrap());
    verify(&verifier, &token).await.unwrap();
    let reads = lab.reads();
    for minute in 0..4 {
        for number in 0..100 {
            let forged = forged(&format!("{minute}-{number}"));
            assert!(matches!(verify(&verifier, &forged).await, Err(Problem::InvalidToken(_))));
            verify(&verifier, &token).await.unwrap();
        }
        assert_eq!(
            lab.reads() - reads,
            minute,
            "no read in the first minute after a read, then one a minute"
        );
        lab.bench.pass(60);
    }
}

#[tokio::test]
async fn cached_keys_stay_in_use_when_a_refresh_fails_and_it_is_retried_after_5_s() {
    let lab = Lab::start().await;
    lab.rotate(&lab::token(0)).await;
    let (verifier, token) = (lab.instance(), lab.sign_in().await.unwrap());
    verify(&verifier, &token).await.unwrap();
    lab.bench.pass(301);
    lab.cut_after(0);
    verify(&verifier, &token).await.unwrap();
    lab.mend();
    let reads = lab.reads();
    for (seconds, more) in [(4, 0), (1, 1), (299, 1), (1, 2)] {
        lab.bench.pass(seconds);
        verify(&verifier, &token).await.unwrap();
        assert_eq!(lab.reads() - reads, more, "after {seconds} s more");
    }
}

/// Returns a token whose header names a key that does not exist.
fn forged(kid: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = serde_json::json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid });
    format!("{}.e30.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode([0; 64]))
}
