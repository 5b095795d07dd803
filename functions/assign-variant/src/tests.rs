//! Tests of assignments with a real store: sticky assignment, reasons, batches and cost.

use bellwether::auth::access::Role;
use bellwether::telemetry::log::CapturedLog;
use domain::experiment::{Experiment, UnitId};
use screen::Screen;
use serde_json::{Value, json};
use testing::{Bench, acme, as_payload_2, body_of, with_body, with_test_id};

use super::FUNCTION;

mod directory;
mod exposed;
mod leftover;
mod previewed;
mod spellings;
mod sticky;
mod suppressed;
mod types;

async fn assign(bench: &Bench, body: Value) -> Value {
    let event = with_body(bench.event("assign-variant", Role::Service).await, &body);
    let response = bench.call(FUNCTION, event).await;
    assert_eq!(response.status, 200, "{}", response.body);
    response.body
}

fn software(unit_id: &str) -> Value {
    json!({ "unit_id": unit_id, "attributes": { "industry": "software", "employees": 900 } })
}

#[tokio::test]
async fn a_unit_gets_the_same_variant_in_both_payloads_and_from_every_instance() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let first = bench.call(FUNCTION, event.clone()).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!((&first.body["new"], &first.body["reason"]), (&json!(true), &json!("assigned")));
    let again = bench.call(FUNCTION, as_payload_2(&event)).await;
    let elsewhere = bench.cold().await.call(FUNCTION, event).await;
    for response in [again, elsewhere] {
        assert_eq!(response.body["variant"], first.body["variant"]);
        assert_eq!(response.body["parameters"], first.body["parameters"]);
        assert_eq!(response.body["new"], false);
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_first_decision_costs_a_read_and_a_write_and_a_cached_one_nothing() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let (_, cold) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!(
        (cold.calls, cold.units),
        (4, 4.0),
        "reads of the test, the settings and the erased accounts, a put"
    );
    let (_, seen) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!((seen.calls, seen.units), (0, 0.0));
    let (_, warm) = bench.metered(FUNCTION, with_body(event.clone(), &software("other.com"))).await;
    assert_eq!((warm.calls, warm.units), (1, 1.0), "a put of the assignment");
    let (_, known) = bench.cold().await.metered(FUNCTION, event.clone()).await;
    assert_eq!((known.calls, known.units), (4, 4.0), "a failed condition costs the write");
    bench.pass(31);
    let (_, later) = bench.metered(FUNCTION, event).await;
    assert_eq!((later.calls, later.units), (4, 4.0), "all cache entries have expired");
}

#[tokio::test]
async fn a_unit_keeps_its_variant_when_the_weights_change() {
    let bench = Bench::start().await;
    let mut test = bench.launch(json!({})).await;
    let before: Vec<Value> = variants_of(&bench, 20).await;
    for control in [0, 10_000, 1, 7_777, 2_500] {
        let weights = json!({ "control": control, "calculator": 10_000 - control });
        test = bench.change(&test, json!({ "revision": test.revision, "weights": weights })).await;
        assert_eq!(variants_of(&bench.cold().await, 20).await, before, "control has {control}");
    }
    assert!(before.contains(&json!("control")), "some units were in the arm that now has weight zero");
}

/// Returns the variants of this many units.
async fn variants_of(bench: &Bench, units: u32) -> Vec<Value> {
    let mut response = Vec::new();
    for unit in 0..units {
        response.push(assign(bench, software(&format!("unit-{unit}"))).await["variant"].clone());
    }
    response
}

#[tokio::test]
async fn below_full_coverage_changed_weights_move_no_unit_and_cause_no_lookup() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "coverage": 5_000 })).await;
    let before = variants_of(&bench, 40).await;
    let weights = json!({ "revision": test.revision, "weights": { "control": 1_000, "calculator": 9_000 } });
    bench.change(&test, weights).await;
    let cold = bench.cold().await;
    assert_eq!(variants_of(&cold, 40).await, before);
    let left_out = before.iter().position(Value::is_null).unwrap();
    let event =
        with_body(bench.event("assign-variant", Role::Service).await, &software(&format!("unit-{left_out}")));
    let (response, spent) = cold.metered(FUNCTION, event).await;
    assert_eq!((&response.body["reason"], spent.calls), (&json!("not_covered"), 0));
}

#[tokio::test]
async fn a_unit_outside_the_test_gets_a_reason_and_nothing_is_stored() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "coverage": 0 })).await;
    let reason = |body: Value| (body["variant"].clone(), body["reason"].clone());
    let farm = json!({ "unit_id": "acme.com", "attributes": { "industry": "farming" } });
    assert_eq!(reason(assign(&bench, farm).await), (Value::Null, json!("not_targeted")));
    assert_eq!(reason(assign(&bench, software("acme.com")).await), (Value::Null, json!("not_covered")));
    bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    let response = assign(&bench.cold().await, software("acme.com")).await;
    assert_eq!(reason(response), (Value::Null, json!("not_running")));
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn in_a_batch_one_failure_keeps_its_position_and_fails_no_other_unit() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let mut units: Vec<Value> = (0..98).map(|n| software(&format!("unit-{n}"))).collect();
    units.insert(1, json!({ "unit_id": "a\tb" }));
    units.insert(50, json!({ "unit_id": "x", "surprise": 1 }));
    let response = assign(&bench, json!({ "units": units })).await;
    let list = response["assignments"].as_array().unwrap();
    assert_eq!(list.len(), 100);
    for (unit, response) in units.iter().zip(list) {
        assert_eq!(unit["unit_id"], response["unit_id"]);
    }
    assert_eq!(list[1]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(list[50]["problem"]["errors"][0]["pointer"], "/surprise");
    assert_eq!(bench.rows().await, 98);
}

#[tokio::test]
async fn a_batch_has_1_to_100_units_and_no_other_field() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let hundred_and_one: Vec<Value> = (0..101).map(|n| json!({ "unit_id": format!("u{n}") })).collect();
    for body in [
        json!({ "units": [] }),
        json!({ "units": hundred_and_one }),
        json!({ "units": {} }),
        json!({ "units": [{ "unit_id": "a" }], "unit_id": "b" }),
    ] {
        assert_eq!(bench.call(FUNCTION, with_body(event.clone(), &body)).await.status, 422);
    }
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn in_an_external_test_the_first_variant_that_the_caller_sends_is_stored() {
    let bench = Bench::start().await;
    bench.launch(json!({ "allocation": { "mode": "external" }, "targeting": {} })).await;
    let named = |variant: &str| json!({ "unit_id": "acme.com", "variant": variant });
    let first = assign(&bench, named("calculator")).await;
    assert_eq!((&first["variant"], &first["conflict"]), (&json!("calculator"), &json!(false)));
    let second = assign(&bench.cold().await, named("control")).await;
    assert_eq!((&second["variant"], &second["conflict"]), (&json!("calculator"), &json!(true)));
    let event = bench.event("assign-variant", Role::Service).await;
    for body in [json!({ "unit_id": "b.com" }), json!({ "unit_id": "b.com", "variant": "none" })] {
        let response = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!("/variant")));
    }
}

/// Returns the stored time of a unit's assignment.
async fn assigned_at(bench: &Bench, test: &Experiment, unit: &str) -> String {
    let (unit, now) = (UnitId::parse(unit).unwrap(), bench.app.clock.now());
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    let stored = bench.app.store.events.stored(&acme(), std::iter::once((test, &unit)), now, deadline).await;
    String::from(stored.get(test, &unit).unwrap().unwrap().assigned_at)
}

#[tokio::test]
async fn only_an_external_test_accepts_the_time_of_a_past_assignment() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "allocation": { "mode": "external" }, "targeting": {} })).await;
    let at = |unit: &str, time: &str| json!({ "unit_id": unit, "variant": "control", "assigned_at": time });
    let event = bench.event("assign-variant", Role::Service).await;
    // The time is 2026-11-21T10:00:00.250Z.
    let fine = [
        ("a", "2026-10-01T11:00:00.750+0200", "2026-10-01T09:00:00Z"),
        ("b", "2026-11-21", "2026-11-21T00:00:00Z"),
        ("c", "2026-11-21T10:00:00.25Z", "2026-11-21T10:00:00Z"),
        ("d", "2025-11-21", "2025-11-21T00:00:00Z"),
    ];
    for (unit, time, stored) in fine {
        assign(&bench, at(unit, time)).await;
        assert_eq!(assigned_at(&bench.cold().await, &test, unit).await, stored, "{time}");
    }
    assign(&bench.cold().await, at("a", "2026-11-01")).await;
    let first = assigned_at(&bench.cold().await, &test, "a").await;
    assert_eq!(first, "2026-10-01T09:00:00Z", "the first time stays");
    for wrong in ["2026-11-21T10:00:00.251Z", "2026-11-22", "2025-11-20T23:59:59Z", "2025-11-20", "soon"] {
        let response = bench.call(FUNCTION, with_body(event.clone(), &at("e", wrong))).await;
        let pointer = json!("/assigned_at");
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &pointer), "{wrong}");
    }
    assert_eq!(bench.rows().await, 4);
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let body = json!({ "unit_id": "a", "assigned_at": "2026-11-20" });
    let event = bench.event("assign-variant", Role::Service).await;
    let response = bench.call(FUNCTION, with_body(event, &body)).await;
    assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!("/assigned_at")));
}

#[tokio::test]
async fn an_override_applies_to_every_unit_and_nothing_is_stored() {
    let bench = Bench::start().await;
    bench.launch(json!({ "overrides": { "acme.com": "control" }, "coverage": 0 })).await;
    let response = assign(&bench, json!({ "unit_id": "acme.com" })).await;
    assert_eq!((&response["variant"], &response["reason"]), (&json!("control"), &json!("override")));
    assert_eq!(assign(&bench, software("other.com")).await["reason"], "not_covered");
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn tests_that_divide_a_namespace_share_no_unit_and_omit_none() {
    let bench = Bench::start().await;
    let part = |id: &str, range: [u32; 2]| json!({ "test_id": id, "namespace": { "key": "pricing", "range": range } });
    bench.launch(part("first", [0, 4_000])).await;
    bench.launch(part("second", [4_000, 10_000])).await;
    let event = bench.event("assign-variant", Role::Service).await;
    for n in 0..60 {
        let event = with_body(event.clone(), &software(&format!("unit-{n}")));
        let first = bench.call(FUNCTION, with_test_id(event.clone(), "first")).await.body;
        let second = bench.call(FUNCTION, with_test_id(event, "second")).await.body;
        let excluded = [&first, &second].map(|response| response["reason"] == "excluded");
        assert!(excluded[0] != excluded[1], "{first} {second}");
    }
    assert_eq!(bench.rows().await, 60);
}

#[tokio::test]
async fn a_new_phase_randomizes_again() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let before = variants_of(&bench, 30).await;
    let test = bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    bench.pass(36);
    let test = bench.change(&test, json!({ "revision": 3, "status": "running", "start": "restart" })).await;
    assert_eq!(test.phase, 2);
    let after = variants_of(&bench.cold().await, 30).await;
    assert_ne!(before, after, "a new seed draws other buckets");
    assert_eq!(bench.rows().await, 60);
}

#[tokio::test]
async fn a_token_without_the_scope_or_of_another_workspace_is_rejected() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    bench.assert_refuses(FUNCTION, "assign-variant", Role::Analyst).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let foreign = bench.signed(event.clone(), Role::Service, "globex").await;
    let missing = with_test_id(event, "no-such-test");
    for event in [foreign, missing.clone(), with_test_id(missing, "NO%20SLUG")] {
        assert_eq!(bench.call(FUNCTION, event).await.status, 404);
    }
}

#[tokio::test]
async fn every_invalid_field_is_reported_and_nothing_is_stored() {
    let bench = Bench::start().await;
    bench.launch(json!({ "segments": ["industry"] })).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let long = "x".repeat(65);
    let cases = [
        (json!({}), "/unit_id"),
        (json!({ "unit_id": 7 }), "/unit_id"),
        (json!({ "unit_id": "" }), "/unit_id"),
        (json!({ "unit_id": "x".repeat(257) }), "/unit_id"),
        (json!({ "unit_id": "a\u{7}" }), "/unit_id"),
        (json!({ "unit_id": "a", "covariate": "1" }), "/covariate"),
        (json!({ "unit_id": "a", "covariate": 2e15 }), "/covariate"),
        (json!({ "unit_id": "a", "covariate": 1e-140 }), "/covariate"),
        (json!({ "unit_id": "a", "attributes": { "industry": "soft\u{1}ware" } }), "/attributes/industry"),
        (json!({ "unit_id": "a", "attributes": [] }), "/attributes"),
        (json!({ "unit_id": "a", "variant": "control" }), "/variant"),
        (json!({ "unit_id": "a", "other": 1 }), "/other"),
        (json!({ "unit_id": "a", "attributes": { "industry": long, "employees": 900 } }), ""),
    ];
    for (body, pointer) in cases {
        let response = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
        if !pointer.starts_with('/') {
            assert_eq!(response.body["reason"], "not_targeted", "{body}");
            continue;
        }
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{body}"
        );
    }
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn an_account_id_is_normalized_and_hidden_characters_are_rejected() {
    let mut bench = Bench::start().await;
    bench
        .launch(
            json!({ "targeting": { "industry": "Café" }, "overrides": { "bru\u{308}cke.de": "calculator" } }),
        )
        .await;
    let account = |id: &str, industry: &str| json!({ "unit_id": id, "attributes": { "industry": industry } });
    let apart = assign(&bench, account("mu\u{308}ller.de", "Cafe\u{301}")).await;
    assert_eq!((&apart["unit_id"], &apart["new"]), (&json!("müller.de"), &json!(true)), "{apart}");
    let together = assign(&bench, account("müller.de", "Café")).await;
    assert_eq!((&together["variant"], &together["new"]), (&apart["variant"], &json!(false)));
    assert_eq!(assign(&bench, account("brücke.de", "")).await["reason"], "override");
    let units = json!({ "units": [account("a\u{E0041}.com", "Café"), account("b.com", "Ca\u{200B}fé"), account("c.com", "Café")] });
    let list = assign(&bench, units.clone()).await;
    let errors = |at: usize| &list["assignments"][at]["problem"]["errors"][0];
    assert_eq!(
        (&errors(0)["pointer"], &errors(1)["pointer"]),
        (&json!("/unit_id"), &json!("/attributes/industry"))
    );
    assert_eq!(list["assignments"][0]["unit_id"], "a.com", "hidden characters are not repeated");
    assert_eq!(bench.rows().await, 2, "müller.de and c.com");
    bench.app.screen = Screen::Strip;
    let list = assign(&bench, units).await;
    let response: Vec<&Value> =
        list["assignments"].as_array().unwrap().iter().map(|response| &response["unit_id"]).collect();
    assert_eq!((response, bench.rows().await), (vec![&json!("a.com"), &json!("b.com"), &json!("c.com")], 4));
}

#[tokio::test]
async fn a_body_that_cannot_be_parsed_gets_a_specific_status() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
    let large = json!({ "unit_id": "a", "attributes": { "x": "y".repeat(65_536) } }).to_string();
    let cases = [("", 400), ("[]", 400), ("{", 400), ("{\"unit_id\":NaN}", 400), (&deep, 400), (&large, 413)];
    for (body, status) in cases {
        let mut event = event.clone();
        event["body"] = json!(body);
        assert_eq!(bench.call(FUNCTION, event).await.status, status, "{}", &body[..body.len().min(40)]);
    }
    let mut form = event;
    form["headers"]["content-type"] = json!("text/plain");
    form["multiValueHeaders"]["content-type"] = json!(["text/plain"]);
    assert_eq!(bench.call(FUNCTION, form).await.status, 415);
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time_and_a_retry_succeeds_later() {
    Bench::assert_unavailable_without_store(FUNCTION, "assign-variant").await;
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("assign-variant", Role::Service).await;
    let body = body_of(&event);
    assert_eq!(bench.call(FUNCTION, event).await.status, 200);
    assert_eq!(assign(&bench.cold().await, body).await["new"], false);
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_segment_that_is_too_long_or_contains_control_characters_or_lists_is_rejected() {
    let bench = Bench::start().await;
    bench.launch(json!({ "segments": ["industry"], "targeting": {} })).await;
    let event = bench.event("assign-variant", Role::Service).await;
    for industry in [json!("x".repeat(65)), json!("a\u{1}"), json!(["software"]), json!({})] {
        let body = json!({ "unit_id": "a", "attributes": { "industry": industry } });
        let response = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!("/attributes/industry"))
        );
    }
    for industry in [json!("software"), json!(7), json!(true), Value::Null] {
        assign(&bench, json!({ "unit_id": format!("{industry}"), "attributes": { "industry": industry } }))
            .await;
    }
    assert_eq!(bench.rows().await, 4);
}

#[tokio::test]
async fn a_known_unit_keeps_its_listed_values_and_another_gets_not_listed() {
    let bench = Bench::start().await;
    let unit = |n: u32| json!({ "unit_id": format!("unit-{n}"), "attributes": { "industry": n % 2 }, "covariate": n });
    let known: Vec<Value> = (0..40).map(unit).collect();
    let list = json!({ "targeting": {}, "namespace": null, "overrides": {}, "segments": ["industry"],
                       "known_units": known });
    let test = bench.launch(list).await;
    let response = assign(&bench, json!({ "unit_id": "unit-7", "covariate": 99.0 })).await;
    assert_eq!(response["reason"], "assigned", "{response}");
    let id = domain::experiment::UnitId::parse("unit-7").unwrap();
    let (events, now) = (&bench.app.store.events, bench.app.clock.now());
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    let stored = events.stored(&acme(), std::iter::once((&test, &id)), now, deadline).await;
    let stored = stored.get(&test, &id).unwrap().cloned().unwrap();
    assert_eq!(
        (stored.covariate, stored.segments.len()),
        (Some(7.0), 1),
        "the list takes precedence over the caller"
    );
    let other = assign(&bench, software("acme.com")).await;
    assert_eq!((&other["variant"], &other["reason"]), (&Value::Null, &json!("not_listed")));
    assert_eq!(bench.rows().await, 1);
}

/// Returns the only line that the log contains for a request.
fn line_of(captured: &CapturedLog) -> (Value, usize) {
    let text = captured.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("\"message\":\"request\"")).collect();
    let [line] = lines[..] else { panic!("there is one line for each request: {text}") };
    (serde_json::from_str(line).unwrap(), line.len())
}

#[tokio::test]
async fn a_request_logs_one_line_with_caller_and_cost_but_without_the_unit() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let captured = CapturedLog::start();
    let event = bench.event("assign-variant", Role::Service).await;
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 200);
    let (line, bytes) = line_of(&captured);
    assert!(bytes <= 1_000, "{bytes} bytes: {line}");
    assert_eq!((&line["route"], &line["method"]), (&json!("/tests/{test_id}/assignments"), &json!("POST")));
    assert_eq!((&line["workspace"], &line["outcome"]), (&json!("acme"), &json!("ok")));
    assert!(line["subject"].as_str().is_some_and(|subject| subject.len() == 32), "{line}");
    assert_eq!((&line["DynamodbCalls"], &line["ColdStarts"]), (&json!(4), &json!(1)));
    assert!(!line.to_string().contains("umbrella") && !line.to_string().contains("acme.com"), "{line}");
    let captured = CapturedLog::start();
    bench.call(FUNCTION, event).await;
    let (line, bytes) = line_of(&captured);
    assert!(line.get("ColdStarts").is_none() && bytes <= 1_000, "{bytes}: {line}");
    println!("{bytes} bytes: {line}");
}

#[tokio::test]
async fn a_rejected_request_logs_its_problem_and_the_caller_if_known() {
    let bench = Bench::start().await;
    let captured = CapturedLog::start();
    let event = bench.event("assign-variant", Role::Viewer).await;
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 403);
    let (line, _) = line_of(&captured);
    assert_eq!((&line["outcome"], &line["workspace"]), (&json!("insufficient_scope"), &json!("acme")));
    let captured = CapturedLog::start();
    bench.call(FUNCTION, testing::without_token(event)).await;
    let (line, _) = line_of(&captured);
    assert_eq!((&line["outcome"], &line["TokenRefusals"]), (&json!("unauthenticated"), &json!(1)));
    assert!(line.get("subject").is_none(), "{line}");
}
