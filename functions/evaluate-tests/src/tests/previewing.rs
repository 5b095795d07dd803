//! Previews: explanations of drafts and other tests, and preview tokens.

use super::*;
use testing::with_test_id;

#[tokio::test]
async fn a_preview_explains_why_an_account_is_not_targeted() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let before = stored(&bench).await;
    let small =
        json!({ "unit_id": "small.com", "attributes": { "industry": "software", "employees": "250" } });
    let answer = preview(
        &bench,
        json!({ "units": [software("acme.com"), small, { "unit_id": "acme\u{e0041}.com" }] }),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (own, left) = (&answer.body["evaluations"][0], &answer.body["evaluations"][1]);
    assert_eq!(
        (&own["reason"], &own["stored"], own.get("failed")),
        (&json!("assigned"), &json!(false), None)
    );
    assert_eq!((&left["variant"], &left["reason"]), (&Value::Null, &json!("not_targeted")));
    assert_eq!(
        left["failed"],
        json!([{
            "pointer": "/employees/$gte", "attribute": "employees", "value": "250", "type": "string",
            "detail": "employees is the text \"250\"; the condition compares numbers"
        }])
    );
    let hidden = answer.body["evaluations"][2]["problem"]["errors"].to_string();
    assert!(hidden.contains("/unit_id") && hidden.contains("U+E0041"), "{hidden}");
    assert_eq!(answer.body["type_mismatches"][0]["units"], 1);
    let variant = own["variant"].as_str().unwrap();
    assert!(answer.body["parameters"][variant].is_object(), "{}", answer.body["parameters"]);
    assert_eq!(stored(&bench).await, before, "nothing is written");
}

#[tokio::test]
async fn a_paused_test_is_previewed_as_if_it_ran_and_costs_four_calls() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    let event =
        with_body(bench.event("evaluate-tests", Role::Analyst).await, &json!({ "units": units(100) }));
    let (answer, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!(
        (answer.status, spent.calls),
        (200, 4),
        "the test, the settings, the erased accounts, and 100 assignments"
    );
    assert_eq!(answer.body["status"], "paused");
    assert!(answer.body["evaluations"].as_array().unwrap().iter().all(|own| own["reason"] == "assigned"));
}

#[tokio::test]
async fn a_preview_token_shows_its_variant_and_nothing_is_stored_or_counted() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let answer = preview(&bench, json!({ "force": "calculator" })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.body["preview"]["token"].as_str().unwrap();
    assert_eq!(answer.body["preview"]["expires_at"], "2026-11-21T11:00:00Z");
    let before = stored(&bench).await;
    let mut unit = software("acme.com");
    unit["preview"] = json!(token);
    let shown = evaluate(&bench, json!({ "units": [unit], "tests": ["pricing-page-q4"] })).await.body;
    let row = &shown["evaluations"][0]["tests"][0];
    assert_eq!(
        (&row["variant"], &row["reason"], &row["stored"]),
        (&json!("calculator"), &json!("preview"), &json!(false))
    );
    assert_eq!(shown["parameters"]["pricing-page-q4"]["calculator"]["hero"], "roi");
    let exposing = json!({ "units": [unit], "tests": ["pricing-page-q4"], "expose": true });
    let refused = evaluate(&bench, exposing).await.body;
    assert_eq!(refused["evaluations"][0]["problem"]["errors"][0]["pointer"], "/preview");
    assert_eq!(stored(&bench).await, before, "nothing is stored");
    bench.pass(3_601);
    let late = evaluate(&bench, json!({ "units": [unit] })).await.body;
    assert_eq!(late["evaluations"][0]["tests"][0]["problem"]["errors"][0]["pointer"], "/preview");
}

#[tokio::test]
async fn a_token_opens_no_other_test_workspace_or_operation() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    bench.launch(json!({ "test_id": "other" })).await;
    let body = preview(&bench, json!({ "force": "calculator" })).await.body;
    let token = body["preview"]["token"].as_str().unwrap();
    let mut unit = software("acme.com");
    unit["preview"] = json!(token);
    let elsewhere = evaluate(&bench, json!({ "units": [unit.clone()], "tests": ["other"] })).await.body;
    assert_eq!(elsewhere["evaluations"][0]["problem"]["errors"][0]["pointer"], "/preview");
    let foreign =
        evaluation(&bench, Role::Viewer, &json!({ "units": [unit], "tests": ["pricing-page-q4"] })).await;
    let foreign = bench.call(FUNCTION, bench.signed(foreign, Role::Admin, "globex").await).await.body;
    assert_eq!(foreign["evaluations"][0]["problem"]["errors"][0]["pointer"], "/preview");
    let as_access = evaluation(&bench, Role::Viewer, &json!({ "units": units(1) })).await;
    let as_access = testing::with_header(as_access, "authorization", &format!("Bearer {token}"));
    assert_eq!(bench.call(FUNCTION, as_access).await.status, 401);
}

#[tokio::test]
async fn a_request_for_a_token_names_a_variant_and_at_most_a_day() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    for (body, pointer) in [
        (json!({ "force": "purple" }), "/force"),
        (json!({ "force": "control", "expires_in": 59 }), "/expires_in"),
        (json!({ "force": "control", "expires_in": 86_401 }), "/expires_in"),
        (json!({ "units": units(1), "expires_in": 60 }), "/expires_in"),
        (json!({}), "/units"),
        (json!({ "units": [] }), "/units"),
        (json!({ "units": [{ "unit_id": "a" }], "surprise": 1 }), "/surprise"),
    ] {
        let answer = preview(&bench, body.clone()).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
    }
    let unknown = with_test_id(bench.event("evaluate-tests", Role::Viewer).await, "gone");
    assert_eq!(bench.call(FUNCTION, unknown).await.status, 404);
}
