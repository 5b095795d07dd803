//! Tests of ending a session.

use bellwether::auth::access::Role;
use bellwether::auth::access::csrf::csrf_hash;
use bellwether::auth::session::{RefreshToken, Session};
use bellwether::net::request_id::RequestId;
use bellwether::store::audit::{Action, Provenance};
use bellwether::store::item::{key, text_value};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testing::{Answer, Bench, acme, user_named, with_form, with_header, without_token};

use super::FUNCTION;

const FAMILY: [u8; 48] = [9; 48];

/// Starts a bench with a session whose token is made of [`FAMILY`].
async fn with_session() -> (Bench, Value) {
    let bench = Bench::start().await;
    let user = user_named("ada@example.com", Role::Analyst, "acme");
    let session = Session::begin(&RefreshToken::from_random(FAMILY), &user, bench.app.clock.now());
    let (at, request_id) = (bench.app.clock.now(), RequestId::of_event("r"));
    let origin = Provenance { at, request_id, source: None, unique: [1; 16] };
    let entry = origin.record(&acme(), "ada", Action::SignedIn, "s");
    bench.app.store.sessions.begin(&session, entry.unconditional()).await.unwrap();
    let event = without_token(bench.event("revoke-token", Role::Analyst).await);
    (bench, event)
}

async fn revoke(bench: &Bench, event: &Value, token: &str) -> Answer {
    bench.call(FUNCTION, with_form(event.clone(), &[("token", token)])).await
}

fn text(bytes: [u8; 48]) -> String {
    RefreshToken::from_random(bytes).to_text().expose_secret().to_owned()
}

async fn is_over(bench: &Bench) -> bool {
    let id = RefreshToken::from_random(FAMILY).session_id();
    bench.app.store.sessions.get(&id).await.unwrap().unwrap().current.is_empty()
}

#[tokio::test]
async fn a_token_ends_its_session_and_a_repetition_is_not_an_error() {
    let (bench, event) = with_session().await;
    let response = revoke(&bench, &event, &text(FAMILY)).await;
    assert_eq!((response.status, &response.body), (200, &json!({})));
    assert!(is_over(&bench).await);
    assert_eq!(revoke(&bench, &event, &text(FAMILY)).await.status, 200);
    let scan = bench.database().scan().table_name("bench-audit").send().await.unwrap();
    let ended: Vec<_> =
        scan.items().iter().filter(|r| r["action"].as_s().unwrap() == "session_ended").collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["source"].as_s().unwrap(), "203.0.113.7");
}

#[tokio::test]
async fn an_older_token_of_the_session_ends_it_too() {
    let (bench, event) = with_session().await;
    let mut older = FAMILY;
    older[40] = 1;
    assert_eq!(revoke(&bench, &event, &text(older)).await.status, 200);
    assert!(is_over(&bench).await);
}

#[tokio::test]
async fn an_unknown_token_gets_the_response_of_a_revoked_one_and_writes_nothing() {
    let (bench, event) = with_session().await;
    for token in [text([8; 48]), "nonsense".to_owned()] {
        let form = with_form(event.clone(), &[("token", &token), ("token_type_hint", "refresh_token")]);
        let (response, spent) = bench.metered(FUNCTION, form).await;
        assert_eq!((response.status, &response.body), (200, &json!({})));
        assert!(spent.calls <= 1);
    }
    assert!(!is_over(&bench).await);
}

#[tokio::test]
async fn an_access_token_cannot_be_revoked_and_a_missing_token_is_an_error() {
    let (bench, event) = with_session().await;
    let access = bench.token(Role::Analyst, "acme").await;
    let response = revoke(&bench, &event, &access).await;
    assert_eq!((response.status, &response.body["error"]), (400, &json!("unsupported_token_type")));
    let response = bench.call(FUNCTION, with_form(event, &[("tok", "x")])).await;
    assert_eq!((response.status, &response.body["error"]), (400, &json!("invalid_request")));
}

#[tokio::test]
async fn a_sign_out_from_an_allowed_page_deletes_the_cookies() {
    let (bench, event) = with_session().await;
    let bench = bench.under_a_domain().await;
    let id = RefreshToken::from_random(FAMILY).session_id();
    let update = bench.database().update_item().table_name("bench-identities");
    let update = update.set_key(Some(key(format!("session/{}", id.as_str()))));
    let update = update.update_expression("SET csrf = :hash");
    update.expression_attribute_values(":hash", text_value(&csrf_hash("mine"))).send().await.unwrap();
    let cookie = format!("__Host-bellwether-refresh={}", text(FAMILY));
    let request = with_header(with_form(event, &[]), "cookie", &cookie);
    let request = with_header(request, "origin", "https://app.example.com");
    assert_eq!(bench.call(FUNCTION, request.clone()).await.status, 403);
    assert!(!is_over(&bench).await);
    let response = bench.call(FUNCTION, with_header(request, "x-csrf-token", "mine")).await;
    assert_eq!(response.status, 200, "{}", response.body);
    assert!(is_over(&bench).await);
    assert!(
        response.cookies.iter().all(|cookie| cookie.contains("=; Path=/; Max-Age=0;")),
        "{:?}",
        response.cookies
    );
    assert_eq!(response.cookies.len(), 2);
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "revoke-token").await;
}
