//! Adding people, and the first of them.

use bellwether::auth::role::Role;
use bellwether::testing::{Bench, as_payload_2, with_body};
use serde_json::{Value, json};

use super::function;

async fn bootstrap(bench: &Bench, workspace: &str, email: &str, password: &str) -> Result<Value, String> {
    let event = json!({ "bootstrap": { "workspace": workspace, "email": email, "password": password } });
    bench.invoke(function(), &event).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_admin_adds_people_to_their_own_workspace_once_each() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Admin).await;
    let (answer, spent) = bench.metered(function(), event.clone()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!((&answer.body["workspace"], &answer.body["role"]), (&json!("acme"), &json!("analyst")));
    assert_eq!((spent.calls, spent.units), (1, 1.0));
    assert!(!answer.body.to_string().contains("password"));
    assert_eq!(bench.call(function(), as_payload_2(&event)).await.status, 409);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Admin).await;
    let person = |email: &str, password: &str, role: &str| json!({ "email": email, "password": password, "role": role });
    let long = "a long enough password";
    let cases = [
        (person("nobody", "short", "viewer"), vec!["/email", "/password"]),
        (person("a@example.com", &"x".repeat(129), "viewer"), vec!["/password"]),
        (person("a@example.com", long, "owner"), vec!["/role"]),
        (person("a@example.com", long, "service"), vec!["/role"]),
    ];
    for (body, pointers) in cases {
        let (answer, spent) = bench.metered(function(), with_body(event.clone(), &body)).await;
        assert_eq!((answer.status, spent.calls), (422, 0), "{}", answer.body);
        let named: Vec<&Value> =
            answer.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
        assert_eq!(named, pointers);
    }
}

#[tokio::test]
async fn a_workspace_gets_its_first_admin_once_and_never_again() {
    let bench = Bench::start().await;
    let long = "a long enough password";
    let first = bootstrap(&bench, "acme", "ada@example.com", long).await.unwrap();
    assert_eq!((&first["role"], &first["workspace"]), (&json!("admin"), &json!("acme")));
    let again = bootstrap(&bench, "acme", "eve@example.com", long).await.unwrap_err();
    assert!(again.contains("has had its first admin"), "{again}");
    let taken = bootstrap(&bench, "globex", "ada@example.com", long).await.unwrap_err();
    assert!(taken.contains("in use"), "{taken}");
    bootstrap(&bench, "globex", "hank@example.com", long).await.unwrap();
    let wrong = bootstrap(&bench, "initech", "nobody", "short").await.unwrap_err();
    assert_eq!(
        wrong,
        "/email must be an e-mail address of at most 254 bytes; /password must be 15 to 128 characters"
    );
}

#[tokio::test]
async fn a_bootstrap_in_an_http_body_is_no_bootstrap() {
    let bench = Bench::start().await;
    let long = "a long enough password";
    let inner = json!({ "workspace": "acme", "email": "eve@example.com", "password": long });
    let event = with_body(bench.event("create-user", Role::Admin).await, &json!({ "bootstrap": inner }));
    let answer = bench.call(function(), event.clone()).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!("/bootstrap")));
    let answer = bench.call(function(), bellwether::testing::without_token(event)).await;
    assert_eq!(answer.status, 401);
    bootstrap(&bench, "acme", "ada@example.com", long).await.unwrap();
}

#[tokio::test]
async fn only_a_token_with_the_scope_opens() {
    Bench::start().await.assert_refuses(function(), "create-user", Role::Analyst).await;
}

#[tokio::test]
async fn without_its_store_it_answers_503_in_time() {
    Bench::assert_unavailable_without_store(function(), "create-user").await;
}
