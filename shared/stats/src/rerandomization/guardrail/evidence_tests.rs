use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::exact_rates;

fn rate(converted: u64, units: u64) -> Rate {
    Rate { converted, units }
}

/// Returns E of one unit's quotient for true rates, by enumeration.
fn mean_quotient(pair: [f64; 2], truth: [f64; 2], share: f64, bound: f64) -> f64 {
    let arms = [1.0 - share, share].map(|share| Arm { yes: 0.0, no: 0.0, share });
    let first = nearest(pair, &arms, bound);
    [first, first + bound]
        .iter()
        .zip(pair)
        .zip(truth)
        .zip(arms)
        .map(|(((near, own), truth), arm)| {
            arm.share * (truth * own / near + (1.0 - truth) * (1.0 - own) / (1.0 - near))
        })
        .sum()
}

#[test]
fn each_unit_multiplies_the_evidence_by_at_most_one_on_average_at_or_below_the_bound() {
    for bound in [-0.1, 0.0, 0.02, 0.3] {
        for share in [0.1, 0.5, 0.8] {
            for pair in [[0.05, 0.4], [0.3, 0.65], [0.6, 0.95], [0.01, 0.99]] {
                for step in 0..=20 {
                    let first = f64::from(step) / 20.0 * (1.0 - f64::max(bound, 0.0)).min(1.0 + bound);
                    let first = first + f64::max(-bound, 0.0);
                    for below in [0.0, 0.1] {
                        let truth = [first, (first + bound - below).max(0.0)];
                        let mean = mean_quotient(pair, truth, share, bound);
                        assert!(mean <= 1.0 + 1e-8, "{bound} {share} {pair:?} {truth:?} {mean}");
                    }
                }
                assert!(mean_quotient(pair, pair, share, bound) > 1.0);
            }
        }
    }
}

#[test]
fn a_guardrail_that_all_units_break_is_broken_and_one_that_is_saved_is_met() {
    let of = |a, b, better| read(a, b, 0.5, 0.02, better);
    let all = of(rate(0, 30), rate(30, 30), Direction::Lower);
    assert!(all.broken < 1e-10 && all.met >= 1.0, "{all:?}");
    let saved = of(rate(30, 30), rate(0, 30), Direction::Lower);
    assert!(saved.met < 1e-10 && saved.broken >= 1.0, "{saved:?}");
    assert!(of(rate(30, 30), rate(0, 30), Direction::Higher).broken < 1e-10);
    let none = of(rate(0, 0), rate(0, 0), Direction::Lower);
    assert!(none.met >= 1.0 - 1e-9 && none.broken >= 1.0 - 1e-9, "{none:?}");
    let wide = read(rate(0, 30), rate(30, 30), 0.5, 1.0, Direction::Lower);
    assert!(wide.met >= 1.0 && wide.broken >= 1.0);
}

/// The share of tests in which a guardrail that opens at `margin` above control is met and broken, and the same for
/// the method that divides by the greatest likelihood.
fn shown(truth: [f64; 2], share: f64, margin: f64, units: u32, tests: u64) -> [f64; 4] {
    let mut shown = [0.0; 4];
    for seed in 0..tests {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut uniform = || f64::from(random.next_u32()) / 2.0_f64.powi(32);
        let (mut arms, mut found) = ([rate(0, 0); 2], [false; 4]);
        for unit in 1..=units {
            let arm = usize::from(uniform() < share);
            arms[arm].units += 1;
            arms[arm].converted += u64::from(uniform() < truth[arm]);
            if unit % (units / 5) == 0 {
                let own = read(arms[0], arms[1], share, margin, Direction::Lower);
                let greatest = exact_rates::guardrail(arms[0], arms[1], margin, Direction::Lower);
                let p_values = [
                    own.met,
                    own.broken,
                    greatest.map_or(1.0, |found| found.met),
                    greatest.map_or(1.0, |found| found.broken),
                ];
                found.iter_mut().zip(p_values).for_each(|(found, p)| *found |= p <= 0.05);
            }
        }
        shown.iter_mut().zip(found).for_each(|(sum, found)| *sum += f64::from(u8::from(found)));
    }
    shown.map(|sum| sum / count(tests))
}

#[test]
fn harm_by_exactly_the_margin_is_seldom_met_or_broken() {
    for (truth, share) in [([0.02, 0.07], 0.5), ([0.2, 0.25], 0.1), ([0.0, 0.05], 0.9)] {
        let [met, broken, ..] = shown(truth, share, 0.05, 400, 60);
        assert!(met <= 0.05 && broken <= 0.05, "{truth:?} {share} {met} {broken}");
    }
}

#[test]
fn more_guardrails_are_met_or_broken_than_by_the_greatest_likelihood() {
    let [met, _, met_before, _] = shown([0.05, 0.05], 0.5, 0.05, 600, 40);
    assert!(met > met_before && met > 0.1, "{met} {met_before}");
    let [_, broken, _, broken_before] = shown([0.05, 0.2], 0.5, 0.05, 600, 40);
    assert!(broken >= broken_before && broken > 0.2, "{broken} {broken_before}");
}

#[test]
#[ignore = "takes minutes"]
fn levels_and_power_of_many_rates_and_weights() {
    for (truth, margin) in [
        ([0.02, 0.07], 0.05),
        ([0.2, 0.25], 0.05),
        ([0.0, 0.05], 0.05),
        ([0.02, 0.02], 0.05),
        ([0.05, 0.05], 0.05),
        ([0.2, 0.2], 0.1),
        ([0.05, 0.15], 0.02),
        ([0.05, 0.2], 0.05),
    ] {
        for share in [0.1, 0.5, 0.9] {
            for units in [200, 1_000] {
                let found = shown(truth, share, margin, units, 500);
                println!("{truth:?} {margin} {share} {units}: {found:?}");
                let at_margin = (truth[1] - truth[0] - margin).abs() < 1e-9;
                assert!(!at_margin || found[0].max(found[1]) <= 0.05, "{found:?}");
            }
        }
    }
}
