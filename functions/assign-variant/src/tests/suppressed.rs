//! Accounts that were erased.

use super::*;

#[tokio::test]
async fn an_erased_account_is_suppressed_and_stores_nothing() {
    let bench = Bench::start().await;
    let test =
        bench.launch(json!({ "overrides": { "umbrella.com": "calculator" }, "namespace": null })).await;
    bench.erase(&["umbrella.com", "globex.com"]).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let units = json!([{ "unit_id": "umbrella.com" }, { "unit_id": "globex.com" }]);
    let answer = bench.call(FUNCTION, with_body(event, &json!({ "units": units }))).await;
    for own in answer.body["assignments"].as_array().unwrap() {
        assert_eq!((&own["reason"], &own["variant"]), (&json!("suppressed"), &Value::Null), "{own}");
    }
    assert_eq!((answer.status, bench.rows().await), (200, 0), "{}", test.definition.test_id);
}

#[tokio::test]
async fn the_set_of_erased_accounts_is_read_once_in_30_seconds_and_its_key_only_if_there_are_any() {
    let bench = Bench::start().await;
    bench.launch(json!({ "namespace": null, "targeting": {} })).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let ask = |unit: &str| with_body(event.clone(), &json!({ "unit_id": unit }));
    let (first, spent) = bench.metered(FUNCTION, ask("a.com")).await;
    assert_eq!((first.status, spent.calls), (200, 4), "the test, the settings, the set and the assignment");
    let (_, spent) = bench.metered(FUNCTION, ask("b.com")).await;
    assert_eq!(spent.calls, 1);
    bench.erase(&["c.com"]).await;
    let stale = bench.cold().await;
    assert_eq!(stale.call(FUNCTION, ask("c.com")).await.body["reason"], "suppressed");
}
