//! Tests of accounts with several ids. A model counts the same rows under one id.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::experiment::{
    BasisPoints, Conversion, Definition, EventId, GoalKey, Seed, VariantKey, Version, Void,
};
use crate::results::counting::aggregation::Aggregation;
use crate::results::counting::totals::Totals;
use crate::validation::typed;

const START: i64 = 1_795_255_200_000;
const DAY: i64 = 86_400_000;

fn test(overrides: &serde_json::Value) -> Experiment {
    let body = json!({ "test_id": "t", "name": "T", "overrides": overrides,
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "sum", "role": "primary", "window_days": 20 }] });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(START))
}

fn id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

fn assigned(unit: &str, variant: &str, after_ms: i64) -> Row {
    let assignment = Assignment {
        variant: VariantKey::parse(variant).unwrap(),
        assigned_at: Timestamp::from_millis(START + after_ms),
        revision: 1,
        propensity: BasisPoints::parse(5_000).unwrap(),
        segments: BTreeMap::new(),
        covariate: None,
    };
    Row::Assigned { unit_id: id(unit), phase: 1, assignment }
}

fn converted(unit: &str, event: u32, version: u64, value: f64, after_ms: i64) -> Row {
    Row::Converted(Conversion {
        unit_id: id(unit),
        goal: GoalKey::parse("g").unwrap(),
        event_id: EventId::parse(format!("e{event}")).unwrap(),
        version: Version::parse(version).unwrap(),
        value,
        occurred_at: Timestamp::from_millis(START + after_ms).into(),
    })
}

fn voided(unit: &str, event: u32, version: u64) -> Row {
    let (goal, event_id) = (GoalKey::parse("g").unwrap(), EventId::parse(format!("e{event}")).unwrap());
    Row::Voided(Void { unit_id: id(unit), goal, event_id, version: Version::parse(version).unwrap() })
}

/// The aliases `a1` and `a2` of the account `acme`.
fn aliases() -> HashMap<UnitId, UnitId> {
    ["a1", "a2"].into_iter().map(|alias| (id(alias), id("acme"))).collect()
}

/// Aggregates as the store does: one partition for each id, and a second pass over those of the accounts.
fn united(test: &Experiment, rows: &[Row]) -> Totals {
    let as_of = Timestamp::from_millis(START + 30 * DAY);
    let mut names = Names::new(aliases());
    let units = ["a1", "a2", "acme", "other"].map(id);
    let pass = |names: &Names| -> Vec<(Totals, Aside)> {
        let part = |unit: &UnitId| {
            let mut aggregation = Aggregation::new(test, as_of).keeping_apart(names);
            rows.iter().filter(|row| row.unit_id() == unit).for_each(|row| aggregation.push(row.clone()));
            aggregation.finish_apart()
        };
        units.iter().map(part).collect()
    };
    let mut parts = pass(&names);
    if !names.add(parts.iter().flat_map(|(_, aside)| aside.keys())).is_empty() {
        parts = pass(&names);
    }
    let (mut all, mut apart) = (Totals::empty(test), Aside::new());
    for (part, aside) in parts {
        all.merge(&part);
        for (account, mut rows) in aside {
            apart.entry(account).or_default().append(&mut rows);
        }
    }
    all.merge(&Aggregation::unite(test, as_of, apart));
    all
}

#[test]
fn an_account_with_several_ids_counts_once_from_its_earliest_assignment() {
    let rows = [
        assigned("acme", "b", 2 * DAY),
        converted("acme", 1, 0, 10.0, 3 * DAY),
        assigned("a1", "b", DAY),
        converted("a1", 2, 0, 5.0, DAY),
        converted("a2", 3, 0, 1.0, 21 * DAY),
        assigned("other", "a", 0),
    ];
    let totals = united(&test(&json!({})), &rows);
    assert_eq!((totals.arms[0].units, totals.arms[1].units), (1, 1));
    let sum = totals.arms[1].goals[0].moments.total();
    assert!((sum - 16.0).abs() < 1e-9, "the window begins with the earliest assignment: {sum}");
    assert_eq!((totals.outcomes[0].counted, totals.rows), (3, 6));
}

#[test]
fn an_outcome_under_two_ids_counts_once_at_its_highest_version() {
    let own = assigned("acme", "b", 0);
    let retried = [own.clone(), converted("acme", 1, 0, 10.0, DAY), converted("a1", 1, 0, 10.0, DAY)];
    let corrected = [own.clone(), converted("acme", 1, 0, 10.0, DAY), converted("a1", 1, 3, 7.0, DAY)];
    let removed = [own, converted("acme", 1, 0, 10.0, DAY), voided("a1", 1, 1)];
    for (rows, sum) in [(&retried, 10.0), (&corrected, 7.0), (&removed, 0.0)] {
        let totals = united(&test(&json!({})), rows);
        assert!((totals.arms[1].goals[0].moments.total() - sum).abs() < 1e-9);
        assert_eq!(totals.outcomes[0].recorded(), 2, "each recorded version is in one count");
    }
}

#[test]
fn an_account_with_different_variants_is_left_out_and_counted_by_arm() {
    let rows = [
        assigned("acme", "a", 0),
        assigned("a1", "b", DAY),
        converted("a1", 1, 0, 5.0, 2 * DAY),
        assigned("other", "b", 0),
    ];
    let totals = united(&test(&json!({})), &rows);
    assert_eq!((totals.arms[0].units, totals.arms[1].units), (0, 1));
    assert_eq!((totals.arms[0].merged, totals.arms[1].merged), (1, 1));
    assert_eq!((totals.outcomes[0].counted, totals.outcomes[0].merged), (0, 1));
}

#[test]
fn an_override_of_any_id_is_one_of_the_account() {
    let rows = [assigned("acme", "b", 0), assigned("a1", "b", DAY)];
    let totals = united(&test(&json!({ "a2": "b" })), &rows);
    assert_eq!(totals.arms[1].units, 1, "it has no row under that id");
    let totals = united(&test(&json!({ "a1": "b" })), &rows);
    assert_eq!(totals.arms[1].units + totals.arms[1].omitted, 1);
    assert_eq!(totals.arms[1].overridden + totals.arms[1].omitted, 1);
}

/// A recorded row: its event, version and whether it removes the outcome.
type Recorded = (u32, u64, bool);

proptest! {
    /// Record, merge, retry, correct: which id was the account's when a row was stored makes no difference.
    #[test]
    fn rows_count_as_if_the_account_had_always_had_one_id(
        recorded in proptest::collection::vec(((0u32..4, 0u64..3, any::<bool>()), 0usize..3, any::<bool>()), 0..24),
        shown in proptest::collection::vec((0usize..3, 0i64..9), 0..3),
        turned in any::<bool>(),
    ) {
        let names = ["acme", "a1", "a2"];
        // The content of a version is the same whenever it is sent again.
        let row = |unit: &str, (event, version, void): Recorded| {
            if void && version > 0 {
                voided(unit, event, version)
            } else {
                let value = f64::from(event * 10) + if version == 1 { 1.0 } else { 2.0 };
                converted(unit, event, version, value, (i64::from(event) * 4 + 1) * DAY)
            }
        };
        let mut contents: BTreeMap<(u32, u64), bool> = BTreeMap::new();
        let (mut several, mut one) = (Vec::new(), Vec::new());
        for ((event, version, void), place, again) in recorded {
            let void = *contents.entry((event, version)).or_insert(void);
            several.push(row(names[place], (event, version, void)));
            if again {
                several.push(row(names[(place + 1) % 3], (event, version, void)));
            }
        }
        one.extend(contents.into_iter().map(|((event, version), void)| row("acme", (event, version, void))));
        several.extend(shown.iter().map(|(place, day)| assigned(names[*place], "b", day * DAY)));
        // A unit has one assignment in a phase.
        let mut units: Vec<UnitId> = Vec::new();
        several.retain(|row| match row {
            Row::Assigned { unit_id, .. } if units.contains(unit_id) => false,
            Row::Assigned { unit_id, .. } => { units.push(unit_id.clone()); true }
            _ => true,
        });
        let first = several.iter().filter_map(|row| match row {
            Row::Assigned { assignment, .. } => Some(assignment.assigned_at.millis() - START),
            _ => None,
        }).min();
        one.extend(first.map(|at| assigned("acme", "b", at)));
        if turned {
            several.reverse();
        }
        let (totals, model) = (united(&test(&json!({})), &several), united(&test(&json!({})), &one));
        prop_assert_eq!(totals.arms[1].units, model.arms[1].units);
        prop_assert_eq!(&totals.arms[1].goals[0].moments, &model.arms[1].goals[0].moments);
        prop_assert_eq!(totals.outcomes[0].counted, model.outcomes[0].counted);
        prop_assert_eq!(totals.outcomes[0].immature, model.outcomes[0].immature);
    }
}
