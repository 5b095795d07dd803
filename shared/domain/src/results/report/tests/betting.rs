//! Tests of the second opinion on binary goals.

use serde_json::json;
use stats::agresti_caffo::Rate;
use stats::betting::{Plan, Stratum, betting};

use super::scenes::{at, early, first_look, launched, rows, totals, weighting};
use crate::experiment::known::Balance;
use crate::experiment::{Experiment, Seed};
use crate::results::reading::betting::Betting;
use crate::results::report::Report;
use crate::results::report::stored::StoredReport;

fn read(report: &Report, goal: &str, variant: &str) -> Option<Betting> {
    let goal = report.goals.iter().find(|own| own.goal.as_str() == goal).unwrap();
    goal.comparisons.iter().find(|own| own.variant.as_str() == variant).unwrap().betting
}

/// The report of 240 units, ten a day, on this day. The second variant is better.
fn on(day: i64, before: Option<&StoredReport>) -> Report {
    let test = launched(&json!({}));
    first_look(&test, &totals(&test, rows(&test, 240, true), at(day)), at(day), before)
}

#[test]
fn a_binary_goal_has_the_e_value_of_the_units_past_their_window() {
    let plan = Plan { units: 400.0 * 0.67, share: 33.0 / 67.0, baseline: Some(0.2) };
    let counted = |all: Vec<u32>| {
        let converted = |n: &&u32| if **n % 3 == 1 { **n % 10 < 8 } else { **n % 10 < 2 };
        let number = |own: usize| u64::try_from(own).unwrap();
        Rate { converted: number(all.iter().filter(converted).count()), units: number(all.len()) }
    };
    // Units 3 to 5 have overrides, the last of them since after its assignment.
    let arm = |days: u32, arm: u32| {
        counted((0..10 * days).filter(|n| n % 3 == arm && *n != 3 && *n != 4).collect())
    };
    for day in [10_u32, 20, 31] {
        // On day 10, the units of the days 0 to 2 are past their window of 7 days.
        let days = (day - 7).min(24);
        let stratum = Stratum { share: 33.0 / 67.0, control: arm(days, 0), treatment: arm(days, 1) };
        let expected = betting(&[stratum], &plan).unwrap();
        let found = read(&on(day.into(), None), "booked", "calculator").unwrap();
        assert!(
            (found.e_value - expected.e_value.max(1.0)).abs() < 1e-9 * found.e_value,
            "{found:?} {expected:?}"
        );
        assert!((found.p_value * found.e_value - 1.0).abs() < 1e-12);
    }
    assert_eq!(read(&on(7, None), "booked", "calculator"), None, "all windows are open");
}

#[test]
fn the_highest_e_value_so_far_is_kept() {
    let before = on(31, None);
    let highest = read(&before, "booked", "calculator").unwrap();
    assert!(highest.e_value > 20.0, "{highest:?}");
    let test = launched(&json!({}));
    let totals = totals(&test, rows(&test, 300, false), at(60));
    let later = |before: Option<&StoredReport>| first_look(&test, &totals, at(60), before);
    assert!(read(&later(None), "booked", "calculator").unwrap().e_value < highest.e_value);
    let kept = later(Some(&StoredReport::from(before.clone())));
    assert_eq!(read(&kept, "booked", "calculator"), Some(highest));
    // A look at units that did not match their weights has no result.
    let mut faulty = before;
    faulty.sample_ratio.ok = false;
    assert_eq!(later(Some(&StoredReport::from(faulty))).goals, later(None).goals);
}

#[test]
fn changed_weights_leave_the_e_value_which_counts_each_unit_by_its_own_weights() {
    let mut test = launched(&json!({}));
    test.weightings.push(weighting(&[2_000, 6_000, 2_000]));
    let changed = first_look(&test, &totals(&test, rows(&test, 240, true), at(31)), at(31), None);
    let found = read(&changed, "booked", "calculator").unwrap();
    assert!(found.e_value > 20.0 && Some(found) != read(&on(31, None), "booked", "calculator"), "{found:?}");
}

#[test]
fn other_goals_adaptive_tests_and_lists_of_known_units_have_no_e_value() {
    let report = on(200, None);
    assert!(read(&report, "opt-out", "quiz").is_some(), "a guardrail is a binary goal");
    for goal in ["pipeline", "visits", "sign-ups", "sign-ups-per-visit"] {
        assert_eq!(read(&report, goal, "quiz"), None, "{goal}");
    }
    assert_eq!(read(&early(), "booked", "calculator"), None);
    let mut test = launched(&json!({}));
    let totals = totals(&test, rows(&test, 240, true), at(31));
    let of = |test: &Experiment| Betting::read(test, &totals, (0, &test.definition.goals[0]), (0, 1));
    assert!(of(&test).is_some());
    let (root, randomized) = (Seed::from_random([1; 8]), String::new());
    test.balance = Some(Balance { root, number: 1, threshold: 1.0, imbalance: 1.0, randomized });
    assert_eq!(of(&test), None);
}
