//! Tests of refresh tokens and client secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether::auth::access::csrf::csrf_hash;
use bellwether::auth::access::{Role, Scope};
use bellwether::auth::clients::{Client, ClientId, ClientSecret};
use bellwether::auth::session::{IDLE_SECONDS, RefreshToken, Session};
use bellwether::net::request_id::RequestId;
use bellwether::store::audit::{Action, Provenance};
use bellwether::store::item::{Item, key};
use domain::clock::Timestamp;
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use testing::{Answer, Bench, acme, user_named, with_form, with_header, without_token};

use super::FUNCTION;

/// A bench with a signed-in user.
struct SignedIn {
    bench: Bench,
    event: Value,
    token: String,
}

impl SignedIn {
    async fn begin(role: Role) -> Self {
        let bench = Bench::start().await;
        let user = user_named("ada@example.com", role, "acme");
        bench.app.store.identities.create_user(&user).await.unwrap();
        let token = RefreshToken::from_random([9; 48]);
        let session = Session::begin(&token, &user, bench.app.clock.now());
        let event = without_token(bench.event("issue-token", role).await);
        let begun = Self { bench, event, token: token.to_text().expose_secret().to_owned() };
        begun.store(&session).await;
        begun
    }

    async fn store(&self, session: &Session) {
        let (at, request_id) = (self.bench.app.clock.now(), RequestId::of_event("r"));
        let unique = bellwether::random::bytes().unwrap();
        let origin = Provenance { at, request_id, source: None, unique };
        let entry = origin.record(&acme(), "ada", Action::SignedIn, "s");
        self.bench.app.store.sessions.begin(session, entry.unconditional()).await.unwrap();
    }

    async fn refresh(&self, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.bench.call(FUNCTION, with_form(self.event.clone(), &fields)).await
    }

    async fn change(&self, change: impl Fn(&mut bellwether::auth::users::User)) {
        let mut user = user_named("ada@example.com", Role::Analyst, "acme");
        change(&mut user);
        let mut item: Item = serde_dynamo::to_item(&user).unwrap();
        item.extend(key(format!("user/{}", user.user_id)));
        let put = self.bench.database().put_item().table_name("bench-identities");
        put.set_item(Some(item)).send().await.unwrap();
    }

    async fn records(&self) -> Vec<Value> {
        let scan = self.bench.database().scan().table_name("bench-audit").send().await.unwrap();
        scan.items().iter().map(|item| serde_dynamo::from_item(item.clone()).unwrap()).collect()
    }
}

fn successor(response: &Answer) -> String {
    assert_eq!(response.status, 200, "{}", response.body);
    response.body["refresh_token"].as_str().unwrap().to_owned()
}

fn error(response: &Answer) -> (u16, &str) {
    (response.status, response.body["error"].as_str().unwrap_or_default())
}

const ENDED: (u16, &str) = (400, "invalid_grant");

#[tokio::test]
async fn a_refresh_returns_the_successor_and_an_access_token_for_three_calls() {
    let session = SignedIn::begin(Role::Analyst).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", session.token.as_str())];
    let (response, spent) = session.bench.metered(FUNCTION, with_form(session.event.clone(), &fields)).await;
    let next = successor(&response);
    assert_ne!(next, session.token);
    assert_eq!(
        response.body["scope"],
        "tests:read tests:write assignments:read conversions:read results:read workspace:read accounts:read accounts:write"
    );
    assert_eq!((&response.body["token_type"], &response.body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(response.headers["cache-control"], "no-store");
    assert_eq!(spent.calls, 3);
    assert_ne!(successor(&session.refresh(&next).await), next);
}

#[tokio::test]
async fn twenty_concurrent_uses_store_one_rotation_and_return_the_same_successor() {
    let session = SignedIn::begin(Role::Analyst).await;
    let responses = join_all((0..20).map(|_| session.refresh(&session.token))).await;
    let first = successor(&responses[0]);
    assert!(responses.iter().all(|response| successor(response) == first));
    let next = successor(&session.refresh(&first).await);
    assert_eq!(successor(&session.refresh(&first).await), next, "the predecessor, within 5 s");
}

#[tokio::test]
async fn the_predecessor_after_five_seconds_ends_the_session_and_is_recorded() {
    let session = SignedIn::begin(Role::Analyst).await;
    let next = successor(&session.refresh(&session.token).await);
    session.bench.pass(5);
    assert_eq!(successor(&session.refresh(&session.token).await), next);
    session.bench.pass(1);
    assert_eq!(error(&session.refresh(&session.token).await), ENDED);
    assert_eq!(
        error(&session.refresh(&next).await),
        ENDED,
        "the thief's token ends together with the owner's"
    );
    let records = session.records().await;
    let thefts: Vec<_> = records.iter().filter(|record| record["action"] == "refresh_reused").collect();
    assert_eq!(thefts.len(), 1, "{records:?}");
    assert_eq!((&thefts[0]["outcome"], &thefts[0]["source"]), (&json!("denied"), &json!("203.0.113.7")));
}

#[tokio::test]
async fn a_token_older_than_the_predecessor_ends_the_session_at_once() {
    let session = SignedIn::begin(Role::Analyst).await;
    let second = successor(&session.refresh(&session.token).await);
    let third = successor(&session.refresh(&second).await);
    assert_eq!(error(&session.refresh(&session.token).await), ENDED);
    assert_eq!(error(&session.refresh(&third).await), ENDED);
}

#[tokio::test]
async fn a_token_without_a_session_is_rejected_for_one_read_and_no_write() {
    let session = SignedIn::begin(Role::Analyst).await;
    let stranger = RefreshToken::from_random([8; 48]).to_text();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", stranger.expose_secret())];
    let (response, spent) = session.bench.metered(FUNCTION, with_form(session.event.clone(), &fields)).await;
    assert_eq!((error(&response), spent.calls), (ENDED, 1));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "bwr_nonsense")];
    let (response, spent) = session.bench.metered(FUNCTION, with_form(session.event.clone(), &fields)).await;
    assert_eq!((error(&response), spent.calls), (ENDED, 0));
}

#[tokio::test]
async fn disabling_a_user_or_raising_the_epoch_ends_the_sessions() {
    let session = SignedIn::begin(Role::Analyst).await;
    let next = successor(&session.refresh(&session.token).await);
    session.change(|user| user.disabled = true).await;
    assert_eq!(error(&session.refresh(&next).await), ENDED);
    session.change(|user| user.session_epoch = 1).await;
    assert_eq!(error(&session.refresh(&next).await), ENDED);
    session.change(|user| user.role = Role::Viewer).await;
    let response = session.refresh(&next).await;
    assert_eq!(
        (response.status, &response.body["scope"]),
        (200, &json!("tests:read assignments:read results:read workspace:read"))
    );
}

#[tokio::test]
async fn a_session_ends_after_14_idle_days() {
    let session = SignedIn::begin(Role::Analyst).await;
    session.bench.pass(IDLE_SECONDS - 1);
    let next = successor(&session.refresh(&session.token).await);
    session.bench.pass(IDLE_SECONDS);
    assert_eq!(error(&session.refresh(&next).await), ENDED);
}

#[tokio::test]
async fn a_refresh_can_request_fewer_scopes_but_not_more() {
    let session = SignedIn::begin(Role::Analyst).await;
    let request = async |scope: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &session.token), ("scope", scope)];
        session.bench.call(FUNCTION, with_form(session.event.clone(), &fields)).await
    };
    assert_eq!(error(&request("users:write").await), (400, "invalid_scope"));
    assert_eq!(error(&request("tests:read nothing").await), (400, "invalid_scope"));
    let response = request("tests:read").await;
    assert_eq!((response.status, &response.body["scope"]), (200, &json!("tests:read")));
}

#[tokio::test]
async fn a_session_in_cookies_is_refreshed_only_by_an_allowed_page() {
    let mut session = SignedIn::begin(Role::Analyst).await;
    session.bench = session.bench.under_a_domain().await;
    let token = RefreshToken::from_random([4; 48]);
    let keys = session.bench.app.auth.signing_keys().await.unwrap();
    let csrf = token.csrf(&keys).expose_secret().to_owned();
    let user = user_named("ada@example.com", Role::Analyst, "acme");
    let stored = Session::begin(&token, &user, session.bench.app.clock.now()).in_cookies(csrf_hash(&csrf));
    session.store(&stored).await;
    let text = token.to_text().expose_secret().to_owned();
    let form = with_form(session.event.clone(), &[("grant_type", "refresh_token")]);
    let cookie = with_header(form.clone(), "cookie", &format!("__Host-bellwether-refresh={text}"));
    let from_page = with_header(cookie.clone(), "origin", "https://app.example.com");
    for forged in [cookie, from_page.clone(), with_header(from_page.clone(), "x-csrf-token", "no")] {
        assert_eq!(session.bench.call(FUNCTION, forged).await.status, 403);
    }
    assert_eq!(error(&session.refresh(&text).await), ENDED, "a token from a cookie is not valid in a form");
    let response = session.bench.call(FUNCTION, with_header(from_page, "x-csrf-token", &csrf)).await;
    assert_eq!((response.status, &response.body["csrf_token"]), (200, &json!(csrf)));
    assert_eq!((response.cookies.len(), response.body.get("refresh_token")), (2, None));
    assert!(!response.cookies[1].contains(&text), "the cookie contains the successor");
    let bearer = with_header(form, "cookie", &format!("__Host-bellwether-refresh={}", session.token));
    assert_eq!(
        error(&session.bench.call(FUNCTION, bearer).await),
        ENDED,
        "a token from a form is not valid in a cookie"
    );
}

/// Starts a bench with a client that has two secrets.
async fn with_client(disabled: bool) -> (Bench, Value, ClientId, [SecretString; 2]) {
    let bench = Bench::start().await;
    let now = Timestamp::from_millis(0);
    let [(one, first), (two, second)] = [[1; 32], [2; 32]].map(|bytes| ClientSecret::from_random(bytes, now));
    let client = Client {
        client_id: ClientId::from_random([5; 16]),
        workspace: acme(),
        name: "crm".to_owned(),
        scopes: vec![Scope::AssignmentsWrite, Scope::ConversionsWrite],
        secrets: vec![one, two],
        disabled,
        revision: 1,
        created_at: now,
    };
    let mut item: Item = serde_dynamo::to_item(&client).unwrap();
    item.extend(key(format!("client/{}", client.client_id)));
    bench.database().put_item().table_name("bench-identities").set_item(Some(item)).send().await.unwrap();
    let event = without_token(bench.event("issue-token", Role::Service).await);
    (bench, event, client.client_id, [first, second])
}

fn client_form(id: &ClientId, secret: &SecretString, scope: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", id.to_string()),
        ("client_secret", secret.expose_secret().to_owned()),
        ("scope", scope.to_owned()),
    ]
}

async fn request(bench: &Bench, event: &Value, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    bench.call(FUNCTION, with_form(event.clone(), &fields)).await
}

#[tokio::test]
async fn a_client_gets_its_scopes_with_each_of_its_secrets_and_no_refresh_token() {
    let (bench, event, id, secrets) = with_client(false).await;
    for secret in &secrets {
        let response = request(&bench, &event, &client_form(&id, secret, "")).await;
        assert_eq!(
            (response.status, &response.body["scope"]),
            (200, &json!("assignments:write conversions:write"))
        );
        assert_eq!(response.body.get("refresh_token"), None);
    }
    let narrow = request(&bench, &event, &client_form(&id, &secrets[0], "conversions:write")).await;
    assert_eq!(narrow.body["scope"], "conversions:write");
    let wide =
        request(&bench, &event, &client_form(&id, &secrets[0], "conversions:write metrics:read")).await;
    assert_eq!(error(&wide), (400, "invalid_scope"));
}

#[tokio::test]
async fn wrong_secret_unknown_client_and_disabled_client_get_the_same_response() {
    let (bench, event, id, secrets) = with_client(false).await;
    let (other, other_event, disabled, [secret, _]) = with_client(true).await;
    let (_, stranger) = ClientSecret::from_random([3; 32], Timestamp::from_millis(0));
    let wrong = request(&bench, &event, &client_form(&id, &stranger, "")).await;
    let unknown =
        request(&bench, &event, &client_form(&ClientId::from_random([6; 16]), &secrets[0], "")).await;
    let off = request(&other, &other_event, &client_form(&disabled, &secret, "")).await;
    assert_eq!(error(&wrong), (401, "invalid_client"));
    assert_eq!(wrong.headers["www-authenticate"], "Basic realm=\"clients\"");
    assert_eq!((&wrong.body, &wrong.body), (&unknown.body, &off.body));
    let scan = bench.database().scan().table_name("bench-audit").send().await.unwrap();
    assert_eq!(scan.count(), 0);
}

#[tokio::test]
async fn a_client_can_authenticate_only_by_the_methods_in_the_metadata() {
    let (bench, mut event, id, [secret, _]) = with_client(false).await;
    let metadata = bellwether::auth::keys::discovery::metadata("https://issuer", "api.example.com");
    assert_eq!(
        metadata["token_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post"])
    );
    let posted = client_form(&id, &secret, "");
    assert_eq!(request(&bench, &event, &posted).await.status, 200);
    let basic = STANDARD.encode(format!("{id}:{}", secret.expose_secret()));
    event["headers"]["authorization"] = json!(format!("Basic {basic}"));
    let grant = [("grant_type", "client_credentials".to_owned())];
    assert_eq!(request(&bench, &event, &grant).await.status, 200);
    assert_eq!(
        error(&request(&bench, &event, &posted).await),
        (400, "invalid_request"),
        "two methods at once"
    );
    event["headers"]["authorization"] = json!(format!("Bearer {}", secret.expose_secret()));
    assert_eq!(error(&request(&bench, &event, &grant).await), (401, "invalid_client"));
    event["headers"].as_object_mut().unwrap().remove("authorization");
    assert_eq!(error(&request(&bench, &event, &posted[..2]).await), (401, "invalid_client"), "only an id");
}

#[tokio::test]
async fn an_invalid_token_request_gets_the_error_of_rfc_6749() {
    let (bench, event, ..) = with_client(false).await;
    for (fields, expected) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password"), ("username", "ada"), ("password", "x")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code"), ("code", "x")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
    ] {
        let response = bench.call(FUNCTION, with_form(event.clone(), &fields)).await;
        assert_eq!(error(&response), (400, expected), "{fields:?}");
        assert_eq!(response.headers["content-type"], "application/json; charset=utf-8");
    }
    let response = bench.call(FUNCTION, with_form(event, &[("grant_type", "client_credentials")])).await;
    assert_eq!(error(&response), (401, "invalid_client"));
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "issue-token").await;
}
