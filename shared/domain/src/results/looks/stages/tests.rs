use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::goal::Role;
use crate::experiment::{
    Assignment, BasisPoints, Conversion, Definition, EventId, GoalKey, Seed, Status, UnitId, Version,
};
use crate::results::counting::aggregation::Aggregation;
use crate::results::counting::arrivals::Arrivals;
use crate::results::counting::row::Row;
use crate::results::looks::stored::{Approximation, WatchedComparison};
use crate::results::looks::{Looks, Watched};
use crate::results::reading::comparison::Comparison;
use crate::results::reading::method::Method;
use crate::results::report::Report;
use crate::results::verdict::Advice;
use crate::validation::typed;

const DAY: i64 = 86_400_000;

/// A test at 50:50 whose weights become 20:80 with revision 5.
fn test(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "t", "name": "T", "planned_units": 120,
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary", "window_days": 10 },
                  { "key": "s", "kind": "sum", "role": "secondary", "window_days": 10 },
                  { "key": "n", "kind": "count", "role": "none", "window_days": 10 },
                  { "key": "r", "kind": "ratio", "role": "secondary", "numerator": "s", "denominator": "n" }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    let weights = [2_000, 8_000].map(|own| BasisPoints::parse(own).unwrap()).to_vec();
    test.weightings.push(Weighting { revision: 5, weights });
    test
}

/// A unit: its number, its arm, the revision of its weights, and its amount.
type Unit = (u32, usize, u64, f64);

/// Counts units that were assigned on day 0 by revision 1 and on day 10 otherwise.
fn counted(test: &Experiment, units: &[Unit], days: i64) -> Totals {
    let mut aggregation = Aggregation::new(test, Timestamp::from_millis(days * DAY));
    for (number, arm, revision, amount) in units {
        let unit_id = UnitId::parse(format!("unit-{number}")).unwrap();
        let assigned_at = Timestamp::from_millis(if *revision == 1 { 0 } else { 10 * DAY });
        let variant = test.definition.variants[*arm].key.clone();
        let propensity = BasisPoints::parse(5_000).unwrap();
        let (segments, covariate) = (std::collections::BTreeMap::new(), None);
        let assignment =
            Assignment { variant, assigned_at, revision: *revision, propensity, segments, covariate };
        aggregation.push(Row::Assigned { unit_id: unit_id.clone(), phase: 1, assignment });
        for (goal, value) in [("g", f64::from(u8::from(*amount > 0.0))), ("s", *amount), ("n", 2.0)] {
            if value > 0.0 {
                let (goal, event_id) = (GoalKey::parse(goal).unwrap(), EventId::parse("e").unwrap());
                let unit_id = unit_id.clone();
                let occurred_at = Timestamp::from_millis(assigned_at.millis() + DAY).into();
                aggregation.push(Row::Converted(Conversion {
                    unit_id,
                    goal,
                    event_id,
                    version: Version::FIRST,
                    value,
                    occurred_at,
                }));
            }
        }
    }
    aggregation.finish()
}

/// Sixty units at 50:50, then `later` at 20:80. Those of the second arm convert as often as `rate` in ten says, and
/// those of the first in one of ten. Later units have ten times the amounts.
fn units(later: u32, rate: u32) -> Vec<Unit> {
    let unit = |n: u32| {
        let is_first = n < 60;
        let treated = if is_first { n % 2 == 1 } else { !n.is_multiple_of(5) };
        let place = if is_first { n / 2 } else { n / 5 + n % 5 };
        let converts = place * 7 % 10 < if treated { rate } else { 1 };
        let amount = f64::from(1 + n % 3) * if is_first { 1.0 } else { 10.0 };
        (n, usize::from(treated), if is_first { 1 } else { 5 }, if converts { amount } else { 0.0 })
    };
    (0..60 + later).map(unit).collect()
}

fn look(test: &Experiment, totals: &Totals, looks: Looks) -> Watched {
    Watched::new(test, totals, looks).look(test, totals)
}

/// The first look at revision `seen` and the second one after the change.
fn looked(test: &Experiment, seen: u64, units: &[Unit], days: i64) -> (Watched, Totals) {
    let first: Vec<_> = units.iter().copied().filter(|unit| unit.2 == 1).collect();
    let before = Experiment { revision: seen, ..test.clone() };
    let looks = look(&before, &counted(&before, &first, 1), Looks::default()).looks;
    let totals = counted(test, units, days);
    (look(test, &totals, looks), totals)
}

fn report(test: &Experiment, (watched, totals): &(Watched, Totals)) -> Report {
    Report::new(test, totals, Timestamp::from_millis(40 * DAY), None, watched)
}

fn of<'a>(report: &'a Report, goal: &str) -> &'a Comparison {
    &report.goals.iter().find(|own| own.goal.as_str() == goal).unwrap().comparisons[0]
}

#[test]
fn after_a_change_a_test_has_looks_and_is_decided() {
    let test = test(&json!({}));
    let report = report(&test, &looked(&test, 1, &units(100, 7), 30));
    assert_eq!(report.verdict.decision, Advice::Ship);
    for goal in ["g", "s", "r"] {
        let own = of(&report, goal);
        let looks = own.interim_looks.unwrap();
        assert_eq!((own.method, looks.looks), (Method::Rerandomization, 2), "{goal}");
        assert_eq!(looks.decision.map(|own| own.look), Some(2), "{goal}");
        assert_eq!(own.approximate, Some(Approximation::WeightsChanged), "{goal}");
        assert!(own.relative.low.is_some_and(|low| low > 0.0), "{goal} {:?}", own.relative);
        assert_eq!((own.fixed_horizon, own.bayesian, own.adjusted), (None, None, None), "{goal}");
    }
    let json = serde_json::to_value(&report.warnings).unwrap();
    assert_eq!(json[0]["code"], "weights_changed");
    assert!(json[0]["detail"].as_str().unwrap().contains("the error rate is approximate"));
}

#[test]
fn amounts_that_rise_for_all_are_no_difference_although_later_units_are_mostly_in_one_arm() {
    let test = test(&json!({}));
    let report = report(&test, &looked(&test, 1, &units(100, 1), 30));
    let own = of(&report, "s");
    assert_eq!(own.p_value, None);
    assert!(own.interim_looks.unwrap().p_value.unwrap() > 0.2, "{own:?}");
    let pooled = {
        let arm = |arm: usize| &report.goals[1].arms[arm];
        arm(1).mean.unwrap() / arm(0).mean.unwrap()
    };
    let ratio = 1.0 + own.relative.estimate.unwrap();
    assert!(pooled > 1.8 && (0.6..1.6).contains(&ratio), "{pooled} {ratio}");
}

#[test]
fn weights_without_units_are_no_change() {
    let test = test(&json!({}));
    let (watched, totals) = looked(&test, 1, &units(0, 7), 30);
    assert_eq!(watched.looks.comparisons()[0].approximation(), None);
    assert!(report(&test, &(watched, totals)).warnings.is_empty());
}

#[test]
fn a_decision_before_the_change_stays_and_is_not_approximate() {
    let test = test(&json!({ "planned_units": 60 }));
    let first = units(0, 9);
    let decided = look(&test, &counted(&test, &first, 10), Looks::default());
    assert!(decided.looks.decided(&test, Role::Primary)[0].is_some());
    let totals = counted(&test, &units(100, 1), 30);
    let later = look(&test, &totals, decided.looks.clone());
    let (before, after) = (&decided.looks.comparisons()[0], &later.looks.comparisons()[0]);
    assert_eq!(before.watch.levels[0].decided, after.watch.levels[0].decided);
    assert_eq!((after.watch.looks, after.approximation()), (2, None));
}

#[test]
fn a_unit_counts_by_its_information_and_a_stage_with_few_units_does_not_count() {
    let test = test(&json!({}));
    let sum = |units: &[Unit], days: i64| information(&test, &counted(&test, units, days), 0, (0, 1));
    let near = |found: Vec<f64>, expected: [f64; 2]| {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?} {expected:?}");
    };
    near(sum(&units(100, 1), 30), [60.0, 64.0]);
    near(sum(&units(100, 1), 15), [60.0, 32.0]);
    near(sum(&units(40, 1), 30), [60.0, 0.0]);
    near(sum(&units(0, 1), 5), [30.0, 0.0]);
    let (watched, _) = looked(&test, 1, &units(40, 9), 30);
    let alone = look(&test, &counted(&test, &units(0, 9), 30), Looks::default());
    let p = |watched: &Watched| watched.looks.comparisons()[0].watch.levels[0].p_value;
    assert_eq!(p(&watched), p(&alone), "eight units in an arm change nothing");
}

#[test]
fn guardrails_are_read_within_stages_and_segments_have_no_further_looks() {
    let goals = json!([{ "key": "g", "kind": "binary", "role": "primary", "window_days": 10 },
        { "key": "s", "kind": "sum", "role": "guardrail", "direction": "lower", "margin": 0.2, "window_days": 10 },
        { "key": "n", "kind": "binary", "role": "guardrail", "margin": 0.1, "window_days": 10 }]);
    let test = test(&json!({ "goals": goals }));
    let (watched, totals) = looked(&test, 1, &units(100, 8), 30);
    let looks = |goal: usize| watched.looks.comparisons()[goal].guardrail.as_ref().map(|own| own.met.looks);
    assert_eq!(
        (looks(1), looks(2)),
        (Some(1), Some(2)),
        "the first look has too few conversions for one of them"
    );
    assert!(watched.arm(1).unwrap().segments.is_empty());
    let report = report(&test, &(watched, totals));
    assert!(of(&report, "s").guardrail.unwrap().broken_p <= 0.05, "revenue of 20 a unit is harm here");
}

#[test]
fn an_item_that_was_stored_without_these_fields_is_read_and_continues() {
    let test = test(&json!({}));
    let (watched, _) = looked(&test, 1, &units(0, 2), 2);
    let mut json = serde_json::to_value(watched.looks.comparisons()[0].stored()).unwrap();
    for field in ["approximate", "normal"] {
        json.as_object_mut().unwrap().shift_remove(field);
    }
    let old = WatchedComparison::read(&serde_json::to_vec(&json).unwrap()).unwrap();
    assert_eq!(old, watched.looks.comparisons()[0]);
    let looks = Looks::new(vec![Some(old)]);
    let later = look(&test, &counted(&test, &units(100, 7), 30), looks);
    assert_eq!(later.looks.comparisons()[0].approximation(), Some(Approximation::WeightsChanged));
    let own = later.looks.comparisons()[1].clone();
    let again = WatchedComparison::read(&serde_json::to_vec(&own.stored()).unwrap());
    assert_eq!(again, Some(own));
}

#[test]
fn declared_changes_of_an_external_test_are_stages_and_others_withhold_it() {
    let test = test(&json!({ "allocation": { "mode": "external" } }));
    let with_arrivals = |is_declared: bool| {
        let mut totals = counted(&test, &units(300, 7), 30);
        totals.arrivals = vec![Arrivals::default(); 2];
        for unit in 0..300_u32 {
            let (own, arm) = if unit < 100 { (0, unit % 2 == 1) } else { (1, unit % 10 > 0) };
            let at = Timestamp::from_millis(i64::from(unit) * 60_000);
            totals.arrivals[if is_declared { own } else { 0 }].count(at, usize::from(arm), 2);
        }
        totals
    };
    for is_declared in [true, false] {
        let totals = with_arrivals(is_declared);
        let watched = look(&test, &totals, Looks::default());
        let found = report(&test, &(watched, totals));
        let expected = if is_declared { Method::Rerandomization } else { Method::None };
        assert_eq!(of(&found, "g").method, expected, "{is_declared}");
    }
}

#[test]
fn several_arms_are_compared_within_stages_and_corrected_by_holm() {
    let variants = json!([{ "key": "a", "weight": 4_000, "is_control": true }, { "key": "b", "weight": 3_000 },
        { "key": "c", "weight": 3_000 }]);
    let mut test = test(&json!({ "variants": variants }));
    let weights = [4_000, 1_000, 5_000].map(|own| BasisPoints::parse(own).unwrap()).to_vec();
    test.weightings[1].weights = weights;
    let arm = |n: u32| if n < 90 { n as usize % 3 } else { [0, 2, 0, 2, 1][n as usize % 5] };
    let unit = |n: u32| {
        let converts = (n.wrapping_mul(2_654_435_761) >> 16) % 10 < if arm(n) == 2 { 7 } else { 2 };
        (n, arm(n), if n < 90 { 1 } else { 5 }, if converts { 1.0 } else { 0.0 })
    };
    let all: Vec<_> = (0..240).map(unit).collect();
    let (watched, totals) = looked(&test, 1, &all, 30);
    let found = watched.looks.decided(&test, Role::Primary);
    assert!(found[0].is_none() && found[1].is_some_and(|(_, p)| p <= 0.05), "{found:?}");
    let own = information(&test, &totals, 0, (0, 2));
    // 4·5/9 under the new weights, compared with 4·3/7.
    assert!((own[1] - 150.0 * (20.0 / 9.0) / (12.0 / 7.0)).abs() < 1e-9, "{own:?}");
}
