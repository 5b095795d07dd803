use serde_json::{Value, json};

use super::*;
use crate::experiment::{Decision, Definition, Reason, Seed, Unit, decide};
use crate::validation::typed;

fn set(ids: &[&str]) -> BTreeSet<UnitId> {
    ids.iter().map(|&id| UnitId::parse(id).unwrap()).collect()
}

fn body(more: &Value) -> Value {
    let mut body = json!({ "test_id": "t", "name": "T",
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn listed() -> Value {
    let unit =
        |n: u32| json!({ "unit_id": format!("unit-{n:02}"), "covariate": n * n % 101, "attributes": {} });
    json!({ "known_units": (0..40).map(unit).collect::<Vec<_>>() })
}

fn draft(more: &Value) -> Experiment {
    let definition = typed(body(more)).and_then(Definition::parse).unwrap();
    Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0))
}

fn change(test: &Experiment, patch: Value, at_seconds: i64) -> Experiment {
    let now = Timestamp::from_seconds(at_seconds);
    test.revise(typed(patch).unwrap(), Seed::from_random([9; 8]), now).unwrap()
}

fn launched(more: &Value) -> Experiment {
    change(&draft(more), json!({ "revision": 1, "status": "running" }), 1)
}

fn arms(test: &Experiment) -> Vec<Option<String>> {
    let arm = |n: u32| test.randomized(&UnitId::parse(format!("unit-{n:02}")).unwrap());
    (0..40).map(|n| arm(n).map(|variant| variant.key.to_string())).collect()
}

#[test]
fn an_override_and_its_time_are_removed_and_nothing_else() {
    let test = launched(&json!({ "overrides": { "acme.com": "b", "beta.com": "a" } }));
    let next = test.without(&set(&["acme.com", "gamma.com"])).unwrap();
    assert!(!serde_json::to_string(&next).unwrap().contains("acme"));
    assert_eq!(next.definition.overrides.len(), 1);
    assert_eq!(next.overridden_since.len(), 1);
    assert_eq!((next.revision, next.without(&set(&["acme.com"]))), (test.revision, None));
}

#[test]
fn every_other_known_unit_keeps_its_variant_also_after_a_later_change() {
    let test = launched(&listed());
    let before = arms(&test);
    let next =
        test.without(&set(&["unit-00", "unit-17"])).unwrap().after_erasure(Timestamp::from_seconds(50));
    let renamed = change(&next, json!({ "revision": next.revision, "name": "Another name" }), 60);
    for test in [&next, &renamed] {
        let stored = serde_json::to_string(test).unwrap();
        assert!(!stored.contains("unit-00") && !stored.contains("unit-17"));
        for (n, (was, is)) in before.iter().zip(arms(test)).enumerate() {
            assert_eq!(is, if n == 0 || n == 17 { None } else { was.clone() }, "unit {n}");
        }
    }
    assert_eq!(renamed.definition.name, "Another name");
}

#[test]
fn the_place_of_an_erased_unit_belongs_to_no_unit() {
    let test = launched(&listed()).without(&set(&["unit-17"])).unwrap();
    for id in ["unit-17", "erased:17"] {
        let unit = Unit::parse(typed(json!({ "unit_id": id })).unwrap(), &test).unwrap();
        assert_eq!(decide(&test, &unit).unwrap(), Decision::Leave(Reason::NotListed), "{id}");
    }
}

#[test]
fn the_covariate_of_an_erased_unit_becomes_the_mean_of_the_others() {
    let test = launched(&listed()).without(&set(&["unit-10"])).unwrap();
    let known = test.definition.known_units.as_ref().unwrap();
    let others: Vec<f64> = known.iter().filter(|own| !own.erased).filter_map(|own| own.covariate).collect();
    let mean = others.iter().sum::<f64>() / 39.0;
    assert_eq!((others.len(), known[10].covariate), (39, Some(mean)));
}

#[test]
fn a_list_that_is_not_balanced_yet_becomes_shorter() {
    let test = draft(&listed()).without(&set(&["unit-17"])).unwrap();
    assert_eq!(test.definition.known_units.unwrap().len(), 39);
}

#[test]
fn a_new_phase_drops_the_places_of_erased_units() {
    let test = launched(&listed()).without(&set(&["unit-17"])).unwrap();
    let stopped = change(&test, json!({ "revision": 2, "status": "stopped" }), 100);
    let again = change(&stopped, json!({ "revision": 3, "status": "running", "start": "restart" }), 200);
    assert_eq!(again.definition.known_units.as_ref().unwrap().len(), 39);
    assert_eq!(arms(&again).iter().flatten().count(), 39);
}
