//! Accounts that were erased.

use super::*;

#[tokio::test]
async fn an_outcome_of_an_erased_account_is_accepted_and_not_stored() {
    let bench = Bench::start().await;
    bench.launch(json!({ "namespace": null })).await;
    bench.erase(&["umbrella.com"]).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let outcome = |unit: &str| json!({ "unit_id": unit, "goal": "demo-booked", "event_id": "e-1" });
    let events = json!({ "events": [outcome("umbrella.com"), outcome("globex.com")], "check": true });
    let answer = bench.call(FUNCTION, with_body(event, &events)).await;
    let all = &answer.body["conversions"];
    assert_eq!(
        (answer.status, &all[0]["suppressed"], &all[0]["duplicate"]),
        (202, &json!(true), &json!(false))
    );
    assert!(all[1].get("suppressed").is_none() && all[1]["event_id"] == "e-1", "{all}");
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_shared_outcome_of_an_erased_account_is_stored_in_no_test() {
    let bench = Bench::start().await;
    let goals = json!([{ "key": "demo-booked", "kind": "binary", "role": "primary", "shared": true }]);
    for test_id in ["first", "second"] {
        bench.launch(json!({ "test_id": test_id, "namespace": null, "goals": goals })).await;
    }
    bench.erase(&["umbrella.com"]).await;
    let body = json!({ "unit_id": "umbrella.com", "goal": "demo-booked", "event_id": "e-1" });
    let answer = bench.call(FUNCTION, shared::event(&bench, &body).await).await;
    let erased = |test_id: &str| json!({ "test_id": test_id, "unit_id": "umbrella.com", "duplicate": false, "suppressed": true });
    assert_eq!((answer.status, &answer.body["tests"]), (202, &json!([erased("first"), erased("second")])));
    assert_eq!(bench.rows().await, 0);
}
