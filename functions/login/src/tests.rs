//! Signing in.

use bellwether::auth::role::Role;
use bellwether::testing::{Bench, as_payload_2, person, with_body};
use serde_json::{Value, json};

use super::function;

async fn with_ada(role: Role) -> (Bench, Value) {
    let bench = Bench::start().await;
    bench.app.store.identities.create_user(&person("ada@example.com", role, "acme")).await.unwrap();
    let event = bench.event("login", role).await;
    (bench, bellwether::testing::without_token(event))
}

#[tokio::test]
async fn the_right_password_gives_a_token_with_the_roles_scopes_for_one_read() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let (answer, spent) = bench.metered(function(), event.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 900);
    assert_eq!(answer.body["scope"], "tests:read tests:write results:read");
    assert_eq!((spent.calls, spent.units), (1, 1.0));
    let token = answer.body["access_token"].as_str().unwrap();
    assert_eq!(token.split('.').count(), 3);
    assert_eq!(bench.call(function(), as_payload_2(&event)).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let offer = |email: &str, password: &str| json!({ "email": email, "password": password });
    let wrong = with_body(event.clone(), &offer("ada@example.com", "wrong"));
    let unknown = with_body(event, &offer("eve@example.com", "correct horse battery staple"));
    let (wrong, wrong_cost) = bench.metered(function(), wrong).await;
    let (unknown, unknown_cost) = bench.metered(function(), unknown).await;
    assert_eq!((wrong.status, &wrong.body), (401, &unknown.body));
    assert_eq!(wrong_cost.calls, unknown_cost.calls);
    assert_eq!(wrong.headers.get("www-authenticate"), None, "a browser must not ask by itself");
}

#[tokio::test]
async fn a_password_of_the_wrong_type_is_not_repeated_in_the_answer() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let body = json!({ "email": "ada@example.com", "password": 918_273_645 });
    let answer = bench.call(function(), with_body(event, &body)).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!("/password")));
    assert!(!answer.body.to_string().contains("918273645"), "{}", answer.body);
}

#[tokio::test]
async fn a_hash_of_weaker_parameters_is_replaced_at_sign_in() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let weak =
        "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$xwP/sUpncRUpT63+0aadhrYrW8PTzYL8TrQp/6Tj9lA";
    let key = person("ada@example.com", Role::Analyst, "acme").user_id.to_string();
    let stored = || async {
        let get = bench.database().get_item().table_name("bench-identities");
        let pk = bellwether::store::item::key(format!("user/{key}"));
        let item = get.set_key(Some(pk)).send().await.unwrap().item.unwrap();
        item["password_hash"].as_s().unwrap().clone()
    };
    let mut item = bellwether::store::item::key(format!("user/{key}"));
    let user = person("ada@example.com", Role::Analyst, "acme");
    let mut user = serde_json::to_value(user).unwrap();
    user["password_hash"] = json!(weak);
    for (name, value) in user.as_object().unwrap() {
        item.insert(name.clone(), bellwether::store::item::text_value(value.as_str().unwrap()));
    }
    bench.database().put_item().table_name("bench-identities").set_item(Some(item)).send().await.unwrap();
    assert_eq!(bench.call(function(), event.clone()).await.status, 200);
    assert!(stored().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let (again, spent) = bench.metered(function(), event).await;
    assert_eq!((again.status, spent.calls), (200, 1), "today's hash is left alone");
}

#[tokio::test]
async fn without_its_store_or_its_keys_it_answers_503_in_time() {
    Bench::assert_unavailable_without_store(function(), "login").await;
    let (bench, event) = with_ada(Role::Analyst).await;
    let elsewhere = bench.without_keys_at("http://127.0.0.1:1");
    let began = std::time::Instant::now();
    let answer = elsewhere.call(function(), event).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (503, &json!("1")));
    assert!(began.elapsed().as_secs() < 3);
}
