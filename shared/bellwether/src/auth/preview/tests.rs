//! A preview token is valid for its test, phase and time, and for nothing else.

use secrecy::ExposeSecret;
use serde_json::json;

use super::*;
use crate::auth::token::{Terms, TokenRefused, Verifier};
use domain::experiment::{Definition, Seed};

const NOW: i64 = 1_795_255_200_000;

fn now(later: i64) -> Timestamp {
    Timestamp::from_millis(NOW + later * 1_000)
}

fn workspace(name: &str) -> Workspace {
    Workspace::parse(name).unwrap()
}

fn test(name: &str, key: u8) -> Experiment {
    let body = json!({
        "test_id": name, "name": "A test", "hypothesis": "It works.",
        "variants": [
            { "key": "control", "weight": 5_000, "is_control": true, "parameters": {} },
            { "key": "red", "weight": 5_000, "parameters": {} }
        ],
        "goals": [{ "key": "demo", "kind": "binary", "role": "primary" }]
    });
    let definition = Definition::parse(typed(body).unwrap()).unwrap();
    let draft = Experiment::draft(definition, Seed::from_random([1; 8]), now(0));
    Experiment { preview_key: Some(PreviewKey::from_random([key; 32])), ..draft }
}

fn token(test: &Experiment, seconds: i64) -> String {
    let preview = Preview::of(test, &test.definition.variants[1], seconds, now(0));
    preview.sign(&workspace("acme"), test.preview_key.as_ref().unwrap()).unwrap().expose_secret().to_owned()
}

fn outcome(token: &str, name: &str, test: &Experiment, later: i64) -> Result<String, PreviewRefused> {
    Preview::verified(token, &workspace(name), test, now(later)).map(|variant| variant.key.to_string())
}

#[test]
fn a_token_gives_its_variant_until_it_ends() {
    let test = test("pricing", 1);
    let token = token(&test, USUAL_SECONDS);
    assert_eq!(outcome(&token, "acme", &test, 0), Ok("red".to_owned()));
    assert_eq!(outcome(&token, "acme", &test, USUAL_SECONDS - 1), Ok("red".to_owned()));
    assert_eq!(outcome(&token, "acme", &test, USUAL_SECONDS), Err(PreviewRefused::Expired));
    assert_eq!(Preview::names(&token).unwrap(), test.definition.test_id);
}

#[test]
fn no_token_is_valid_for_more_than_a_day() {
    let test = test("pricing", 1);
    assert_eq!(
        outcome(&token(&test, i64::MAX), "acme", &test, LONGEST_SECONDS),
        Err(PreviewRefused::Expired)
    );
    let long = Preview {
        exp: now(0).seconds() + LONGEST_SECONDS + 60,
        ..Preview::of(&test, &test.definition.variants[1], 1, now(0))
    };
    let long = long.sign(&workspace("acme"), test.preview_key.as_ref().unwrap()).unwrap();
    assert_eq!(outcome(long.expose_secret(), "acme", &test, 0), Err(PreviewRefused::Expired));
}

#[test]
fn a_token_is_refused_for_another_test_workspace_phase_or_key() {
    let own = test("pricing", 1);
    let token = token(&own, 600);
    assert_eq!(outcome(&token, "globex", &own, 0), Err(PreviewRefused::Foreign));
    assert_eq!(outcome(&token, "acme", &test("other", 2), 0), Err(PreviewRefused::Foreign));
    assert_eq!(
        outcome(&token, "acme", &test("other", 1), 0),
        Err(PreviewRefused::Foreign),
        "even with its key"
    );
    assert_eq!(outcome(&token, "acme", &test("pricing", 2), 0), Err(PreviewRefused::Foreign));
    assert_eq!(
        outcome(&token, "acme", &Experiment { preview_key: None, ..own.clone() }, 0),
        Err(PreviewRefused::Foreign)
    );
    assert_eq!(
        outcome(&token, "acme", &Experiment { phase: 2, ..own.clone() }, 0),
        Err(PreviewRefused::Ended)
    );
    assert_eq!(
        outcome(&token, "acme", &Experiment { status: Status::Archived, ..own.clone() }, 0),
        Err(PreviewRefused::Ended)
    );
    let mut renamed = own;
    renamed.definition.variants[1].key = VariantKey::parse("blue").unwrap();
    assert_eq!(outcome(&token, "acme", &renamed, 0), Err(PreviewRefused::NoVariant));
}

#[test]
fn no_changed_byte_of_a_token_is_accepted() {
    let test = test("pricing", 1);
    let token = token(&test, 600);
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(outcome(&changed, "acme", &test, 0).is_err(), "byte {place}");
    }
    for broken in [
        "",
        "pv1.",
        "pv1..",
        "pv1.e30.",
        &token[..token.len() - 1],
        &format!("{token}A"),
        &"pv1.".repeat(200),
    ] {
        assert_eq!(outcome(broken, "acme", &test, 0), Err(PreviewRefused::Foreign), "{broken}");
    }
}

#[test]
fn a_preview_token_is_not_an_access_token() {
    let terms = Terms { issuer: "https://issuer.example/v1".to_owned(), audience: "bellwether".to_owned() };
    let verifier = Verifier::new(terms, 1);
    assert_eq!(verifier.parse(&token(&test("pricing", 1), 600), now(0)).err(), Some(TokenRefused::Header));
}
