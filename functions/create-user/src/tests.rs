//! Tests of adding users, and of the first admin.

use bellwether::auth::access::Role;
use bellwether::auth::users::{Email, UserId};
use bellwether::store::schema::TableName;
use bellwether::telemetry::log::CapturedLog;
use serde_json::{Value, json};
use testing::{Bench, as_payload_2, with_body};

use super::FUNCTION;

async fn bootstrap(bench: &Bench, workspace: &str, email: &str, password: &str) -> Result<Value, String> {
    let event = json!({ "bootstrap": { "workspace": workspace, "email": email, "password": password } });
    bench.invoke(FUNCTION, &event).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_admin_adds_each_user_once_and_only_to_the_own_workspace() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Admin).await;
    let (response, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!(response.status, 201, "{}", response.body);
    assert_eq!((&response.body["workspace"], &response.body["role"]), (&json!("acme"), &json!("analyst")));
    assert_eq!(
        (spent.calls, spent.units),
        (1, 9.0),
        "three items and the check of the caller at twice their cost, and one item in the index"
    );
    assert!(!response.body.to_string().contains("password"));
    assert_eq!(bench.call(FUNCTION, as_payload_2(&event)).await.status, 409);
    let records = bench.records().await;
    let [record] = records.as_slice() else { panic!("a rejected change is not recorded: {records:?}") };
    assert_eq!((&record["action"], &record["detail"]), (&json!("user_created"), &json!("role analyst")));
    assert_eq!((&record["target"], &record["source"]), (&response.body["user_id"], &json!("203.0.113.7")));
    assert!(!record.to_string().contains("password") && !record.to_string().contains("argon2"), "{record}");
}

#[tokio::test]
async fn another_admin_is_counted_and_the_workspace_must_exist() {
    let bench = Bench::start().await;
    let admin =
        json!({ "email": "grace@example.com", "password": "a long enough password", "role": "admin" });
    let event = with_body(bench.event("create-user", Role::Admin).await, &admin);
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 500, "the workspace does not exist");
    bench.found().await;
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 201);
    assert_eq!(bench.call(FUNCTION, event).await.status, 409);
    let items = bench.items(TableName::Identities).await;
    let workspace = items.iter().find(|item| item["pk"] == "workspace/acme").unwrap();
    assert_eq!(workspace["admins"].as_f64(), Some(2.0));
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_is_rejected_without_being_repeated() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Admin).await;
    for password in
        ["PasswordPassword1!", "qwertyuiop123456789", "Lovelace-Acme-Bellwether", "ada.lovelace@acme"]
    {
        let body = json!({ "email": "lovelace@example.com", "password": password, "role": "viewer" });
        let (response, spent) = bench.metered(FUNCTION, with_body(event.clone(), &body)).await;
        assert_eq!((response.status, spent.calls), (422, 0), "{password}");
        let error = &response.body["errors"][0];
        assert_eq!(error["pointer"], "/password");
        assert!(error["detail"].as_str().unwrap().starts_with("is too easy to guess"), "{error}");
        assert!(!response.body.to_string().contains(password));
    }
    let easy = bootstrap(&bench, "acme", "ada@example.com", "letmeinletmeinletmein").await.unwrap_err();
    assert!(easy.starts_with("/password is too easy to guess"), "{easy}");
}

#[tokio::test]
async fn every_invalid_field_is_reported() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Admin).await;
    let body = |email: &str, password: &str, role: &str| json!({ "email": email, "password": password, "role": role });
    let long = "a long enough password";
    let cases = [
        (body("nobody", "short", "viewer"), vec!["/email", "/password"]),
        (body("a@example.com", &"x".repeat(129), "viewer"), vec!["/password"]),
        (body("a@example.com", long, "owner"), vec!["/role"]),
        (body("a@example.com", long, "service"), vec!["/role"]),
    ];
    for (body, pointers) in cases {
        let (response, spent) = bench.metered(FUNCTION, with_body(event.clone(), &body)).await;
        assert_eq!((response.status, spent.calls), (422, 0), "{}", response.body);
        let named: Vec<&Value> =
            response.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
        assert_eq!(named, pointers);
    }
}

#[tokio::test]
async fn a_workspace_gets_its_first_admin_only_once() {
    let bench = Bench::start().await;
    let long = "a long enough password";
    let first = bootstrap(&bench, "acme", "ada@example.com", long).await.unwrap();
    assert_eq!((&first["role"], &first["workspace"]), (&json!("admin"), &json!("acme")));
    let again = bootstrap(&bench, "acme", "eve@example.com", long).await.unwrap_err();
    assert!(again.contains("already has a first admin"), "{again}");
    let record = bench.records().await.remove(0);
    assert_eq!((&record["action"], &record["actor"]), (&json!("workspace_created"), &json!("operator")));
    assert_eq!((&record["target"], &record["workspace"]), (&first["user_id"], &json!("acme")));
    assert_eq!(record["source"], Value::Null, "the event came under IAM");
    let taken = bootstrap(&bench, "globex", "ada@example.com", long).await.unwrap_err();
    assert!(taken.contains("in use"), "{taken}");
    bootstrap(&bench, "globex", "hank@example.com", long).await.unwrap();
    let wrong = bootstrap(&bench, "initech", "nobody", "short").await.unwrap_err();
    assert_eq!(
        wrong,
        "/email must be an e-mail address of at most 254 bytes; /password must be 15 to 128 characters"
    );
}

async fn unlock(bench: &Bench, unlock: Value) -> Result<Value, String> {
    let event = json!({ "unlock": unlock });
    bench.invoke(FUNCTION, &event).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_operator_unlocks_a_first_admin_and_the_audit_records_it() {
    let bench = Bench::start().await;
    let ada = bootstrap(&bench, "acme", "ada@example.com", "a long enough password").await.unwrap();
    let response = unlock(&bench, json!({ "email": "Ada@Example.com" })).await.unwrap();
    assert_eq!((&response["user_id"], &response["revision"]), (&ada["user_id"], &json!(2)));
    let user_id = UserId::of(&Email::parse("ada@example.com").unwrap());
    let after = bench.app.store.identities.user(&user_id).await.unwrap().unwrap();
    assert_eq!((after.throttle_epoch, after.session_epoch, after.disabled), (1, 0, false));
    let records = bench.records().await;
    let record = records.iter().find(|record| record["action"] == "user_changed").unwrap();
    assert_eq!((records.len(), &record["actor"]), (2, &json!("operator")));
    assert_eq!((&record["target"], &record["workspace"]), (&ada["user_id"], &json!("acme")));
    assert_eq!((&record["detail"], &record["source"]), (&json!("revision 2, unlocked"), &Value::Null));
    assert!(!response.to_string().contains("argon2"));
}

#[tokio::test]
async fn an_invalid_unlock_returns_an_error_and_changes_nothing() {
    let bench = Bench::start().await;
    bootstrap(&bench, "acme", "ada@example.com", "a long enough password").await.unwrap();
    for (event, wanted) in [
        (json!({ "email": "eve@example.com" }), "/email is not the address of a user in this deployment"),
        (json!({ "email": "nobody" }), "/email must be an e-mail address of at most 254 bytes"),
        (json!({}), "/email is required"),
        (json!({ "email": "ada@example.com", "password": "x" }), "/password is not a field here"),
    ] {
        assert_eq!(unlock(&bench, event).await.unwrap_err(), wanted);
    }
    let both = json!({ "unlock": { "email": "ada@example.com" }, "bootstrap": {} });
    assert!(bench.invoke(FUNCTION, &both).await.is_err());
    assert_eq!(bench.records().await.len(), 1);
}

#[tokio::test]
async fn an_unlock_in_an_http_body_is_rejected() {
    let bench = Bench::start().await;
    bootstrap(&bench, "acme", "ada@example.com", "a long enough password").await.unwrap();
    let body = json!({ "unlock": { "email": "ada@example.com" } });
    let event = with_body(bench.event("create-user", Role::Admin).await, &body);
    let response = bench.call(FUNCTION, event.clone()).await;
    assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!("/unlock")));
    assert_eq!(bench.call(FUNCTION, testing::without_token(event)).await.status, 401);
    assert_eq!(bench.records().await.len(), 1);
}

#[tokio::test]
async fn a_bootstrap_in_an_http_body_is_rejected() {
    let bench = Bench::start().await;
    let long = "a long enough password";
    let inner = json!({ "workspace": "acme", "email": "eve@example.com", "password": long });
    let event = with_body(bench.event("create-user", Role::Admin).await, &json!({ "bootstrap": inner }));
    let response = bench.call(FUNCTION, event.clone()).await;
    assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!("/bootstrap")));
    let response = bench.call(FUNCTION, testing::without_token(event)).await;
    assert_eq!(response.status, 401);
    bootstrap(&bench, "acme", "ada@example.com", long).await.unwrap();
}

#[tokio::test]
async fn a_refusal_that_cannot_be_recorded_returns_in_time_and_is_logged() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    for endpoint in ["http://127.0.0.1:1".to_owned(), silent] {
        let bench = Bench::at(endpoint).await;
        let event = bench.event("create-user", Role::Viewer).await;
        let (captured, began) = (CapturedLog::start(), std::time::Instant::now());
        let response = bench.call(FUNCTION, event).await;
        assert_eq!((response.status, began.elapsed().as_secs() < 3), (403, true), "{:?}", began.elapsed());
        let log = captured.text();
        assert!(log.contains("a refusal could not be recorded"), "{log}");
    }
}

#[tokio::test]
async fn a_refusal_is_recorded_and_logged_once_with_its_route() {
    let bench = Bench::start().await;
    let event = as_payload_2(&bench.event("create-user", Role::Viewer).await);
    let captured = CapturedLog::start();
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 403);
    let record = bench.records().await.remove(0);
    assert_eq!((&record["target"], &record["detail"]), (&json!("POST /users"), &json!("needs users:write")));
    assert_eq!((&record["source"], &record["workspace"]), (&json!("127.0.0.1"), &json!("acme")));
    assert_eq!(record["request_id"], event["requestContext"]["requestId"]);
    let log = captured.text();
    let audit: Vec<&str> = log.lines().filter(|line| line.contains("\"message\":\"audit\"")).collect();
    assert_eq!(audit.len(), 1, "{log}");
    assert!(audit[0].contains("POST /users") && !log.contains("Bearer"), "{log}");
}

#[tokio::test]
async fn a_thousand_requests_of_a_viewer_cause_one_record_a_minute() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Viewer).await;
    let before = bench.app.store.meter.read();
    for _ in 0..1_000 {
        assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 403);
    }
    assert_eq!((bench.app.store.meter.read() - before).calls, 1);
    bench.pass(60);
    assert_eq!(bench.call(FUNCTION, event).await.status, 403);
    let details: Vec<Value> = bench.records().await.iter().map(|record| record["detail"].clone()).collect();
    assert_eq!(details, ["needs users:write", "999 more since the last record; needs users:write"]);
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "create-user", Role::Analyst).await;
}

#[tokio::test]
async fn a_token_older_than_the_loss_of_the_right_adds_no_user() {
    let bench = Bench::start().await;
    let event = bench.event("create-user", Role::Admin).await;
    bench.assert_ends_with_rights(FUNCTION, event, Role::Admin).await;
}

#[tokio::test]
async fn requests_cannot_exceed_the_quota_of_users() {
    let mut config = Bench::config();
    config.limits.quotas.users = 3;
    let bench = Bench::start_with(&config).await;
    bench.found().await;
    let event = bench.event("create-user", Role::Admin).await;
    let password = "violet harbour nine trains";
    let add = async |n: usize, event: &Value| {
        let email = format!("p{n}@example.com");
        let body = json!({ "email": email, "password": password, "role": "viewer" });
        bench.call(FUNCTION, with_body(event.clone(), &body)).await
    };
    assert_eq!(
        [add(1, &event).await.status, add(2, &event).await.status],
        [201, 201],
        "the first admin counts as one user"
    );
    let full = add(3, &event).await;
    let detail = full.body["detail"].as_str().unwrap();
    assert!(
        full.status == 409 && detail.contains("quota of 3 users") && detail.contains("QUOTA_USERS"),
        "{detail}"
    );
    assert_eq!(bench.records().await.len(), 2, "a rejected change is not recorded");
    let foreign = bench.signed(event, Role::Admin, "globex").await;
    assert_eq!(add(4, &foreign).await.status, 201, "each workspace has its own quota");
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "create-user").await;
}

#[tokio::test]
async fn a_reset_password_ends_sessions_and_the_audit_records_it() {
    let bench = Bench::start().await;
    bootstrap(&bench, "acme", "ada@example.com", "a long enough password").await.unwrap();
    let reset =
        |password: &str| json!({ "reset_password": { "email": "ada@example.com", "password": password } });
    let easy = bench.invoke(FUNCTION, &reset("acmeacmeacmeacme")).await.unwrap_err().to_string();
    assert!(easy.starts_with("/password "), "{easy}");
    let answer = bench.invoke(FUNCTION, &reset("violet harbour nine trains")).await.unwrap();
    assert!(!answer.to_string().contains("violet") && !answer.to_string().contains("argon2"));
    let user_id = UserId::of(&Email::parse("ada@example.com").unwrap());
    let after = bench.app.store.identities.user(&user_id).await.unwrap().unwrap();
    assert_eq!((after.session_epoch, after.throttle_epoch, after.revision), (1, 1, 2));
    let records = bench.records().await;
    let record = records.iter().find(|record| record["action"] == "user_changed").unwrap();
    assert_eq!((&record["actor"], &record["detail"]), (&json!("operator"), &json!("revision 2, password")));
    let both = json!({ "unlock": { "email": "ada@example.com" }, "reset_password": {} });
    assert!(bench.invoke(FUNCTION, &both).await.is_err());
}
