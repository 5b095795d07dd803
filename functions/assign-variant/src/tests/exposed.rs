//! Exposures: reports that a variant was shown.

use testing::at;

use super::*;

const PATH: &str = "/tests/{test_id}/exposures";

/// The event of `POST /tests/{test_id}/exposures` with a body.
async fn exposing(bench: &Bench, body: &Value) -> Value {
    let event = bench.event("assign-variant", Role::Service).await;
    with_test_id(with_body(at(event, "POST", PATH), body), "pricing-page-q4")
}

async fn expose(bench: &Bench, body: &Value) -> testing::Answer {
    bench.call(FUNCTION, exposing(bench, body).await).await
}

fn shown(unit_id: &str, variant: &str, id: &str) -> Value {
    let mut body = software(unit_id);
    body["variant"] = json!(variant);
    body["exposure_id"] = json!(id);
    body
}

/// The units and the exposed units of each arm.
async fn counted(bench: &Bench, test: &Experiment) -> (Vec<u64>, Vec<u64>) {
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), test, None, now).await.unwrap().unwrap();
    (totals.arms.iter().map(|arm| arm.units).collect(), totals.exposed_by_arm())
}

#[tokio::test]
async fn an_exposure_is_recorded_once_and_assigns_a_unit_as_of_its_time() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let mut body = software("acme.com");
    body["exposed_at"] = json!("2026-11-21T09:59:59Z");
    body["exposure_id"] = json!("mail-1");
    let early = expose(&bench, &body).await;
    assert_eq!((early.status, &early.body["errors"][0]["pointer"]), (422, &json!("/exposed_at")));
    assert_eq!(bench.rows().await, 0, "an exposure before the phase assigns nothing");
    bench.pass(60);
    body["exposed_at"] = json!("2026-11-21T10:00:30Z");
    let first = expose(&bench, &body).await;
    assert_eq!(first.status, 202, "{}", first.body);
    let of = |body: &Value| ["recorded", "duplicate", "new"].map(|name| body[name].as_bool().unwrap());
    assert_eq!(of(&first.body), [true, false, true]);
    let again = expose(&bench.cold().await, &body).await.body;
    assert_eq!((of(&again), &again["variant"]), ([true, true, false], &first.body["variant"]));
    body["exposure_id"] = json!("mail-2");
    assert_eq!(of(&expose(&bench, &body).await.body), [true, false, false]);
    assert_eq!(bench.rows().await, 3, "an assignment and two exposures");
    assert_eq!(assign(&bench, software("acme.com")).await["variant"], first.body["variant"]);
    let (units, exposed) = counted(&bench, &test).await;
    assert_eq!((units.iter().sum::<u64>(), &units), (1, &exposed));
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), &test, None, now).await.unwrap().unwrap();
    assert_eq!(String::from(totals.first_assigned_at.unwrap()), "2026-11-21T10:00:30Z");
}

#[tokio::test]
async fn a_variant_that_is_not_the_units_is_refused_in_its_place_and_nothing_is_stored() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let own = assign(&bench, software("acme.com")).await["variant"].as_str().unwrap().to_owned();
    let other = if own == "control" { "calculator" } else { "control" };
    let alone = expose(&bench, &shown("acme.com", other, "m")).await;
    assert_eq!(alone.status, 409, "{}", alone.body);
    let farm = json!({ "unit_id": "farm.com", "attributes": { "industry": "farming" } });
    let list = json!({ "exposures": [
        shown("acme.com", other, "m"), farm, shown("acme.com", &own, "m"), { "unit_id": "a\tb" }, shown("b.com", "gone", "m")
    ] });
    let answer = expose(&bench, &list).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let list = &answer.body["exposures"];
    assert_eq!((&list[0]["problem"]["status"], &list[1]["problem"]["status"]), (&json!(409), &json!(409)));
    assert!(list[1]["problem"]["detail"].as_str().unwrap().contains("not_targeted"), "{list}");
    assert_eq!(list[2]["recorded"], true);
    assert_eq!(list[3]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(list[4]["problem"]["errors"][0]["pointer"], "/variant");
    assert_eq!(bench.rows().await, 2);
}

#[tokio::test]
async fn an_unassigned_unit_with_another_variant_than_its_own_is_not_assigned() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let both =
        json!({ "exposures": [shown("new.com", "control", "m"), shown("new.com", "calculator", "m")] });
    let answer = expose(&bench, &both).await.body;
    let refused = |index: usize| answer["exposures"][index]["problem"]["status"] == 409;
    let recorded = |index: usize| answer["exposures"][index]["recorded"] == true;
    assert!(recorded(0) && refused(1) || refused(0) && recorded(1), "{answer}");
    assert_eq!(bench.rows().await, 2);
}

#[tokio::test]
async fn a_late_exposure_of_a_stopped_test_is_recorded_and_an_override_is_not() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "overrides": { "vip.com": "calculator" } })).await;
    assign(&bench, software("acme.com")).await;
    let vip = expose(&bench, &software("vip.com")).await.body;
    assert_eq!((&vip["recorded"], &vip["reason"]), (&json!(false), &json!("override")));
    assert_eq!(expose(&bench, &shown("vip.com", "control", "m")).await.status, 409);
    let stopped = bench.change(&test, json!({ "revision": test.revision, "status": "stopped" })).await;
    let cold = bench.cold().await;
    assert_eq!(expose(&cold, &software("acme.com")).await.body["recorded"], true);
    assert_eq!(expose(&cold, &software("new.com")).await.status, 409);
    assert_eq!(bench.rows().await, 2);
    bench.change(&stopped, json!({ "revision": stopped.revision, "status": "archived" })).await;
    assert_eq!(expose(&bench.cold().await, &software("acme.com")).await.status, 409);
}

#[tokio::test]
async fn what_was_shown_before_shipping_is_recorded_and_the_winner_after_it_is_not() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let own = assign(&bench, software("acme.com")).await["variant"].as_str().unwrap().to_owned();
    let winner = if own == "control" { "calculator" } else { "control" };
    bench.pass(60);
    let ship = json!({ "revision": test.revision, "status": "shipped", "winner": winner });
    bench.change(&test, ship).await;
    let cold = bench.cold().await;
    let late = |unit: &str, variant: &str| {
        let mut body = shown(unit, variant, "m");
        body["exposed_at"] = json!("2026-11-21T10:00:30Z");
        body
    };
    assert_eq!(expose(&cold, &late("acme.com", &own)).await.body["recorded"], true);
    assert_eq!(expose(&cold, &late("new.com", &own)).await.status, 409, "it cannot be assigned any more");
    assert_eq!(expose(&cold, &shown("acme.com", &own, "n")).await.status, 409);
    for unit in ["acme.com", "new.com"] {
        let after = expose(&cold, &shown(unit, winner, "n")).await.body;
        assert_eq!((&after["recorded"], &after["reason"]), (&json!(false), &json!("shipped")), "{unit}");
    }
    assert_eq!(bench.rows().await, 2);
}

#[tokio::test]
async fn an_external_test_records_the_variant_that_the_caller_chose() {
    let bench = Bench::start().await;
    bench.launch(json!({ "allocation": { "mode": "external" }, "targeting": {} })).await;
    let without = expose(&bench, &software("acme.com")).await;
    assert_eq!((without.status, &without.body["errors"][0]["pointer"]), (422, &json!("/variant")));
    let first = expose(&bench, &shown("acme.com", "calculator", "m")).await.body;
    assert_eq!((&first["variant"], &first["new"]), (&json!("calculator"), &json!(true)));
    assert_eq!(expose(&bench, &shown("acme.com", "control", "n")).await.status, 409);
    assert_eq!(bench.rows().await, 2);
}

#[tokio::test]
async fn an_erased_unit_is_suppressed_and_stores_nothing() {
    let bench = Bench::start().await;
    bench.launch(json!({ "overrides": { "vip.com": "calculator" } })).await;
    bench.erase(&["acme.com", "vip.com"]).await;
    for unit in ["acme.com", "vip.com"] {
        let own = expose(&bench, &software(unit)).await;
        assert_eq!(
            (own.status, &own.body["reason"], &own.body["variant"]),
            (202, &json!("suppressed"), &Value::Null)
        );
        assert_eq!((&own.body["recorded"], &own.body["new"]), (&json!(false), &json!(false)));
    }
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn an_account_of_the_directory_is_exposed_by_each_of_its_names() {
    let bench = Bench::start().await;
    bench.launch(json!({ "targeting": { "industry": "software" } })).await;
    let account =
        json!({ "unit_id": "acme.com", "aliases": ["0015"], "attributes": { "industry": "software" } });
    bench.account(account).await;
    let own = expose(&bench, &json!({ "unit_id": "0015", "exposure_id": "m" })).await.body;
    assert_eq!(
        (&own["unit_id"], &own["sent_as"], &own["new"]),
        (&json!("acme.com"), &json!("0015"), &json!(true))
    );
    let again = expose(&bench, &json!({ "unit_id": "acme.com", "exposure_id": "m" })).await.body;
    assert_eq!(again["duplicate"], true);
}

#[tokio::test]
async fn exposures_cost_one_read_for_all_units_and_a_write_for_each() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let units: Vec<String> = (0..20).map(|n| format!("unit-{n}.com")).collect();
    let list = |id: &str| -> Value {
        let each = units.iter().map(|unit| {
            let mut body = software(unit);
            body["exposure_id"] = json!(id);
            body
        });
        json!({ "exposures": each.collect::<Vec<_>>() })
    };
    let cold = bench.cold().await;
    let (answer, spent) = cold.metered(FUNCTION, exposing(&bench, &list("a")).await).await;
    assert_eq!((answer.status, spent.calls), (202, BEFORE + 1 + 20 + 20), "the read, assignments, exposures");
    let (_, spent) = cold.metered(FUNCTION, exposing(&bench, &list("b")).await).await;
    assert_eq!(spent.calls, 20, "the exposures");
}

/// The reads of the test, the settings and the set of erased accounts by a new instance.
const BEFORE: u64 = 3;

#[tokio::test]
async fn a_test_of_another_workspace_is_not_found_and_a_token_without_the_scope_is_rejected() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let body = software("acme.com");
    let event = exposing(&bench, &body).await;
    let foreign = bench.signed(event.clone(), Role::Service, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.status, 404);
    let viewer = bench.signed(event, Role::Viewer, "acme").await;
    assert_eq!(bench.call(FUNCTION, viewer).await.status, 403);
    assert_eq!(bench.rows().await, 0);
}
