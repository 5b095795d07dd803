//! Tests of what a new test takes over from its workspace.

use super::*;

async fn create(bench: &Bench, changes: Value) -> testing::Answer {
    let event = bench.event("create-test", Role::Analyst).await;
    let mut body = body_of(&event);
    for (name, value) in changes.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    bench.call(FUNCTION, with_body(event, &body)).await
}

#[tokio::test]
async fn a_test_takes_over_the_kind_and_the_time_zone_and_keeps_them() {
    let bench = Bench::start().await;
    let before = create(&bench, json!({ "test_id": "before" })).await.body;
    assert_eq!((&before["unit_kind"], &before["time_zone"]), (&json!("verbatim"), &json!("UTC")));
    bench.configure(json!({ "revision": 0, "unit_kind": "domain", "time_zone": "Asia/Tokyo" })).await;
    let forced = json!({ "test_id": "after", "overrides": { "https://www.Acme.com/": "control" } });
    let after = create(&bench, forced.clone()).await;
    assert_eq!((after.status, &after.body["unit_kind"]), (201, &json!("domain")));
    assert_eq!(after.body["time_zone"], "Asia/Tokyo");
    assert_eq!(after.body["overrides"], json!({ "acme.com": "control" }));
    bench.configure(json!({ "revision": 1, "unit_kind": "hubspot", "time_zone": "UTC" })).await;
    let again = create(&bench, forced).await;
    assert_eq!(
        (again.status, again.body),
        (200, after.body),
        "a repetition is judged by the test's own settings"
    );
    assert_eq!(create(&bench, json!({ "test_id": "before" })).await.status, 200);
}

#[tokio::test]
async fn two_spellings_of_one_account_are_rejected_by_both_names() {
    let bench = Bench::start().await;
    bench.configure(json!({ "revision": 0, "unit_kind": "domain" })).await;
    let forced = json!({ "acme.com": "control", "www.Acme.com": "calculator", "ada@gmail.com": "control" });
    let answer = create(&bench, json!({ "overrides": forced })).await;
    let errors = answer.body["errors"].as_array().unwrap();
    let pointers: Vec<&Value> = errors.iter().map(|error| &error["pointer"]).collect();
    assert_eq!(
        (answer.status, pointers),
        (422, vec![&json!("/overrides/ada@gmail.com"), &json!("/overrides/www.Acme.com")])
    );
    let detail = errors[1]["detail"].as_str().unwrap();
    assert!(detail.contains("\"acme.com\"") && detail.contains("\"www.Acme.com\""), "{detail}");
    let mut known: Vec<Value> = (0..10).map(|n| json!({ "unit_id": format!("unit-{n}.com") })).collect();
    known.push(json!({ "unit_id": "https://unit-4.com/" }));
    let list = json!({ "targeting": {}, "namespace": null, "overrides": { "www.unit-5.com": "control" }, "segments": [],
                       "known_units": known });
    let answer = create(&bench, list.clone()).await;
    assert_eq!(
        (answer.status, &answer.body["errors"][0]["pointer"]),
        (422, &json!("/known_units/10/unit_id"))
    );
    let mut list = list;
    list["known_units"].as_array_mut().unwrap().pop();
    let answer = create(&bench, list).await;
    assert_eq!(
        (answer.status, &answer.body["errors"][0]["pointer"]),
        (422, &json!("/known_units/5/unit_id"))
    );
}
