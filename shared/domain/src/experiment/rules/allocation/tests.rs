//! Tests of which designs of adaptive tests are refused.

use serde_json::{Value, json};

use crate::experiment::Definition;
use crate::validation::{Invalid, typed};

/// Returns the errors of a test with this allocation, these weights (the first is control's) and this kind of goal.
fn errors(allocation: &Value, weights: &[u32], kind: &str) -> Vec<Invalid> {
    let variant = |(index, weight): (usize, &u32)| json!({ "key": format!("v{index}"), "weight": weight, "is_control": index == 0 });
    let mut goals = vec![json!({ "key": "g", "kind": kind, "role": "primary" })];
    if kind == "ratio" {
        goals = vec![
            json!({ "key": "g", "kind": "ratio", "role": "primary", "numerator": "n", "denominator": "d" }),
            json!({ "key": "n", "kind": "count" }),
            json!({ "key": "d", "kind": "count" }),
        ];
    }
    with_goals(allocation, &weights.iter().enumerate().map(variant).collect::<Vec<_>>(), &goals)
}

fn with_goals(allocation: &Value, variants: &[Value], goals: &[Value]) -> Vec<Invalid> {
    let body = json!({ "test_id": "t", "name": "T", "allocation": allocation, "variants": variants, "goals": goals });
    typed(body).and_then(Definition::parse).err().unwrap_or_default()
}

fn pointers(errors: &[Invalid]) -> Vec<&str> {
    errors.iter().map(|error| error.pointer.as_str()).collect()
}

#[test]
fn two_to_five_variants_and_binary_count_and_sum_goals_are_accepted() {
    let adaptive = json!({ "mode": "adaptive" });
    for kind in ["binary", "count", "sum"] {
        for weights in [&[5_000, 5_000][..], &[4_000, 3_000, 3_000], &[2_000; 5]] {
            assert!(errors(&adaptive, weights, kind).is_empty(), "{kind} {weights:?}");
        }
    }
    assert_eq!(
        pointers(&errors(&adaptive, &[5_000, 1_000, 1_000, 1_000, 1_000, 1_000], "binary")),
        ["/allocation/mode"]
    );
    assert_eq!(pointers(&errors(&adaptive, &[5_000, 5_000], "ratio")), ["/allocation/mode"]);
    assert_eq!(pointers(&errors(&adaptive, &[9_500, 500], "binary")), ["/variants"]);
}

#[test]
fn a_floor_below_ten_percent_is_refused_with_the_reason_and_what_to_do() {
    let found = errors(&json!({ "mode": "adaptive", "floor": 500 }), &[5_000, 5_000], "binary");
    assert_eq!(pointers(&found), ["/allocation/floor"]);
    assert!(
        found[0].detail.contains("5 % of simulated tests") && found[0].detail.contains("Set 1000"),
        "{found:?}"
    );
    let high = json!({ "mode": "adaptive", "floor": 2_000 });
    assert!(errors(&high, &[5_000, 5_000], "binary").is_empty());
    let five = errors(&high, &[2_000; 5], "binary");
    assert_eq!(pointers(&five), ["/allocation/floor"], "no weight could change");
}

#[test]
fn control_keeps_a_weight_that_it_has_and_that_leaves_every_floor() {
    let kept = |share: u32, floor: u32| json!({ "mode": "adaptive", "control_share": share, "floor": floor });
    let three = |control: u32| [control, 5_000 - control / 2, 5_000 - control / 2];
    assert!(errors(&kept(3_000, 1_000), &three(3_000), "binary").is_empty());
    assert!(errors(&kept(8_000, 1_000), &three(8_000), "sum").is_empty());
    let refused = "/allocation/control_share";
    assert_eq!(pointers(&errors(&kept(3_000, 1_000), &three(4_000), "binary")), [refused]);
    assert_eq!(pointers(&errors(&kept(8_100, 1_000), &three(4_000), "binary")), [refused]);
    assert_eq!(
        pointers(&errors(&kept(6_200, 2_000), &[6_200, 1_900, 1_900], "binary")),
        ["/variants", refused]
    );
    assert_eq!(pointers(&errors(&kept(1_500, 2_000), &[2_000, 4_000, 4_000], "binary")), [refused, refused]);
    let two = errors(&kept(5_000, 1_000), &[5_000, 5_000], "binary");
    assert!(two[0].detail.contains("three variants or more"), "{two:?}");
    let fixed = json!({ "mode": "fixed", "control_share": 5_000 });
    assert_eq!(pointers(&errors(&fixed, &[5_000, 5_000], "binary")), [refused]);
}

#[test]
fn a_guardrail_is_binary() {
    let variants =
        [json!({ "key": "a", "weight": 5_000, "is_control": true }), json!({ "key": "b", "weight": 5_000 })];
    let of = |kind: &str| {
        let goals = [
            json!({ "key": "g", "kind": "binary", "role": "primary" }),
            json!({ "key": "r", "kind": kind, "role": "guardrail", "margin": 0.1 }),
        ];
        with_goals(&json!({ "mode": "adaptive" }), &variants, &goals)
    };
    assert!(of("binary").is_empty());
    assert_eq!(pointers(&of("sum")), ["/goals/1/kind"]);
    assert!(of("count")[0].detail.contains("choose the mode fixed"));
}
