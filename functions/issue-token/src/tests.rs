//! Refresh tokens and clients' secrets.

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

/// A bench with a person who has signed in.
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

fn successor(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["refresh_token"].as_str().unwrap().to_owned()
}

fn error(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["error"].as_str().unwrap_or_default())
}

const ENDED: (u16, &str) = (400, "invalid_grant");

#[tokio::test]
async fn a_refresh_token_gives_its_successor_and_an_access_token_for_three_calls() {
    let session = SignedIn::begin(Role::Analyst).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", session.token.as_str())];
    let (answer, spent) = session.bench.metered(FUNCTION, with_form(session.event.clone(), &fields)).await;
    let next = successor(&answer);
    assert_ne!(next, session.token);
    assert_eq!(answer.body["scope"], "tests:read tests:write results:read");
    assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(spent.calls, 3);
    assert_ne!(successor(&session.refresh(&next).await), next);
}

#[tokio::test]
async fn twenty_parallel_uses_store_one_rotation_and_all_carry_the_same_successor() {
    let session = SignedIn::begin(Role::Analyst).await;
    let answers = join_all((0..20).map(|_| session.refresh(&session.token))).await;
    let first = successor(&answers[0]);
    assert!(answers.iter().all(|answer| successor(answer) == first));
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
    assert_eq!(error(&session.refresh(&next).await), ENDED, "the thief's token ends with the owner's");
    let records = session.records().await;
    let thefts: Vec<_> = records.iter().filter(|record| record["action"] == "refresh_reused").collect();
    assert_eq!(thefts.len(), 1, "{records:?}");
    assert_eq!((&thefts[0]["outcome"], &thefts[0]["source"]), (&json!("denied"), &json!("203.0.113.7")));
}

#[tokio::test]
async fn anything_older_than_the_predecessor_ends_the_session_at_once() {
    let session = SignedIn::begin(Role::Analyst).await;
    let second = successor(&session.refresh(&session.token).await);
    let third = successor(&session.refresh(&second).await);
    assert_eq!(error(&session.refresh(&session.token).await), ENDED);
    assert_eq!(error(&session.refresh(&third).await), ENDED);
}

#[tokio::test]
async fn a_token_of_no_session_is_refused_for_one_read_and_no_write() {
    let session = SignedIn::begin(Role::Analyst).await;
    let stranger = RefreshToken::from_random([8; 48]).to_text();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", stranger.expose_secret())];
    let (answer, spent) = session.bench.metered(FUNCTION, with_form(session.event.clone(), &fields)).await;
    assert_eq!((error(&answer), spent.calls), (ENDED, 1));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "bwr_nonsense")];
    let (answer, spent) = session.bench.metered(FUNCTION, with_form(session.event.clone(), &fields)).await;
    assert_eq!((error(&answer), spent.calls), (ENDED, 0));
}

#[tokio::test]
async fn disabling_a_person_or_bumping_their_epoch_ends_their_sessions() {
    let session = SignedIn::begin(Role::Analyst).await;
    let next = successor(&session.refresh(&session.token).await);
    session.change(|user| user.disabled = true).await;
    assert_eq!(error(&session.refresh(&next).await), ENDED);
    session.change(|user| user.session_epoch = 1).await;
    assert_eq!(error(&session.refresh(&next).await), ENDED);
    session.change(|user| user.role = Role::Viewer).await;
    let answer = session.refresh(&next).await;
    assert_eq!((answer.status, &answer.body["scope"]), (200, &json!("tests:read results:read")));
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
async fn a_refresh_may_ask_for_less_and_not_for_more() {
    let session = SignedIn::begin(Role::Analyst).await;
    let ask = async |scope: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &session.token), ("scope", scope)];
        session.bench.call(FUNCTION, with_form(session.event.clone(), &fields)).await
    };
    assert_eq!(error(&ask("users:write").await), (400, "invalid_scope"));
    assert_eq!(error(&ask("tests:read nothing").await), (400, "invalid_scope"));
    let answer = ask("tests:read").await;
    assert_eq!((answer.status, &answer.body["scope"]), (200, &json!("tests:read")));
}

#[tokio::test]
async fn a_session_in_cookies_is_refreshed_by_its_own_page_alone() {
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
    assert_eq!(error(&session.refresh(&text).await), ENDED, "its token is not for a form");
    let answer = session.bench.call(FUNCTION, with_header(from_page, "x-csrf-token", &csrf)).await;
    assert_eq!((answer.status, &answer.body["csrf_token"]), (200, &json!(csrf)));
    assert_eq!((answer.cookies.len(), answer.body.get("refresh_token")), (2, None));
    assert!(!answer.cookies[1].contains(&text), "the cookie has the successor");
    let bearer = with_header(form, "cookie", &format!("__Host-bellwether-refresh={}", session.token));
    assert_eq!(error(&session.bench.call(FUNCTION, bearer).await), ENDED, "nor the other way round");
}

/// A bench with a client of two secrets.
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

async fn ask(bench: &Bench, event: &Value, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    bench.call(FUNCTION, with_form(event.clone(), &fields)).await
}

#[tokio::test]
async fn a_client_gets_what_it_was_granted_with_either_of_its_secrets_and_no_refresh_token() {
    let (bench, event, id, secrets) = with_client(false).await;
    for secret in &secrets {
        let answer = ask(&bench, &event, &client_form(&id, secret, "")).await;
        assert_eq!(
            (answer.status, &answer.body["scope"]),
            (200, &json!("assignments:write conversions:write"))
        );
        assert_eq!(answer.body.get("refresh_token"), None);
    }
    let narrow = ask(&bench, &event, &client_form(&id, &secrets[0], "conversions:write")).await;
    assert_eq!(narrow.body["scope"], "conversions:write");
    let wide = ask(&bench, &event, &client_form(&id, &secrets[0], "conversions:write metrics:read")).await;
    assert_eq!(error(&wide), (400, "invalid_scope"));
}

#[tokio::test]
async fn a_wrong_secret_an_unknown_client_and_a_disabled_one_get_the_same_answer_and_buy_no_write() {
    let (bench, event, id, secrets) = with_client(false).await;
    let (other, other_event, disabled, [secret, _]) = with_client(true).await;
    let (_, stranger) = ClientSecret::from_random([3; 32], Timestamp::from_millis(0));
    let wrong = ask(&bench, &event, &client_form(&id, &stranger, "")).await;
    let unknown = ask(&bench, &event, &client_form(&ClientId::from_random([6; 16]), &secrets[0], "")).await;
    let off = ask(&other, &other_event, &client_form(&disabled, &secret, "")).await;
    assert_eq!(error(&wrong), (401, "invalid_client"));
    assert_eq!(wrong.headers["www-authenticate"], "Basic realm=\"clients\"");
    assert_eq!((&wrong.body, &wrong.body), (&unknown.body, &off.body));
    let scan = bench.database().scan().table_name("bench-audit").send().await.unwrap();
    assert_eq!(scan.count(), 0);
}

#[tokio::test]
async fn the_metadata_names_the_ways_in_which_a_client_proves_itself_and_there_is_no_other() {
    let (bench, mut event, id, [secret, _]) = with_client(false).await;
    let metadata = bellwether::auth::keys::discovery::metadata("https://issuer", "api.example.com");
    assert_eq!(
        metadata["token_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post"])
    );
    let posted = client_form(&id, &secret, "");
    assert_eq!(ask(&bench, &event, &posted).await.status, 200);
    let basic = STANDARD.encode(format!("{id}:{}", secret.expose_secret()));
    event["headers"]["authorization"] = json!(format!("Basic {basic}"));
    let grant = [("grant_type", "client_credentials".to_owned())];
    assert_eq!(ask(&bench, &event, &grant).await.status, 200);
    assert_eq!(error(&ask(&bench, &event, &posted).await), (400, "invalid_request"), "both at once");
    event["headers"]["authorization"] = json!(format!("Bearer {}", secret.expose_secret()));
    assert_eq!(error(&ask(&bench, &event, &grant).await), (401, "invalid_client"));
    event["headers"].as_object_mut().unwrap().remove("authorization");
    assert_eq!(error(&ask(&bench, &event, &posted[..2]).await), (401, "invalid_client"), "an id alone");
}

#[tokio::test]
async fn what_is_no_token_request_is_refused_as_rfc_6749_says() {
    let (bench, event, ..) = with_client(false).await;
    for (fields, expected) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password"), ("username", "ada"), ("password", "x")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code"), ("code", "x")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
    ] {
        let answer = bench.call(FUNCTION, with_form(event.clone(), &fields)).await;
        assert_eq!(error(&answer), (400, expected), "{fields:?}");
        assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    }
    let answer = bench.call(FUNCTION, with_form(event, &[("grant_type", "client_credentials")])).await;
    assert_eq!(error(&answer), (401, "invalid_client"));
}

#[tokio::test]
async fn without_its_store_it_answers_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "issue-token").await;
}
