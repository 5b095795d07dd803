//! Tests of planning against published and computed sample sizes.

use super::*;
use crate::spending::{Hypothesis, Spending};

const HALVES: [u32; 2] = [5_000, 5_000];
const ONCE: Analysis = Analysis::FixedHorizon;
const DAILY: Analysis = Analysis::Sequential { spending: Spending::Even, looks: 20 };

fn total(outcome: Outcome, effect: f64, weights: &[u32], analysis: Analysis) -> Option<u64> {
    units_needed(outcome, effect, weights, 0, Aim::usual(analysis)).map(|units| units.total)
}

#[test]
fn means_need_the_units_that_statsmodels_computes() {
    // TTestIndPower of statsmodels 0.14: 393.41, 63.77 and 25.52 in each arm; with four times as many in
    // control 39.63 and 158.53. It integrates the noncentral t, which changes the result by at most one unit
    // per arm.
    for (effect, each) in [(0.2, 393.41_f64), (0.5, 63.77), (0.8, 25.52)] {
        let found = total(Outcome::Mean { deviation: 1.0 }, effect, &HALVES, ONCE).unwrap();
        assert!(found.abs_diff(2 * whole(each.ceil())) <= 2, "{effect}: {found}");
    }
    let found = total(Outcome::Mean { deviation: 1.0 }, 0.5, &[8_000, 2_000], ONCE).unwrap();
    // Welch's degrees of freedom are those of the smaller arm, so a few units more than 199 are needed.
    assert!((199..=205).contains(&found), "{found}");
}

#[test]
fn rates_need_the_units_of_the_textbook_formula_plus_one_or_two_per_arm() {
    // (z₀.₉₇₅ √(2 p̄q̄) + z₀.₈ √(p₀q₀ + p₁q₁))² / (p₁ − p₀)² per arm (Fleiss 1981, equation 3.14 without the
    // correction for continuity).
    for (rate, effect, each) in [(0.1, 0.03, 1773.58_f64), (0.05, 0.05, 434.43), (0.2, 0.3, 38.48)] {
        let found = total(Outcome::Binary { rate }, effect, &HALVES, ONCE).unwrap();
        let least = 2 * whole(each.ceil());
        assert!((least..=least + 4).contains(&found), "{rate}: {found}");
    }
}

#[test]
fn visitors_of_one_account_count_for_less_the_more_similar_they_are() {
    let of = |visitors, unevenness, correlation| {
        let outcome =
            Outcome::Ratio { visitor: Visitor::Varies { deviation: 0.3 }, visitors, unevenness, correlation };
        total(outcome, 0.05, &HALVES, ONCE).unwrap()
    };
    let alone = of(1.0, 0.0, 0.0);
    // With a design effect of 1 + 9 · 0.1 = 1.9, a tenth of the accounts give 1.9 times the units.
    assert!(of(10.0, 0.0, 0.1).abs_diff(whole(f64::from(u32::try_from(alone).unwrap()) * 0.19)) <= 4);
    assert!(of(10.0, 0.0, 1.0).abs_diff(alone) <= 2);
    assert!(of(10.0, 0.0, 0.0) < of(10.0, 0.0, 0.1) && of(10.0, 0.0, 0.1) < of(10.0, 1.0, 0.1));
}

#[test]
fn a_sequential_test_needs_about_a_sixth_more_units() {
    for effect in [0.1, 0.3, 0.8] {
        let of = |looks| total(Outcome::Mean { deviation: 1.0 }, effect, &HALVES, looks).unwrap();
        let (once, sequential) = (of(ONCE), of(DAILY));
        #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
        let factor = sequential as f64 / once as f64;
        assert!((1.15..1.2).contains(&factor), "{effect}: {factor}");
    }
}

#[test]
fn the_smallest_effect_of_the_units_needed_is_the_planned_effect() {
    let visitor = Visitor::Converts { rate: 0.2 };
    let ratio = Outcome::Ratio { visitor, visitors: 8.0, unevenness: 0.7, correlation: 0.05 };
    for (outcome, effect) in
        [(Outcome::Binary { rate: 0.1 }, 0.05), (Outcome::Mean { deviation: 3.0 }, 1.0), (ratio, 0.04)]
    {
        for analysis in [ONCE, DAILY] {
            for weights in [&[5_000, 5_000][..], &[8_000, 2_000], &[4_000, 3_000, 3_000]] {
                let aim = Aim::usual(analysis);
                let units = units_needed(outcome, effect, weights, 0, aim).unwrap();
                let found = smallest_effect(outcome, units.total, weights, 0, false, aim).unwrap();
                assert!(found <= effect && found > 0.97 * effect, "{outcome:?} {weights:?} {found}");
            }
        }
    }
}

#[test]
fn a_rate_that_falls_needs_fewer_units_than_one_that_rises() {
    let aim = Aim::usual(ONCE);
    let up = smallest_effect(Outcome::Binary { rate: 0.1 }, 400, &HALVES, 0, false, aim).unwrap();
    let down = smallest_effect(Outcome::Binary { rate: 0.1 }, 400, &HALVES, 0, true, aim).unwrap();
    assert!(down < up && down > 0.05 && up < 0.12, "{down} {up}");
}

#[test]
fn units_are_divided_by_weight_and_the_arm_with_the_lowest_weight_decides() {
    let aim = Aim::usual(ONCE);
    let outcome = Outcome::Mean { deviation: 1.0 };
    let found = units_needed(outcome, 0.5, &[5_000, 4_000, 1_000], 0, aim).unwrap();
    assert_eq!(found.total, found.arms.iter().sum::<u64>());
    assert!(found.arms[0].abs_diff(5 * found.arms[2]) <= 5);
    let pair = units_needed(outcome, 0.5, &[8_333, 1_667], 0, aim).unwrap();
    assert!(pair.arms[1].abs_diff(found.arms[2]) <= 1, "{pair:?} {found:?}");
}

#[test]
fn a_smaller_level_needs_more_units_and_one_side_fewer() {
    let of = |aim: Aim| units_needed(Outcome::Mean { deviation: 1.0 }, 0.5, &HALVES, 0, aim).unwrap().total;
    for analysis in [ONCE, DAILY] {
        let usual = Aim::usual(analysis);
        let (several, one_sided) =
            (Aim { level: 0.05 / 3.0, ..usual }, Aim { hypothesis: Hypothesis::Greater, ..usual });
        assert!(of(several) > of(usual) && of(usual) > of(one_sided));
        assert!(of(Aim { power: 0.9, ..usual }) > of(usual));
    }
    // (z₀.₉₅ + z₀.₈)² · 2 / 0.5² = 49.5 in each arm, and two to replace z by t.
    let once = of(Aim { hypothesis: Hypothesis::Less, ..Aim::usual(ONCE) });
    assert!((100..=104).contains(&once), "{once}");
}

#[test]
fn invalid_plans_have_no_units() {
    let mean = Outcome::Mean { deviation: 1.0 };
    assert_eq!(total(mean, 0.0, &HALVES, ONCE), None);
    assert_eq!(total(mean, 1e-6, &HALVES, ONCE), None);
    assert_eq!(total(mean, 0.5, &[10_000, 0], ONCE), None);
    assert_eq!(total(mean, 0.5, &[0, 10_000], ONCE), None);
    assert_eq!(total(Outcome::Binary { rate: 0.9 }, 0.2, &HALVES, ONCE), None);
    assert_eq!(total(Outcome::Mean { deviation: 0.0 }, 0.5, &HALVES, ONCE), None);
    for level in [0.0, 1.0, 0.06] {
        assert_eq!(units_needed(mean, 0.5, &HALVES, 0, Aim { level, ..Aim::usual(DAILY) }), None);
    }
    let aim = Aim::usual(ONCE);
    assert_eq!(smallest_effect(mean, 3, &HALVES, 0, false, aim), None);
    assert_eq!(smallest_effect(Outcome::Binary { rate: 0.1 }, 20, &HALVES, 0, true, aim), None);
}
