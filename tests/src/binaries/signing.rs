//! Tests concurrent requests to several processes of `login` and of `issue-token`.

use std::time::Instant;

use bellwether::auth::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::caller::{Answer, ask, instance, table};
use testing::cloud::{Cloud, sdk};
use testing::runtime::Instance;

const PASSWORD: &str = "violet harbour nine trains";

/// Starts four processes of a function.
async fn four(cloud: &Cloud, name: &str) -> Vec<Instance> {
    join_all((0..4).map(|_| instance(cloud, &cloud.dynamodb, name, &[]))).await
}

async fn with_ada() -> Cloud {
    let cloud = Cloud::start().await;
    let create = instance(&cloud, &cloud.dynamodb, "create-user", &[]).await;
    let ada = json!({ "email": "ada@example.com", "password": PASSWORD, "role": "viewer" });
    let created = ask(&create, cloud.event("POST", "/users", None, Role::Admin, &ada)).await;
    assert_eq!(created.map(|answer| answer.status), Ok(201));
    cloud
}

fn sign_in(cloud: &Cloud, password: &str) -> Value {
    let offer = json!({ "email": "ada@example.com", "password": password });
    cloud.event("POST", "/login", None, Role::Viewer, &offer)
}

fn refresh(cloud: &Cloud, token: &str) -> Value {
    let mut event = cloud.event("POST", "/oauth/token", None, Role::Viewer, &Value::Null);
    let form = "application/x-www-form-urlencoded";
    event["headers"] = json!({ "content-type": form });
    event["multiValueHeaders"] = json!({ "content-type": [form] });
    event["body"] = json!(format!("grant_type=refresh_token&refresh_token={token}"));
    event
}

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["refresh_token"].as_str().unwrap_or_default().to_owned()
}

/// Returns the number of attempts that the throttle allows in this many seconds: five, then one after each
/// wait of 1, 2, 4, … seconds.
fn allowed(seconds: u64) -> usize {
    5 + (seconds + 1).ilog2() as usize
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_six_of_200_concurrent_wrong_passwords_are_hashed() {
    let cloud = with_ada().await;
    let processes = four(&cloud, "login").await;
    let began = Instant::now();
    let calls = (0..200).map(|n| ask(&processes[n % 4], sign_in(&cloud, "wrong")));
    let answers: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    let hashed = answers.iter().filter(|answer| answer.status == 401).count();
    let waiting = answers.iter().filter(|answer| [429, 503].contains(&answer.status)).count();
    assert_eq!((answers.len(), hashed + waiting), (200, 200));
    let most = allowed(began.elapsed().as_secs()).max(6);
    assert!((1..=most).contains(&hashed), "{hashed} were hashed, at most {most} are allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_concurrent_uses_of_a_refresh_token_cause_one_rotation() {
    let cloud = with_ada().await;
    let login = instance(&cloud, &cloud.dynamodb, "login", &[]).await;
    let first = ask(&login, sign_in(&cloud, PASSWORD)).await.map(|answer| token(&answer));
    let first = first.unwrap_or_default();
    let processes = four(&cloud, "issue-token").await;
    join_all(processes.iter().map(|process| ask(process, refresh(&cloud, "bwr_none")))).await;
    let calls = (0..20).map(|n| ask(&processes[n % 4], refresh(&cloud, &first)));
    let answers: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    assert_eq!(answers.len(), 20);
    let next = token(&answers[0]);
    assert!(answers.iter().all(|answer| token(answer) == next), "the responses contain different successors");
    let client = aws_sdk_dynamodb::Client::new(&sdk(&cloud.dynamodb));
    let name = table(&cloud, bellwether::store::schema::TableName::Identities);
    let scan = client.scan().table_name(name).send().await;
    let items = scan.map(|scan| scan.items.unwrap_or_default()).unwrap_or_default();
    let sessions = items.iter().filter(|item| item.contains_key("session_id"));
    let stored: Vec<_> = sessions.map(|session| session["previous"].as_s().cloned()).collect();
    let used = bellwether::auth::session::RefreshToken::parse(&first.into()).map(|token| token.hash());
    assert_eq!(stored, [used.ok_or_else(|| unreachable!("it was issued"))]);
}
