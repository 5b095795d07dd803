//! Tests of results that are computed from stored events.

use bellwether::auth::access::Role;
use bellwether::store::outcomes::Recorded;
use domain::clock::Timestamp;
use domain::experiment::{
    Assignment, Conversion, Decision, Entry, EventId, Experiment, GoalKey, UnitId, Version, decide,
};
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use serde_json::{Value, json};
use testing::{Bench, acme, as_payload_2, with_query, with_test_id};

mod compared;

use super::FUNCTION;

/// Stores an assignment to `variant` and, if `days` is given, a conversion that many days later.
async fn put(bench: &Bench, test: &Experiment, unit: &str, variant: &str, days: Option<i64>) {
    let now = bench.app.clock.now();
    let unit_id = UnitId::parse(unit).unwrap();
    let variant = test.definition.variants.iter().find(|v| v.key.as_str() == variant).unwrap();
    let parsed = serde_json::from_value(json!({ "unit_id": unit })).unwrap();
    let parsed = domain::experiment::Unit::parse(parsed, test).unwrap();
    let assignment = Assignment::of(test, &parsed, variant, now).unwrap();
    bench.app.store.events.assign(&acme(), test, &unit_id, assignment, now).await.unwrap();
    let Some(days) = days else { return };
    let occurred_at = Timestamp::from_millis(now.floor_to_second().millis() + days * 86_400_000).into();
    let (goal, event_id) = (GoalKey::parse("demo-booked").unwrap(), EventId::parse("e").unwrap());
    let conversion = Conversion { unit_id, goal, event_id, version: Version::FIRST, value: 1.0, occurred_at };
    bench.app.store.events.convert(&acme(), test, &conversion.into(), now).await.unwrap();
}

async fn results(bench: &Bench) -> Value {
    let response = bench.call(FUNCTION, bench.event("get-results", Role::Viewer).await).await;
    assert_eq!(response.status, 200, "{}", response.body);
    response.body
}

#[tokio::test]
async fn units_and_conversions_are_counted_with_their_difference() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for n in 0..20 {
        put(&bench, &test, &format!("a{n}"), "control", (n < 5).then_some(1)).await;
        put(&bench, &test, &format!("b{n}"), "calculator", (n < 10).then_some(1)).await;
    }
    let report = results(&bench).await;
    assert_eq!(report["units"], json!({ "control": 20, "calculator": 20 }));
    assert_eq!(
        report["sample_ratio"],
        json!({ "e_value": 1.0, "p": 1.0, "ok": true, "fixed_horizon_p": 1.0 })
    );
    let goal = &report["goals"][0];
    let arm = &goal["arms"][1];
    for (field, wanted) in [
        ("variant", json!("calculator")),
        ("units", json!(20)),
        ("converted", json!(10)),
        ("mean", json!(0.5)),
    ] {
        assert_eq!(arm[field], wanted);
    }
    assert!((0.9..1.0).contains(&arm["best"].as_f64().unwrap()), "{arm}");
    let comparison = &goal["comparisons"][0];
    assert_eq!(
        (&comparison["method"], &comparison["absolute"]["estimate"]),
        (&json!("rerandomization"), &json!(0.25))
    );
    let planned = &comparison["fixed_horizon"];
    assert_eq!((&planned["method"], &planned["test"]), (&json!("welch"), &json!("permutation_all")));
    assert_eq!(
        (&comparison["p_value"], &comparison["interim_looks"]),
        (&Value::Null, &Value::Null),
        "a count on request is no look"
    );
    assert_eq!(report["verdict"]["decision"], "keep_running");
}

#[tokio::test]
async fn an_outcome_counts_from_the_second_of_the_assignment_to_the_end_of_its_window() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for (unit, days) in [("on-time", 0), ("last-day", 30), ("late", 31), ("early", -1)] {
        put(&bench, &test, unit, "control", Some(days)).await;
    }
    let report = results(&bench).await;
    assert_eq!(report["goals"][0]["arms"][0]["converted"], 2);
    assert_eq!(report["goals"][0]["arms"][0]["units"], 4);
}

#[tokio::test]
async fn the_stored_report_is_returned_until_the_test_changes_or_fresh_is_requested() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    put(&bench, &test, "a", "control", None).await;
    let totals =
        bench.app.store.events.aggregate(&acme(), &test, None, bench.app.clock.now()).await.unwrap().unwrap();
    let report = domain::results::report::Report::new(
        &test,
        &totals,
        bench.app.clock.now(),
        None,
        &Watched::default(),
    );
    bench.app.store.summaries.store(&acme(), &test, &report, &NoticeRecord::default()).await.unwrap();
    bench.pass(60);
    put(&bench, &test, "b", "control", None).await;
    let event = bench.event("get-results", Role::Viewer).await;
    let (stored, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!((&stored.body["units"]["control"], spent.calls), (&json!(1), 2));
    assert_eq!(stored.body["as_of"], "2026-11-21T10:00:00.25Z");
    assert_eq!(stored.body["series"].as_array().unwrap().len(), 1);
    let (fresh, spent) = bench.metered(FUNCTION, with_query(event.clone(), "fresh", "true")).await;
    assert_eq!((&fresh.body["units"]["control"], spent.calls), (&json!(2), 20));
    bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    let changed = bench.call(FUNCTION, event).await;
    assert_eq!((&changed.body["units"]["control"], &changed.body["status"]), (&json!(2), &json!("stopped")));
}

#[tokio::test]
async fn counts_and_sums_are_totaled_per_unit_with_their_relative_difference() {
    let bench = Bench::start().await;
    let goals = json!([{ "key": "demo-booked", "kind": "sum", "role": "primary", "window_days": 30 }]);
    let test = bench.launch(json!({ "goals": goals })).await;
    let now = bench.app.clock.now();
    for (unit, variant, values) in [
        ("a", "control", [10.1, 0.2]),
        ("b", "control", [5.0, 5.1]),
        ("c", "calculator", [20.0, 0.1]),
        ("d", "calculator", [15.5, 4.9]),
    ] {
        put(&bench, &test, unit, variant, None).await;
        for (index, value) in values.into_iter().enumerate() {
            let conversion = Conversion {
                unit_id: UnitId::parse(unit).unwrap(),
                goal: GoalKey::parse("demo-booked").unwrap(),
                event_id: EventId::parse(format!("e{index}")).unwrap(),
                version: Version::FIRST,
                value,
                occurred_at: now.into(),
            };
            bench.app.store.events.convert(&acme(), &test, &conversion.clone().into(), now).await.unwrap();
            bench.app.store.events.convert(&acme(), &test, &conversion.clone().into(), now).await.unwrap();
        }
    }
    let report = results(&bench).await;
    let [control, treatment] = [0, 1].map(|arm| report["goals"][0]["arms"][arm]["total"].as_f64().unwrap());
    assert!((control - 20.4).abs() < 1e-12 && (treatment - 40.5).abs() < 1e-12, "{control} {treatment}");
    let comparison = &report["goals"][0]["comparisons"][0];
    let relative = comparison["relative"]["estimate"].as_f64().unwrap();
    assert!((relative - (40.5 / 20.4 - 1.0)).abs() < 1e-12);
    assert!(comparison["fixed_horizon"]["relative"]["low"].as_f64().unwrap() > 0.0);
    let too_few = "An interim look requires 10 accounts in each variant. The smaller has 2.";
    assert_eq!((&comparison["p_value"], &comparison["warnings"][0]), (&Value::Null, &json!(too_few)));
}

#[tokio::test]
async fn a_unit_assigned_before_its_override_counts_in_its_assigned_variant() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "overrides": { "showcase.com": "control" } })).await;
    put(&bench, &test, "acme.com", "control", Some(0)).await;
    put(&bench, &test, "other.com", "control", Some(0)).await;
    let before = results(&bench).await;
    let forced = json!({ "acme.com": "calculator", "showcase.com": "control" });
    let test = bench.change(&test, json!({ "revision": 2, "overrides": forced })).await;
    let after = results(&bench).await;
    assert_eq!(after["units"], json!({ "control": 2, "calculator": 0 }));
    assert_eq!((&after["units"], &after["goals"]), (&before["units"], &before["goals"]));
    assert_eq!(after["overridden_after_assignment"], json!({ "control": 1 }));
    assert!(before.get("overridden_after_assignment").is_none() && after.get("omitted").is_none());
    // An instance that has not read the override yet assigns the unit. The override was earlier than the assignment.
    bench.pass(2);
    put(&bench, &test, "showcase.com", "control", Some(0)).await;
    let late = results(&bench).await;
    assert_eq!((&late["units"], &late["omitted"]), (&after["units"], &json!({ "control": 1 })));
    // Another variant for the same unit is still the same override.
    bench.pass(2);
    let forced = json!({ "acme.com": "control", "showcase.com": "calculator" });
    bench.change(&test, json!({ "revision": 3, "overrides": forced })).await;
    let other = results(&bench).await;
    assert_eq!((&other["units"], &other["omitted"]), (&late["units"], &late["omitted"]));
    assert_eq!(other["overridden_after_assignment"], json!({ "control": 1 }));
}

#[tokio::test]
async fn an_override_without_a_stored_time_omits_its_unit() {
    let bench = Bench::start().await;
    let mut test = bench.launch(json!({ "overrides": { "acme.com": "calculator" } })).await;
    put(&bench, &test, "acme.com", "control", Some(0)).await;
    test.overridden_since.clear();
    let name = json!({ "revision": 2, "name": "As stored before the time was stored" });
    let test = bench.change(&test, name).await;
    assert!(test.overridden_since.is_empty());
    let report = results(&bench).await;
    assert_eq!((&report["units"]["control"], &report["omitted"]), (&json!(0), &json!({ "control": 1 })));
}

#[tokio::test]
async fn results_of_a_shipped_test_count_earlier_events_and_are_final_after_35_s() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    put(&bench, &test, "acme.com", "calculator", None).await;
    put(&bench, &test, "other.com", "control", Some(0)).await;
    let ship = json!({ "revision": 2, "status": "shipped", "winner": "calculator" });
    let test = bench.change(&test, ship).await;
    bench.pass(10);
    put(&bench, &test, "late.com", "control", Some(0)).await;
    let counted = |report: &Value| (report["units"].clone(), report["goals"][0]["arms"].clone());
    let early = results(&bench).await;
    assert_eq!(
        (&early["status"], &early["units"]),
        (&json!("shipped"), &json!({ "control": 1, "calculator": 1 }))
    );
    assert_eq!(early["goals"][0]["arms"][0]["converted"], 1);
    bench.pass(25);
    let event = bench.event("get-results", Role::Viewer).await;
    let (first, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!(
        (counted(&first.body), spent.calls),
        (counted(&early), 22),
        "reads, and writes to three items"
    );
    let body = json!({ "unit_id": "acme.com", "goal": "demo-booked", "event_id": "sent-late",
                       "occurred_at": "2026-11-21T10:00:00Z" });
    let now = bench.app.clock.now();
    let late = Entry::parse(serde_json::from_value(body).unwrap(), &test, now).unwrap();
    assert_eq!(bench.app.store.events.convert(&acme(), &test, &late, now).await.unwrap(), Recorded::New);
    let fresh = with_query(event, "fresh", "true");
    let (again, spent) = bench.metered(FUNCTION, fresh).await;
    assert_eq!((counted(&again.body), spent.calls), (counted(&early), 2), "the final report is returned");
    assert_eq!(again.body["as_of"], first.body["as_of"]);
    bench.pass(5);
    let test = bench.change(&test, json!({ "revision": 3, "status": "running", "start": "resume" })).await;
    let resumed = results(&bench).await;
    assert_eq!((test.phase, &resumed["units"]), (1, &json!({ "control": 2, "calculator": 1 })));
    assert_eq!(resumed["goals"][0]["arms"][1]["converted"], 1, "no outcome was lost");
}

#[tokio::test]
async fn units_are_counted_by_the_attributes_they_had() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "segments": ["industry"], "targeting": {} })).await;
    let now = bench.app.clock.now();
    for (unit, industry) in
        [("a", json!("software")), ("b", json!("farming")), ("c", json!("software")), ("d", Value::Null)]
    {
        let parsed =
            serde_json::from_value(json!({ "unit_id": unit, "attributes": { "industry": industry } }))
                .unwrap();
        let parsed = domain::experiment::Unit::parse(parsed, &test).unwrap();
        let assignment = Assignment::of(&test, &parsed, &test.definition.variants[0], now).unwrap();
        bench.app.store.events.assign(&acme(), &test, &parsed.id, assignment, now).await.unwrap();
    }
    let report = results(&bench).await;
    let segment = &report["segments"][0];
    assert_eq!(segment["attribute"], "industry");
    let values: Vec<_> =
        segment["values"].as_array().unwrap().iter().map(|v| (&v["value"], &v["arms"][0]["units"])).collect();
    assert_eq!(values, [(&json!("farming"), &json!(1)), (&json!("software"), &json!(2))]);
}

#[tokio::test]
async fn arms_that_do_not_match_their_weights_withhold_the_verdict() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for n in 0..40 {
        put(&bench, &test, &format!("u{n}"), if n < 35 { "control" } else { "calculator" }, None).await;
    }
    let report = results(&bench).await;
    assert_eq!(
        (&report["sample_ratio"]["ok"], &report["verdict"]["decision"]),
        (&json!(false), &json!("do_not_trust"))
    );
}

#[tokio::test]
async fn a_restart_begins_at_zero_and_ignores_outcomes_of_the_old_phase() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    put(&bench, &test, "old", "control", Some(0)).await;
    let test = bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    bench.pass(60);
    let test = bench.change(&test, json!({ "revision": 3, "status": "running", "start": "restart" })).await;
    put(&bench, &test, "old", "calculator", None).await;
    let report = results(&bench).await;
    assert_eq!((&report["phase"], &report["units"]), (&json!(2), &json!({ "control": 0, "calculator": 1 })));
    assert_eq!(report["goals"][0]["arms"][1]["converted"], 0);
}

#[tokio::test]
async fn an_empty_test_has_results_without_numbers_in_both_payloads() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    assert_eq!(test.phase, 1);
    let event = with_query(bench.event("get-results", Role::Viewer).await, "fresh", "true");
    let (response, spent) = bench.metered(FUNCTION, as_payload_2(&event)).await;
    assert_eq!(response.status, 200, "{}", response.body);
    let comparison = &response.body["goals"][0]["comparisons"][0];
    assert_eq!(comparison["absolute"], json!({ "estimate": null, "low": null, "high": null }));
    assert_eq!(
        response.body["sample_ratio"],
        json!({ "e_value": null, "p": null, "ok": true, "fixed_horizon_p": null })
    );
    assert_eq!(comparison["relative"], json!({ "estimate": null, "low": null, "high": null }));
    assert_eq!(
        (spent.calls, spent.units),
        (20, 20.0),
        "the test, the settings, its summaries, its looks and its 16 partitions"
    );
}

#[tokio::test]
async fn a_token_without_the_scope_or_of_another_workspace_is_rejected() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    bench.assert_refuses(FUNCTION, "get-results", Role::Service).await;
    let event = bench.event("get-results", Role::Viewer).await;
    let foreign = bench.signed(event.clone(), Role::Admin, "globex").await;
    for event in [foreign, with_test_id(event.clone(), "gone")] {
        assert_eq!(bench.call(FUNCTION, event).await.status, 404);
    }
    assert_eq!(bench.call(FUNCTION, with_query(event, "fresh", "yes")).await.status, 422);
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "get-results").await;
}

#[tokio::test]
async fn known_units_are_compared_with_randomizations_of_the_same_balance() {
    let bench = Bench::start().await;
    let unit = |n: u32| json!({ "unit_id": format!("unit-{n}"), "attributes": { "industry": n % 2 } });
    let known: Vec<Value> = (0..40).map(unit).collect();
    let list = json!({ "targeting": {}, "namespace": null, "overrides": {}, "segments": ["industry"],
                       "known_units": known });
    let test = bench.launch(list).await;
    for n in 0..40 {
        let id = format!("unit-{n}");
        let parsed = serde_json::from_value(json!({ "unit_id": id })).unwrap();
        let parsed = domain::experiment::Unit::parse(parsed, &test).unwrap();
        let Decision::Assign(variant) = decide(&test, &parsed).unwrap() else { panic!("it is listed") };
        put(&bench, &test, &id, variant.key.as_str(), (!variant.is_control).then_some(1)).await;
    }
    let report = results(&bench).await;
    let planned = &report["goals"][0]["comparisons"][0]["fixed_horizon"];
    assert_eq!(planned["test"], "rerandomization", "{planned}");
    assert!(
        planned["p_value"].as_f64().unwrap() < 0.001,
        "all units of one arm converted and none of the other: {planned}"
    );
}

#[tokio::test]
async fn results_of_each_phase_use_the_definition_at_the_end_of_the_phase() {
    let bench = Bench::start().await;
    let first = bench.launch(json!({})).await;
    put(&bench, &first, "a", "control", Some(1)).await;
    put(&bench, &first, "b", "calculator", None).await;
    let renamed = bench.change(&first, json!({ "revision": 2, "name": "Renamed" })).await;
    let stopped = bench.change(&renamed, json!({ "revision": 3, "status": "stopped" })).await;
    bench.pass(60);
    let plan = json!({ "revision": 4, "status": "running", "start": "restart", "planned_units": 1_000 });
    let second = bench.change(&stopped, plan).await;
    put(&bench, &second, "c", "control", Some(1)).await;
    let stopped = bench.change(&second, json!({ "revision": 5, "status": "stopped" })).await;
    bench.pass(60);
    let third =
        bench.change(&stopped, json!({ "revision": 6, "status": "running", "start": "restart" })).await;
    assert_eq!(third.phase, 3);
    let of = |phase: &str| {
        let (bench, phase) = (&bench, phase.to_owned());
        async move {
            let event = bench.event("get-results", Role::Viewer).await;
            bench.call(FUNCTION, with_query(event, "phase", &phase)).await
        }
    };
    let units = |control: u64, calculator: u64| json!({ "control": control, "calculator": calculator });
    for (phase, status, wanted) in
        [("1", "stopped", units(1, 1)), ("2", "stopped", units(1, 0)), ("3", "running", units(0, 0))]
    {
        let response = of(phase).await;
        assert_eq!(response.status, 200, "{}", response.body);
        let body = &response.body;
        assert_eq!(
            (&body["phase"], &body["status"], &body["units"]),
            (&json!(phase.parse::<u32>().unwrap()), &json!(status), &wanted)
        );
    }
    assert_eq!(results(&bench).await["phase"], 3);
    let reasons = |body: &Value| body["verdict"]["reasons"].to_string();
    assert!(reasons(&of("1").await.body).contains("of 400 planned"), "the plan of the first phase");
    assert!(reasons(&of("2").await.body).contains("of 1000 planned"), "the plan of the second");
    for never in ["0", "4", "-1", "", "1.0", "one", "+1", "99999999999"] {
        let response = of(never).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!("?phase")),
            "{never}"
        );
    }
}

#[tokio::test]
async fn a_past_phase_too_large_to_count_returns_its_stored_report() {
    let mut bench = Bench::start().await;
    let first = bench.launch(json!({})).await;
    put(&bench, &first, "a", "control", None).await;
    put(&bench, &first, "b", "calculator", None).await;
    let as_of = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), &first, None, as_of).await.unwrap().unwrap();
    let report = Report::new(&first, &totals, as_of, None, &Watched::default());
    bench.app.store.summaries.store(&acme(), &first, &report, &NoticeRecord::default()).await.unwrap();
    let stopped = bench.change(&first, json!({ "revision": 2, "status": "stopped" })).await;
    bench.pass(60);
    bench.change(&stopped, json!({ "revision": 3, "status": "running", "start": "restart" })).await;
    bench.app.limits.inline_units = 1;
    let event = with_query(bench.event("get-results", Role::Viewer).await, "phase", "1");
    let response = bench.call(FUNCTION, event).await;
    assert_eq!((response.status, &response.body["units"]["control"]), (200, &json!(1)));
    assert_eq!(response.body["series"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_unreadable_report_is_counted_again_with_a_warning() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    put(&bench, &test, "a", "control", None).await;
    let as_of = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), &test, None, as_of).await.unwrap().unwrap();
    let (report, before) =
        (Report::new(&test, &totals, as_of, None, &Watched::default()), NoticeRecord::default());
    bench.app.store.summaries.store(&acme(), &test, &report, &before).await.unwrap();
    assert_eq!(results(&bench).await["warnings"], json!([]));
    break_reports(&bench).await;
    let report = results(&bench).await;
    assert_eq!((&report["units"]["control"], &report["series"]), (&json!(1), &json!([])));
    assert_eq!(report["warnings"][0]["code"], "sequential_restarted");
}

/// Makes the content of every stored report and point unreadable.
async fn break_reports(bench: &Bench) {
    let items = bench.database().scan().table_name("bench-summaries").send().await.unwrap().items.unwrap();
    for mut item in items {
        item.remove("report");
        bench.database().put_item().table_name("bench-summaries").set_item(Some(item)).send().await.unwrap();
    }
}

/// Creates a test of 40 units that was counted and then stopped, with an unreadable report.
async fn stopped_with_a_broken_report(bench: &Bench) {
    let test = bench.launch(json!({})).await;
    for n in 0..40 {
        put(bench, &test, &format!("a{n}"), "control", None).await;
    }
    let as_of = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), &test, None, as_of).await.unwrap().unwrap();
    let (report, before) =
        (Report::new(&test, &totals, as_of, None, &Watched::default()), NoticeRecord::default());
    bench.app.store.summaries.store(&acme(), &test, &report, &before).await.unwrap();
    bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    break_reports(bench).await;
    bench.pass(60);
}

#[tokio::test]
async fn the_loss_of_a_report_is_reported_once_with_a_constant_time() {
    let bench = Bench::start().await;
    stopped_with_a_broken_report(&bench).await;
    let first = results(&bench).await;
    bench.pass(60);
    let second = results(&bench).await;
    assert_eq!(first["warnings"][0]["code"], "sequential_restarted");
    assert_eq!(second["warnings"], first["warnings"], "the time in the warning is the same");
    assert_ne!(second["as_of"], first["as_of"], "late outcomes are still counted at once");
}

#[tokio::test]
async fn a_large_test_outside_the_schedule_is_counted_once_by_a_request() {
    let mut bench = Bench::start().await;
    bench.app.limits.inline_units = 1;
    stopped_with_a_broken_report(&bench).await;
    let first = results(&bench).await;
    assert_eq!((&first["status"], &first["units"]["control"]), (&json!("stopped"), &json!(40)));
    bench.pass(60);
    let second = results(&bench).await;
    assert_eq!(second["as_of"], first["as_of"], "the stored count is returned");
}

#[tokio::test]
async fn a_large_running_test_is_counted_only_by_the_schedule() {
    let mut bench = Bench::start().await;
    bench.app.limits.inline_units = 1;
    let test = bench.launch(json!({})).await;
    for n in 0..40 {
        put(&bench, &test, &format!("a{n}"), "control", None).await;
    }
    let response = bench.call(FUNCTION, bench.event("get-results", Role::Viewer).await).await;
    assert_eq!(response.status, 503);
}
