//! Tests of the plan, behind the guard.

use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::{Bench, body_of, with_body};

use super::FUNCTION;

async fn plan(body: &Value) -> (u16, Value) {
    let bench = Bench::start().await;
    let event = bench.event("plan-test", Role::Viewer).await;
    let (answer, spent) = bench.metered(FUNCTION, with_body(event, body)).await;
    assert_eq!(spent.calls, 0, "a plan reads and stores nothing");
    (answer.status, answer.body)
}

#[tokio::test]
async fn the_sample_is_planned_in_units_and_days() {
    let bench = Bench::start().await;
    let event = bench.event("plan-test", Role::Viewer).await;
    let answer = bench.call(FUNCTION, event.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.body;
    // 10 % against 20 % in equal arms: 398 by the normal formula at a fixed horizon, and a sixth more.
    assert!((390..=406).contains(&body["fixed_horizon_units"].as_u64().unwrap()), "{body}");
    assert!((455..=480).contains(&body["planned_units"].as_u64().unwrap()), "{body}");
    let arms: Vec<u64> = serde_json::from_value(body["arms"].clone()).unwrap();
    assert_eq!(arms.iter().sum::<u64>(), body["planned_units"].as_u64().unwrap());
    // At 8 units a day and a window of 30 days: the last unit of the plan is half its window old on average.
    let days = body["planned_units"].as_f64().unwrap() / 8.0 + 15.0;
    assert!((body["days"].as_f64().unwrap() - days).abs() < 0.1, "{body}");
    assert!((body["power"][3]["power"].as_f64().unwrap() - 0.8).abs() < 1e-3, "{body}");
    assert_eq!(body_of(&event)["units_per_day"], json!(8));
}

#[tokio::test]
async fn planned_units_without_an_effect_return_the_smallest_effect() {
    let (status, body) = plan(&json!({ "kind": "binary", "baseline": 0.1, "planned_units": 466 })).await;
    assert_eq!(status, 200, "{body}");
    assert!((body["effect"].as_f64().unwrap() - 0.1).abs() < 2e-3, "{body}");
    assert_eq!((&body["effect"], &body["days"]), (&body["smallest_effect"], &Value::Null));
}

#[tokio::test]
async fn errors_name_every_field_that_breaks_a_rule() {
    let body = json!({ "kind": "sum", "baseline": -1, "weights": [5_000], "power": 0.2 });
    let (status, answer) = plan(&body).await;
    let errors = answer["errors"].as_array().unwrap();
    let named: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!((status, named), (422, vec!["/baseline", "/power", "/weights"]), "{answer}");
    let body = json!({ "kind": "sum", "baseline": 10 });
    let (status, answer) = plan(&body).await;
    let errors = answer["errors"].as_array().unwrap();
    let named: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!((status, named), (422, vec!["/deviation", "/effect"]), "{answer}");
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "plan-test", Role::Service).await;
}
