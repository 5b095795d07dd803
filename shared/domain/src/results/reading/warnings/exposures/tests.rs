//! The warning about exposures, and that exposures change no other figure.

use serde_json::json;

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{Assignment, Definition, EventId, Seed, Shipped, UnitId};
use crate::results::counting::aggregation::Aggregation;
use crate::results::counting::row::Row;
use crate::results::reading::warnings::Warning;
use crate::validation::typed;

const NOW: i64 = 1_795_255_200_000;

fn test() -> Experiment {
    let body = json!({
        "test_id": "t", "name": "T",
        "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "red", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }]
    });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    Experiment::draft(definition, Seed::from_random([1; 8]), Timestamp::from_millis(NOW))
}

/// Totals of 400 units in each arm, of which these numbers were exposed, each twice and once in another phase.
fn totals(test: &Experiment, exposed: [u32; 2]) -> Totals {
    let at = Timestamp::from_millis(NOW);
    let mut aggregation = Aggregation::new(test, at);
    for (arm, exposed) in exposed.into_iter().enumerate() {
        for number in 0..400 {
            let unit_id = UnitId::parse(format!("unit-{arm}-{number:03}")).unwrap();
            let variant = &test.definition.variants[arm];
            let assignment = Assignment {
                variant: variant.key.clone(),
                assigned_at: at,
                revision: 1,
                propensity: variant.weight,
                segments: std::collections::BTreeMap::default(),
                covariate: None,
            };
            aggregation.push(Row::Assigned { unit_id: unit_id.clone(), phase: 1, assignment });
            let exposure = |phase, id: &str| Row::Exposed {
                unit_id: unit_id.clone(),
                phase,
                exposure_id: EventId::parse(id).unwrap(),
                exposed_at: at,
            };
            aggregation.push(exposure(7, "other"));
            if number < exposed {
                aggregation.push(exposure(1, "a"));
                aggregation.push(exposure(1, "b"));
            }
        }
    }
    aggregation.finish()
}

#[test]
fn exposed_units_are_counted_once_in_their_arm_and_phase() {
    let test = test();
    let totals = totals(&test, [300, 290]);
    let units: Vec<u64> = totals.arms.iter().map(|arm| arm.units).collect();
    assert_eq!((units, totals.exposed_by_arm()), (vec![400, 400], vec![300, 290]));
    let mut merged = Totals::empty(&test);
    merged.merge(&totals);
    merged.merge(&totals);
    assert_eq!(merged.exposed_by_arm(), [600, 580]);
}

#[test]
fn a_difference_of_the_shares_is_said_and_chance_is_not() {
    let test = test();
    assert_eq!(differ(&test, &totals(&test, [300, 290])), None);
    assert_eq!(differ(&test, &totals(&test, [0, 0])), None);
    assert_eq!(differ(&test, &totals(&test, [400, 400])), None);
    let said = differ(&test, &totals(&test, [300, 240])).unwrap();
    for part in ["control 75 % (300 of 400), red 60 % (240 of 400)", "p below 0.0001", "intention to treat"] {
        assert!(said.contains(part), "{said}");
    }
    let warnings = Warning::all(&test, &totals(&test, [300, 240]));
    assert_eq!(warnings.iter().map(|own| own.code.as_str()).collect::<Vec<_>>(), ["exposures_differ"]);
    assert!(differ(&test, &totals(&test, [300, 252])).unwrap().contains("p 0.0"));
}

#[test]
fn exposures_change_no_other_figure() {
    let test = test();
    let (mut with, mut without) = (totals(&test, [300, 240]), totals(&test, [0, 0]));
    (with.rows, without.rows) = (0, 0);
    with.exposed.clone_from(&without.exposed);
    assert_eq!(with, without);
}

#[test]
fn exposures_after_shipping_are_not_counted() {
    let mut test = test();
    let at = |ms| Timestamp::from_millis(NOW + ms);
    test.shipped = Some(Shipped { winner: test.definition.variants[1].key.clone(), at: at(10_000) });
    let unit_id = UnitId::parse("acme.com").unwrap();
    let assignment = Assignment {
        variant: test.definition.variants[0].key.clone(),
        assigned_at: at(0),
        revision: 1,
        propensity: test.definition.variants[0].weight,
        segments: std::collections::BTreeMap::default(),
        covariate: None,
    };
    let exposed = |ms| {
        let mut aggregation = Aggregation::new(&test, at(20_000));
        aggregation.push(Row::Assigned {
            unit_id: unit_id.clone(),
            phase: 1,
            assignment: assignment.clone(),
        });
        let exposure_id = EventId::parse("a").unwrap();
        aggregation.push(Row::Exposed {
            unit_id: unit_id.clone(),
            phase: 1,
            exposure_id,
            exposed_at: at(ms),
        });
        aggregation.finish().exposed_by_arm()
    };
    assert_eq!((exposed(9_999), exposed(10_000)), (vec![1, 0], vec![0, 0]));
}
