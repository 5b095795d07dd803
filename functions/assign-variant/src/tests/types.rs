//! Tests of the count of attributes whose type never matches the targeting.

use serde_json::{Value, json};
use testing::Bench;

use super::assign;

#[tokio::test]
async fn a_batch_counts_attributes_whose_type_never_matches_the_condition() {
    let bench = Bench::start().await;
    let targeting = json!({ "employees": { "$gt": 200 }, "customer": { "$in": [true, false] } });
    bench.launch(json!({ "targeting": targeting, "namespace": null, "overrides": {} })).await;
    let row = |n: u32| {
        let employees = if n < 95 { json!("250") } else { json!(250) };
        let customer = if n < 2 { json!("true") } else { json!(true) };
        json!({ "unit_id": format!("row-{n}"), "attributes": { "employees": employees, "customer": customer } })
    };
    let response = assign(&bench, json!({ "units": (0..100).map(row).collect::<Vec<_>>() })).await;
    let mismatch = |attribute: &str, expected: &str, units: u32| json!({ "attribute": attribute, "expected": expected, "got": "string", "units": units });
    assert_eq!(
        response["type_mismatches"],
        json!([mismatch("employees", "number", 95), mismatch("customer", "boolean", 2)])
    );
    let assigned = response["assignments"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|response| response["reason"] == "assigned");
    assert_eq!(assigned.count(), 5);
    let one = assign(&bench, row(0)).await;
    assert_eq!(one["reason"], "not_targeted");
    assert_eq!(
        one["type_mismatches"],
        json!([mismatch("customer", "boolean", 1), mismatch("employees", "number", 1)])
    );
    for fine in [
        row(99),
        json!({ "unit_id": "small.com", "attributes": { "employees": 3 } }),
        json!({ "unit_id": "unknown.com" }),
    ] {
        assert_eq!(assign(&bench, fine).await.get("type_mismatches"), None::<&Value>);
    }
}
