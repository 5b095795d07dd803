//! Evaluations that store assignments.

use super::*;

#[tokio::test]
async fn exposing_stores_what_a_peek_has_shown_and_needs_its_own_scope() {
    let bench = Bench::start().await;
    for name in ["one", "two"] {
        bench.launch(json!({ "test_id": name })).await;
    }
    let named = json!({ "units": units(50), "tests": ["one", "two"] });
    let peeked = evaluate(&bench, named.clone()).await.body;
    let mut exposing = named;
    exposing["expose"] = json!(true);
    let event = evaluation(&bench, Role::Viewer, &exposing).await;
    let (refused, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!((refused.status, spent.calls), (403, 1), "the audit record");
    assert_eq!(bench.records().await.last().unwrap()["detail"], "needs assignments:write");
    assert_eq!(bench.rows().await, 0);
    let event = evaluation(&bench, Role::Service, &exposing).await;
    let (answer, spent) = bench.cold().await.metered(FUNCTION, event).await;
    assert_eq!(
        (answer.status, spent.calls),
        (200, 103),
        "a read of both tests, one of the settings, one of the erased accounts, and 100 puts"
    );
    for (before, after) in
        peeked["evaluations"].as_array().unwrap().iter().zip(answer.body["evaluations"].as_array().unwrap())
    {
        for test in 0..2 {
            let (before, after) = (&before["tests"][test], &after["tests"][test]);
            assert_eq!(before["variant"], after["variant"]);
            assert_eq!(
                (&before["stored"], &after["stored"], &after["new"]),
                (&json!(false), &json!(true), &json!(true))
            );
        }
    }
    assert_eq!(bench.rows().await, 100);
    let again = evaluate(&bench.cold().await, exposing).await.body;
    assert_eq!(again["evaluations"][0]["tests"][0]["new"], false);
    assert_eq!(bench.rows().await, 100);
}

#[tokio::test]
async fn a_unit_that_takes_no_part_is_not_stored_and_a_failure_stands_in_its_place() {
    let bench = Bench::start().await;
    bench.launch(json!({ "test_id": "fixed" })).await;
    bench.launch(json!({ "test_id": "mail", "allocation": { "mode": "external" } })).await;
    let farm = json!({ "unit_id": "farm.com", "attributes": { "industry": "farming" } });
    let body = json!({ "units": [software("acme.com"), farm], "tests": ["fixed", "mail"], "expose": true });
    let body = evaluate(&bench, body).await.body;
    assert_eq!(body["evaluations"][0]["tests"][0]["new"], true);
    let external = &body["evaluations"][0]["tests"][1];
    assert_eq!(
        (&external["test_id"], &external["problem"]["errors"][0]["pointer"]),
        (&json!("mail"), &json!("/variant"))
    );
    let left = &body["evaluations"][1]["tests"][0];
    assert_eq!(
        (&left["reason"], &left["stored"], &left["new"]),
        (&json!("not_targeted"), &json!(false), &json!(false))
    );
    assert_eq!(bench.rows().await, 1);
}
