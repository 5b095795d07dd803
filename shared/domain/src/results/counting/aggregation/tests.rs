//! Tests of rows and totals, by hand. `tests/src/pure/properties.rs` compares arbitrary rows with a model.

use super::*;
use crate::experiment::goal::Kind;
use crate::experiment::wire::TestBody;
use crate::experiment::{
    BasisPoints, Conversion, Definition, EventId, GoalKey, Seed, Shipped, UnitId, VariantKey, Version, Void,
    Weighting,
};
use crate::results::counting::arrivals::Arrivals;
use crate::results::counting::outcomes::Tally;
use serde_json::json;
use stats::figure;
use std::collections::BTreeMap;

const START: i64 = 1_795_255_200_000;

fn test() -> Experiment {
    let body: TestBody = serde_json::from_value(json!({ "test_id": "t", "name": "T",
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary", "window_days": 1 }] }))
    .unwrap();
    let definition = Definition::parse(body).unwrap();
    Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(START))
}

fn assigned(unit: u32, variant: &str, phase: u32) -> Row {
    let assignment = Assignment {
        variant: VariantKey::parse(variant).unwrap(),
        assigned_at: Timestamp::from_millis(START),
        revision: 1,
        propensity: BasisPoints::parse(5_000).unwrap(),
        segments: BTreeMap::new(),
        covariate: None,
    };
    Row::Assigned { unit_id: UnitId::parse(format!("unit-{unit:04}")).unwrap(), phase, assignment }
}

fn converted(unit: u32, event: u32, after_ms: i64) -> Row {
    Row::Converted(Conversion {
        unit_id: UnitId::parse(format!("unit-{unit:04}")).unwrap(),
        goal: GoalKey::parse("g").unwrap(),
        event_id: EventId::parse(format!("e{event}")).unwrap(),
        version: Version::FIRST,
        value: 1.0,
        occurred_at: Timestamp::from_millis(START + after_ms).into(),
    })
}

fn aggregate(test: &Experiment, rows: impl IntoIterator<Item = Row>) -> Totals {
    let mut aggregation = Aggregation::new(test, Timestamp::from_millis(START + 30 * 86_400_000));
    rows.into_iter().for_each(|row| aggregation.push(row));
    aggregation.finish()
}

#[test]
fn the_window_begins_with_the_assignment_and_includes_its_last_millisecond() {
    let day = 86_400_000;
    for (after, counts) in [(-1, 0), (0, 1), (day, 1), (day + 1, 0)] {
        let totals = aggregate(&test(), [assigned(1, "a", 1), converted(1, 1, after)]);
        assert_eq!(totals.arms[0].goals[0].converted, counts, "{after}");
    }
}

#[test]
fn a_unit_counts_once_when_it_converts_again_or_its_rows_are_repeated() {
    let rows = vec![assigned(1, "b", 1), converted(1, 1, 5), converted(1, 2, 6), converted(1, 1, 5)];
    let mut shuffled = rows.clone();
    shuffled.reverse();
    shuffled.extend(rows.clone());
    let totals = aggregate(&test(), rows);
    assert_eq!(totals.arms[1].units, 1);
    assert_eq!(totals.arms[1].goals[0].converted, 1);
    let again = aggregate(&test(), shuffled);
    assert_eq!(again.rows, 2 * totals.rows, "every row that is read is counted");
    assert_eq!(Totals { rows: totals.rows, ..again }, totals);
}

#[test]
fn outcomes_without_an_assignment_and_assignments_of_other_phases_do_not_count() {
    let rows = [converted(1, 1, 5), assigned(2, "a", 2), converted(2, 1, 5), assigned(3, "gone", 1)];
    let outcomes = vec![Tally { unknown_unit: 1, other_phase: 1, ..Tally::default() }];
    assert_eq!(aggregate(&test(), rows), Totals { rows: 4, outcomes, ..Totals::empty(&test()) });
}

#[test]
fn parts_merged_in_order_equal_the_whole() {
    let test = test();
    let rows: Vec<Vec<Row>> = (0..50)
        .map(|n| {
            let variant = if n % 3 == 0 { "a" } else { "b" };
            let outcome = (n % 4 == 0).then(|| converted(n, 1, 7));
            [assigned(n, variant, 1)].into_iter().chain(outcome).collect()
        })
        .collect();
    let whole = aggregate(&test, rows.concat());
    let mut parts = Totals::empty(&test);
    for part in rows.chunks(7) {
        parts.merge(&aggregate(&test, part.concat()));
    }
    assert_eq!((parts.units(), &parts.strata, parts.rows), (50, &whole.strata, whole.rows));
    for (part, all) in parts.arms.iter().zip(&whole.arms) {
        assert_eq!((part.units, part.goals[0].converted), (all.units, all.goals[0].converted));
        assert!((part.goals[0].moments.mean() - all.goals[0].moments.mean()).abs() < 1e-12);
    }
}

#[test]
fn a_units_weights_are_those_of_the_revision_that_assigned_it() {
    let mut test = test();
    test.weightings
        .push(crate::experiment::Weighting { revision: 5, weights: test.weightings[0].weights.clone() });
    let at = |unit, revision| match assigned(unit, "a", 1) {
        Row::Assigned { unit_id, phase, assignment } => {
            Row::Assigned { unit_id, phase, assignment: Assignment { revision, ..assignment } }
        }
        other => other,
    };
    let totals = aggregate(&test, [at(1, 1), at(2, 4), at(3, 5), at(4, 9)]);
    assert_eq!(totals.strata, [[2, 0], [2, 0]]);
}

/// Returns a test whose primary goal is the ratio of two sums, with a covariate for each unit.
fn ratio_test() -> Experiment {
    let body: TestBody = serde_json::from_value(json!({ "test_id": "t", "name": "T",
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "count", "role": "none", "window_days": 9 },
                  { "key": "h", "kind": "sum", "role": "none", "window_days": 9 },
                  { "key": "r", "kind": "ratio", "numerator": "g", "denominator": "h", "role": "primary",
                    "window_days": 1 }] }))
    .unwrap();
    let definition = Definition::parse(body).unwrap();
    Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(START))
}

fn of_goal(row: Row, goal: &str, value: f64) -> Row {
    match row {
        Row::Converted(conversion) => {
            Row::Converted(Conversion { goal: GoalKey::parse(goal).unwrap(), value, ..conversion })
        }
        other => other,
    }
}

#[test]
fn a_ratio_has_both_parts_of_each_unit_in_its_own_window() {
    let late = 2 * 86_400_000;
    let rows = [
        assigned(1, "a", 1),
        of_goal(converted(1, 1, 5), "g", 2.0),
        of_goal(converted(1, 2, 6), "h", 7.5),
        of_goal(converted(1, 3, 7), "h", 0.5),
        of_goal(converted(1, 4, late), "h", 100.0),
        assigned(2, "a", 1),
        of_goal(converted(2, 1, 5), "h", 4.0),
    ];
    let totals = aggregate(&ratio_test(), rows);
    let [count, sum, ratio] = totals.arms[0].goals.as_slice() else { panic!("three goals") };
    assert!((count.moments.total() - 2.0).abs() < 1e-12 && (sum.moments.total() - 112.0).abs() < 1e-12);
    assert_eq!((ratio.paired.units(), ratio.converted), (2, 2));
    assert!(
        (ratio.paired.x().total() - 2.0).abs() < 1e-12 && (ratio.paired.y().total() - 12.0).abs() < 1e-12
    );
    assert_eq!(ratio.numbers.sorted(), Some(vec![(0.0, 4.0), (2.0, 8.0)]));
}

#[test]
fn single_numbers_are_kept_over_partitions_up_to_the_limit() {
    let mut test = ratio_test();
    test.definition.goals.truncate(1);
    let part = |units: std::ops::Range<u32>| aggregate(&test, units.map(|unit| assigned(unit, "a", 1)));
    let mut few = part(0..40);
    few.merge(&part(40..100));
    assert_eq!(few.arms[0].goals[0].numbers.sorted().map(|all| all.len()), Some(100));
    let mut many = part(0..5_000);
    many.merge(&part(5_000..10_000));
    assert!(many.arms[0].goals[0].numbers.sorted().is_some());
    many.merge(&part(10_000..10_001));
    assert_eq!(many.arms[0].goals[0].numbers.sorted(), None);
    assert_eq!(part(0..10_001).arms[0].goals[0].numbers.sorted(), None);
}

#[test]
fn a_unit_excluded_by_an_override_moves_from_counted_to_omitted() {
    let rows = || [assigned(1, "b", 1), converted(1, 1, 5), assigned(2, "b", 1), converted(2, 1, 5)];
    let before = aggregate(&test(), rows());
    let mut test = test();
    test.definition.overrides =
        [(UnitId::parse("unit-0001").unwrap(), VariantKey::parse("a").unwrap())].into();
    let after = aggregate(&test, rows());
    let counts = |totals: &Totals| {
        let (arm, goal) = (&totals.arms[1], &totals.arms[1].goals[0]);
        [arm.units, arm.omitted, goal.converted, goal.omitted]
    };
    assert_eq!((counts(&before), counts(&after)), ([2, 0, 2, 0], [1, 1, 1, 1]));
    assert_eq!(after.arms[1].overridden, 0);
    test.overridden_since.insert(UnitId::parse("unit-0001").unwrap(), Timestamp::from_millis(i64::MAX));
    let later = aggregate(&test, rows());
    assert_eq!(
        (counts(&later), later.arms[1].overridden),
        ([2, 0, 2, 0], 1),
        "the unit was assigned before the override"
    );
}

#[test]
fn a_sum_of_decimals_is_exact_for_all_parts_and_orders() {
    let mut test = test();
    test.definition.goals[0].kind = Kind::Sum;
    let amount = |unit: u32, event: u32, value: f64| match converted(unit, event, 5) {
        Row::Converted(outcome) => Row::Converted(Conversion { value, ..outcome }),
        row => row,
    };
    let mut rows = vec![assigned(1, "a", 1), assigned(2, "a", 1), amount(2, 1, 1.2)];
    rows.extend((0..12).map(|event| amount(1, event, 0.1)));
    rows.sort_by_key(|row| row.unit_id().clone());
    let whole = aggregate(&test, rows.clone());
    assert_eq!(whole.arms[0].goals[0].numbers.sorted().unwrap(), [(1.2, 1.0), (1.2, 1.0)]);
    rows.reverse();
    rows.sort_by_key(|row| row.unit_id().clone());
    assert_eq!(aggregate(&test, rows), whole);
    assert_eq!(serde_json::to_string(&figure(whole.arms[0].goals[0].moments.total())).unwrap(), "2.4");
}

#[test]
fn assignment_times_are_stored_for_external_tests_only() {
    let mut test = test();
    let moments =
        |test: &Experiment| aggregate(test, [assigned(1, "a", 1), assigned(2, "b", 1)]).arrivals.remove(0);
    assert_eq!(moments(&test), Arrivals::default());
    test.definition.allocation.mode = Mode::External;
    assert_ne!(moments(&test), Arrivals::default());
}

const DAY: i64 = 86_400_000;

#[test]
fn each_outcome_is_in_exactly_one_count_for_every_order_of_rows() {
    let mut rows = vec![
        assigned(1, "a", 1),
        converted(1, 1, -1),
        converted(1, 2, 0),
        converted(1, 3, DAY),
        converted(1, 4, DAY + 1),
        converted(1, 5, 30 * DAY),
        converted(2, 1, 5),
        assigned(3, "a", 2),
        converted(3, 1, 5),
        assigned(4, "b", 1),
        converted(4, 1, 5),
    ];
    let mut test = test();
    let wanted = Tally {
        counted: 3,
        unknown_unit: 1,
        before_assignment: 1,
        after_window: 2,
        other_phase: 1,
        ..Tally::default()
    };
    assert_eq!(aggregate(&test, rows.clone()).outcomes, [wanted]);
    rows.sort_by_key(|row| (row.unit_id().clone(), std::cmp::Reverse(format!("{row:?}"))));
    assert_eq!(aggregate(&test, rows.clone()).outcomes, [wanted]);
    rows.extend([assigned(4, "b", 1), converted(4, 1, 5)]);
    assert_eq!(aggregate(&test, rows).outcomes, [wanted], "a row that is read twice counts once");
    let forced = (UnitId::parse("unit-0001").unwrap(), VariantKey::parse("a").unwrap());
    test.definition.overrides = [forced].into();
    assert_eq!(aggregate(&test, [converted(1, 1, 5)]).outcomes[0].overridden, 1);
}

#[test]
fn a_counted_outcome_is_immature_while_the_units_window_is_open() {
    let immature = |as_of: i64| {
        let test = test();
        let mut aggregation = Aggregation::new(&test, Timestamp::from_millis(START + as_of));
        for row in [assigned(1, "a", 1), converted(1, 1, 5), converted(1, 2, -5)] {
            aggregation.push(row);
        }
        let tally = aggregation.finish().outcomes[0];
        (tally.counted, tally.immature)
    };
    assert_eq!([immature(DAY), immature(DAY + 1)], [(1, 1), (1, 0)]);
}

#[test]
fn an_outcome_of_a_unit_in_two_phases_counts_in_the_phase_with_its_window() {
    let mut test = test();
    test.phase = 2;
    let later = |row| match row {
        Row::Assigned { unit_id, phase, mut assignment } => {
            assignment.assigned_at = Timestamp::from_millis(START + 10 * DAY);
            Row::Assigned { unit_id, phase, assignment }
        }
        row => row,
    };
    let rows = [
        assigned(1, "a", 1),
        later(assigned(1, "b", 2)),
        converted(1, 1, 5),
        converted(1, 2, 2 * DAY),
        converted(1, 3, 10 * DAY),
        converted(1, 4, 12 * DAY),
    ];
    let wanted =
        Tally { counted: 1, before_assignment: 1, after_window: 1, other_phase: 1, ..Tally::default() };
    assert_eq!(aggregate(&test, rows).outcomes, [wanted]);
}

#[test]
fn an_outcome_after_shipping_is_counted_only_as_such() {
    let mut test = test();
    let at = Timestamp::from_millis(START + 7);
    test.shipped = Some(Shipped { winner: VariantKey::parse("b").unwrap(), at });
    let late = |row| match row {
        Row::Assigned { unit_id, phase, mut assignment } => {
            assignment.assigned_at = at;
            Row::Assigned { unit_id, phase, assignment }
        }
        row => row,
    };
    let rows = [
        assigned(1, "a", 1),
        converted(1, 1, 5),
        converted(1, 2, 7),
        converted(1, 2, 7),
        converted(2, 1, 9),
        late(assigned(3, "b", 1)),
        converted(3, 1, 8),
        converted(3, 2, 6),
    ];
    let wanted = Tally { counted: 1, unknown_unit: 1, after_shipping: 3, immature: 1, ..Tally::default() };
    let totals = aggregate(&test, rows);
    assert_eq!((totals.outcomes, totals.arms[0].units, totals.arms[1].units), (vec![wanted], 1, 0));
}

#[test]
fn a_day_of_an_outcome_is_that_of_the_time_zone_of_the_test() {
    let on = |zone: &str, day: &str| {
        let mut test = test();
        test.definition.time_zone = crate::clock::Zone::parse(zone).unwrap();
        let Row::Converted(outcome) = converted(1, 1, 0) else { panic!("an outcome") };
        let occurred_at = crate::clock::Dated::try_from(day.to_owned()).unwrap();
        let totals =
            aggregate(&test, [assigned(1, "a", 1), Row::Converted(Conversion { occurred_at, ..outcome })]);
        let tally = totals.outcomes[0];
        (tally.counted, tally.before_assignment, tally.after_window)
    };
    let (counts, before, after) = ((1, 0, 0), (0, 1, 0), (0, 0, 1));
    // The unit was assigned on 2026-11-21 at 10:00 in UTC, for a day: on the 22nd at 00:00 in Kiritimati, and on the
    // 20th at 23:00 in Midway.
    for (zone, day, wanted) in [
        ("Pacific/Kiritimati", "2026-11-21", before),
        ("Pacific/Kiritimati", "2026-11-22", counts),
        ("Pacific/Kiritimati", "2026-11-23", counts),
        ("Pacific/Kiritimati", "2026-11-24", after),
        ("Pacific/Midway", "2026-11-19", before),
        ("Pacific/Midway", "2026-11-20", counts),
        ("Pacific/Midway", "2026-11-21", counts),
        ("Pacific/Midway", "2026-11-22", after),
    ] {
        assert_eq!(on(zone, day), wanted, "{day} in {zone}");
    }
}

#[test]
fn an_outcome_dated_by_day_counts_when_the_day_overlaps_the_window() {
    let on = |day: &str| {
        let Row::Converted(outcome) = converted(1, 1, 0) else { panic!("an outcome") };
        let occurred_at = crate::clock::Dated::try_from(day.to_owned()).unwrap();
        let totals =
            aggregate(&test(), [assigned(1, "a", 1), Row::Converted(Conversion { occurred_at, ..outcome })]);
        (
            totals.arms[0].goals[0].converted,
            totals.outcomes[0].before_assignment,
            totals.outcomes[0].after_window,
        )
    };
    // The unit was assigned on 2026-11-21 at 10:00, for a day.
    let found = ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"].map(on);
    assert_eq!(found, [(0, 1, 0), (1, 0, 0), (1, 0, 0), (0, 0, 1)]);
}

#[test]
fn first_and_recent_assignments_are_merged_over_partitions() {
    let test = test();
    let at = |unit: u32, days_ago: i64| match assigned(unit, "a", 1) {
        Row::Assigned { unit_id, phase, mut assignment } => {
            assignment.assigned_at = Timestamp::from_millis(START + (30 - days_ago) * DAY);
            Row::Assigned { unit_id, phase, assignment }
        }
        row => row,
    };
    let mut totals = aggregate(&test, [at(1, 20), at(2, 14), at(3, 13)]);
    totals.merge(&aggregate(&test, [at(4, 25), at(5, 0)]));
    totals.merge(&aggregate(&test, []));
    assert_eq!((totals.recent, totals.first_assigned_at), (2, Some(Timestamp::from_millis(START + 5 * DAY))));
}

/// A version of the outcome `e1` of a unit. None is a void.
fn version(unit: u32, number: u64, value: Option<f64>) -> Row {
    let version = Version::parse(number).unwrap();
    let Row::Converted(outcome) = converted(unit, 1, 5) else { panic!("an outcome") };
    let Conversion { unit_id, goal, event_id, occurred_at, .. } = outcome;
    match value {
        Some(value) => Row::Converted(Conversion { unit_id, goal, event_id, version, value, occurred_at }),
        None => Row::Voided(Void { unit_id, goal, event_id, version }),
    }
}

#[test]
fn the_highest_version_counts_and_every_version_is_accounted_for() {
    let mut test = test();
    test.definition.goals[0].kind = Kind::Sum;
    let tally = |counted, void, replaced| Tally { counted, void, replaced, ..Tally::default() };
    for (versions, sum, expected) in [
        (
            vec![version(1, 0, Some(5.0)), version(1, 3, Some(7.0)), version(1, 2, Some(9.0))],
            7.0,
            tally(1, 0, 2),
        ),
        (vec![version(1, 3, None), version(1, 0, Some(5.0)), version(1, 2, Some(9.0))], 0.0, tally(0, 1, 2)),
        (vec![version(1, 3, None), version(1, 4, Some(5.0))], 5.0, tally(1, 0, 1)),
        (vec![version(1, 3, None)], 0.0, tally(0, 1, 0)),
    ] {
        let rows = [assigned(1, "a", 1), converted(1, 2, 5)].into_iter().chain(versions);
        let totals = aggregate(&test, rows.chain([assigned(2, "b", 1)]));
        let other = Tally { counted: expected.counted + 1, ..expected };
        assert_eq!(totals.outcomes, [other], "{sum}");
        assert_eq!(totals.arms[0].goals[0].moments.total().to_bits(), (sum + 1.0_f64).to_bits());
    }
}

#[test]
fn versions_of_other_goals_events_and_units_replace_nothing() {
    let rows = [
        assigned(1, "a", 1),
        converted(1, 2, 5),
        version(1, 0, Some(1.0)),
        of_goal(version(1, 1, Some(1.0)), "other", 1.0),
        version(2, 9, None),
    ];
    let totals = aggregate(&test(), rows);
    assert_eq!(totals.outcomes, [Tally { counted: 2, void: 1, ..Tally::default() }]);
}

#[test]
fn a_correction_can_move_an_outcome_out_of_its_window_or_of_a_shipped_test() {
    let mut shipped = test();
    let at = Timestamp::from_millis(START + 100);
    shipped.shipped = Some(Shipped { winner: VariantKey::parse("b").unwrap(), at });
    let moved = |after: i64| match version(1, 1, Some(1.0)) {
        Row::Converted(outcome) => {
            let occurred_at = Timestamp::from_millis(START + after).into();
            Row::Converted(Conversion { occurred_at, ..outcome })
        }
        row => row,
    };
    let before = aggregate(&shipped, [assigned(1, "a", 1), converted(1, 1, 5), moved(200)]);
    assert_eq!(before.outcomes, [Tally { after_shipping: 1, replaced: 1, ..Tally::default() }]);
    let late = aggregate(&test(), [assigned(1, "a", 1), converted(1, 1, 5), moved(86_400_001)]);
    assert_eq!(late.outcomes, [Tally { after_window: 1, replaced: 1, ..Tally::default() }]);
}

#[test]
fn an_erased_unit_counts_in_its_arm_and_weighting_and_in_no_outcome() {
    let mut test = test();
    let second = Weighting { revision: 3, weights: test.weightings[0].weights.clone() };
    test.weightings.push(second);
    let mut aggregation = Aggregation::new(&test, Timestamp::from_millis(START));
    aggregation.push(assigned(1, "a", 1));
    for (variant, phase, revision) in [("b", 1, 1), ("b", 1, 3), ("a", 2, 3), ("gone", 1, 3)] {
        let variant = VariantKey::parse(variant).unwrap();
        aggregation.push_erased(&ErasedUnit { variant, phase, revision });
    }
    let totals = aggregation.finish();
    assert_eq!((totals.erased.clone(), totals.erased_by_arm()), (vec![vec![0, 1], vec![0, 1]], vec![0, 2]));
    assert_eq!((totals.units(), totals.arms[1].units), (1, 0));
    let mut merged = Totals::empty(&test);
    merged.merge(&totals);
    merged.merge(&totals);
    assert_eq!(merged.erased_by_arm(), vec![0, 4]);
}
