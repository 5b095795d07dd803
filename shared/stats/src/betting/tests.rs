//! Tests of the exact e-value of a binary goal: it must be a martingale under every randomization.

use super::*;

const PLAN: Plan = Plan { units: 80.0, share: 0.5, baseline: None };

fn stratum(share: f64, control: (u64, u64), treatment: (u64, u64)) -> Stratum {
    let rate = |(converted, units)| Rate { converted, units };
    Stratum { share, control: rate(control), treatment: rate(treatment) }
}

/// Returns the mean e-value over all ways to randomize units with these outcomes, after the strata `before`.
fn mean(before: &[Stratum], share: f64, outcomes: &[bool], plan: &Plan) -> f64 {
    let ways = 1_u32 << outcomes.len();
    let of = |way: u32| {
        let (mut chance, mut next) = (1.0, stratum(share, (0, 0), (0, 0)));
        for (unit, converted) in outcomes.iter().enumerate() {
            let treated = way >> unit & 1 == 1;
            chance *= if treated { share } else { 1.0 - share };
            let arm = if treated { &mut next.treatment } else { &mut next.control };
            (arm.units, arm.converted) = (arm.units + 1, arm.converted + u64::from(*converted));
        }
        chance * betting(&[before, &[next]].concat(), plan).unwrap().e_value
    };
    (0..ways).map(of).sum()
}

#[test]
fn without_a_difference_the_mean_over_all_randomizations_is_one() {
    for share in [0.05, 0.5, 0.9] {
        for converted in [0, 1, 4, 9] {
            let outcomes: Vec<_> = (0..9).map(|unit| unit < converted).collect();
            for baseline in [None, Some(0.3)] {
                let found = mean(&[], share, &outcomes, &Plan { share, baseline, ..PLAN });
                assert!((found - 1.0).abs() < 1e-12, "{share} {converted} {found}");
            }
        }
    }
}

#[test]
fn further_units_change_nothing_on_average_after_any_results_and_changes_of_weights() {
    let before = [stratum(0.5, (1, 10), (6, 10)), stratum(0.8, (1, 5), (7, 16))];
    let held = betting(&before, &PLAN).unwrap().e_value;
    assert!(held > 1.5, "{held}");
    for share in [0.1, 0.9] {
        let found = mean(&before, share, &[true, false, false, true, false], &PLAN);
        assert!((found / held - 1.0).abs() < 1e-12, "{share} {found} {held}");
    }
}

#[test]
fn the_order_of_units_and_the_division_into_strata_have_no_effect() {
    let whole = betting(&[stratum(0.4, (3, 20), (9, 20))], &PLAN).unwrap();
    let parts = [stratum(0.4, (1, 12), (2, 5)), stratum(0.4, (2, 8), (7, 15))];
    assert!((betting(&parts, &PLAN).unwrap().e_value / whole.e_value - 1.0).abs() < 1e-12);
}

#[test]
fn a_difference_in_either_direction_gives_the_same_evidence_and_none_gives_none() {
    let of = |control, treatment| betting(&[stratum(0.5, control, treatment)], &PLAN).unwrap();
    let (up, down) = (of((6, 40), (20, 40)), of((20, 40), (6, 40)));
    assert!((up.e_value / down.e_value - 1.0).abs() < 1e-12 && up.p_value < 0.05, "{up:?}");
    assert!((up.p_value * up.e_value - 1.0).abs() < 1e-12);
    let equal = of((12, 40), (12, 40));
    assert!(equal.e_value < 1.0 && equal.p_value >= 1.0, "{equal:?}");
    assert!(of((0, 100_000), (100_000, 100_000)).e_value.is_finite());
}

#[test]
fn a_declared_base_rate_that_is_right_gives_more_evidence() {
    let rare = [stratum(0.5, (6, 400), (20, 400))];
    let of = |baseline| betting(&rare, &Plan { units: 800.0, baseline, ..PLAN }).unwrap().e_value;
    assert!(of(Some(0.015)) > 1.5 * of(None), "{} {}", of(Some(0.015)), of(None));
    assert!((of(Some(1.5)) / of(None) - 1.0).abs() < 1e-15);
}

#[test]
fn without_units_or_randomization_there_is_no_evidence() {
    assert_eq!(betting(&[], &PLAN), None);
    assert_eq!(betting(&[stratum(0.5, (0, 0), (0, 0))], &PLAN), None);
    assert_eq!(betting(&[stratum(1.0, (0, 0), (3, 9))], &PLAN), None);
    assert_eq!(betting(&[stratum(0.5, (1, 2), (3, 9))], &Plan { units: 0.0, ..PLAN }), None);
}
