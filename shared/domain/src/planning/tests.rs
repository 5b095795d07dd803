//! Tests of plans: rules between fields, and figures that follow from one another.

use serde_json::{Value, json};

use super::{PlanAnswer, PlanBody, PlanRequest};
use crate::validation::{Invalid, typed};

fn parse(body: &Value) -> Result<PlanRequest, Vec<Invalid>> {
    typed::<PlanBody>(body.clone()).and_then(PlanRequest::parse)
}

fn plan(changes: &Value) -> PlanAnswer {
    let mut body = json!({ "kind": "binary", "baseline": 0.1, "effect": 0.1, "window_days": 30 });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    parse(&body).unwrap().answer().unwrap()
}

fn named(body: &Value) -> Vec<String> {
    let broken = parse(body).and_then(|request| request.answer()).unwrap_err();
    broken.into_iter().map(|invalid| invalid.pointer).collect()
}

#[test]
fn an_effect_and_its_units_are_each_others_plan() {
    for changes in [
        json!({}),
        json!({ "weights": [8_000, 2_000] }),
        json!({ "hypothesis": "greater", "spending": "late" }),
        json!({ "weights": [4_000, 3_000, 3_000], "power": 0.9 }),
        json!({ "effect": -0.05, "hypothesis": "less" }),
        json!({ "kind": "ratio", "size": 8 }),
        json!({ "kind": "sum", "baseline": 10, "deviation": 4, "effect": 1.5 }),
    ] {
        let found = plan(&changes);
        let mut other = changes.clone();
        other["effect"] = Value::Null;
        other["planned_units"] = json!(found.planned_units);
        let back = plan(&other);
        let wanted = changes["effect"].as_f64().unwrap_or(0.1);
        assert!((back.effect / wanted - 1.0).abs() < 0.03, "{changes}: {}", back.effect);
        assert!(back.effect.abs() <= wanted.abs(), "the units are enough: {changes}");
        assert_eq!((found.planned_units, found.units_needed), (back.planned_units, found.planned_units));
        assert!(found.units_needed > found.fixed_horizon_units && found.factor > 1.0);
    }
}

#[test]
fn the_power_at_the_plan_is_the_requested_one_and_rises_with_units_and_days() {
    let found = plan(&json!({ "units_per_day": 10, "power": 0.9 }));
    assert!((found.power[3].power - 0.9).abs() < 1e-6 && found.power[3].units == found.planned_units);
    assert_eq!(found.power[3].days, found.days);
    assert_eq!(found.power.len(), 8);
    assert!(found.power.windows(2).all(|two| two[0].power < two[1].power && two[0].days < two[1].days));
    let few = plan(&json!({ "planned_units": 200 }));
    assert!(few.power[3].power < 0.6 && few.units_needed > 200 && few.days.is_none());
    assert!(few.smallest_effect.unwrap() > few.effect, "{few:?}");
}

#[test]
fn known_units_are_the_plan_and_are_complete_after_their_window() {
    let found = plan(&json!({ "effect": null, "known_units": 80 }));
    assert_eq!((found.planned_units, found.days, found.arms), (80, Some(30.0), vec![40, 40]));
    let shares: Vec<_> = found.power.iter().map(|own| (own.units, own.days.unwrap())).collect();
    assert_eq!(shares, [(20, 7.5), (40, 15.0), (60, 22.5), (80, 30.0)], "a list has no more units");
    let half = plan(&json!({ "planned_units": 40, "known_units": 80 }));
    assert_eq!((half.planned_units, half.days), (40, Some(15.0)));
}

#[test]
fn several_treatments_share_the_error_rate() {
    let (one, two) = (plan(&json!({})), plan(&json!({ "weights": [4_000, 3_000, 3_000] })));
    assert!((one.level - 0.05).abs() < 1e-12 && (two.level - 0.025).abs() < 1e-12);
    assert!(two.arms[1] > one.arms[1], "a smaller level needs more units in each arm");
    let unused = plan(&json!({ "weights": [5_000, 5_000, 0] }));
    assert_eq!((unused.level, unused.planned_units, unused.arms[2]), (one.level, one.planned_units, 0));
}

#[test]
fn early_spending_needs_more_units_than_late_and_two_sides_more_than_one() {
    let [early, even, late] =
        ["early", "even", "late"].map(|spending| plan(&json!({ "spending": spending })));
    assert!(early.planned_units > even.planned_units && even.planned_units > late.planned_units);
    assert!(early.power[1].power > even.power[1].power && even.power[1].power > late.power[1].power);
    assert!(plan(&json!({ "hypothesis": "greater" })).planned_units < even.planned_units);
}

#[test]
fn a_relative_effect_is_that_share_of_the_baseline() {
    let relative = plan(&json!({ "effect": null, "relative_effect": 1.0 }));
    assert_eq!(relative, plan(&json!({})));
    assert_eq!(relative.relative_effect, Some(1.0));
}

#[test]
fn errors_name_the_field() {
    let binary = |changes: Value| {
        let mut body = json!({ "kind": "binary", "baseline": 0.1, "effect": 0.1 });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        named(&body)
    };
    for (changes, pointer) in [
        (json!({ "kind": "sum" }), "/deviation"),
        (json!({ "kind": "ratio" }), "/size"),
        (json!({ "deviation": 1 }), "/deviation"),
        (json!({ "correlation": 0.1 }), "/correlation"),
        (json!({ "baseline": 0, "effect": 0.1 }), "/baseline"),
        (json!({ "effect": 0.9 }), "/effect"),
        (json!({ "effect": 0 }), "/effect"),
        (json!({ "effect": null }), "/effect"),
        (json!({ "hypothesis": "less" }), "/effect"),
        (json!({ "effect": -0.05, "hypothesis": "greater" }), "/effect"),
        (json!({ "relative_effect": 0.5 }), "/relative_effect"),
        (json!({ "effect": null, "relative_effect": 9.5 }), "/relative_effect"),
        (json!({ "weights": [5_000, 4_000] }), "/weights"),
        (json!({ "weights": [0, 10_000] }), "/weights"),
        (json!({ "weights": [10_000, 0] }), "/weights"),
        (json!({ "weights": [4_294_967_295_u32, 4_294_967_295_u32] }), "/weights"),
        (json!({ "known_units": 80, "units_per_day": 3 }), "/known_units"),
        (json!({ "known_units": 80, "planned_units": 81 }), "/planned_units"),
        (json!({ "effect": 1e-7 }), "/effect"),
        (json!({ "effect": null, "relative_effect": 1e-6 }), "/relative_effect"),
        (json!({ "effect": null, "planned_units": 3 }), "/planned_units"),
    ] {
        assert_eq!(binary(changes.clone()), [pointer], "{changes}");
    }
}
