//! Tests of shrinkage against published figures, and its properties.

use super::*;
use proptest::prelude::*;

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() < tolerance, "{found} {expected}");
}

fn of(effects: &[f64], variance: f64) -> Vec<Estimate> {
    effects.iter().map(|&effect| Estimate { effect, variance }).collect()
}

/// The batting averages of 18 players in their first 45 at bats of 1970, after the arcsine transformation
/// (Efron and Morris 1975, table 1).
const BATTING: [f64; 18] = [
    -1.35, -1.66, -1.97, -2.28, -2.60, -2.60, -2.92, -3.26, -3.60, -3.60, -3.95, -3.95, -3.95, -3.95, -3.95,
    -4.32, -4.70, -5.10,
];

#[test]
fn equal_variances_give_the_published_shrinkage_of_batting_averages() {
    let estimates = of(&BATTING, 1.0);
    let prior = Prior::of(&estimates).unwrap();
    let mean = BATTING.iter().sum::<f64>() / 18.0;
    let squares: f64 = BATTING.iter().map(|own| (own - mean).powi(2)).sum();
    near(prior.mean, -3.317, 1e-3);
    // With equal variances, the variance between effects is the sample variance less 1. The factor of Efron
    // and Morris is 1 − (k − 3) / S = 0.209; this one divides by k − 1.
    near(prior.variance, squares / 17.0 - 1.0, 1e-9);
    near(1.0 - 15.0 / squares, 0.209, 2e-2);
    let first = prior.shrink(estimates[0]);
    near(first.effect, mean + (1.0 - 17.0 / squares) * (BATTING[0] - mean), 1e-9);
}

#[test]
fn estimates_that_vary_no_more_than_by_chance_all_become_their_mean() {
    let estimates = of(&[0.1, 0.2, 0.3], 1.0);
    let prior = Prior::of(&estimates).unwrap();
    assert!(prior.variance == 0.0);
    for own in &estimates {
        let shrunk = prior.shrink(*own);
        near(shrunk.effect, 0.2, 1e-12);
        near(shrunk.deviation, (1.0_f64 / 3.0).sqrt(), 1e-12);
    }
}

#[test]
fn the_variance_between_effects_satisfies_the_equation_of_paule_and_mandel() {
    let pairs = [(0.5, 0.01), (0.1, 0.04), (-0.3, 0.02), (0.9, 0.09), (0.2, 0.01)];
    let estimates: Vec<_> = pairs.iter().map(|&(effect, variance)| Estimate { effect, variance }).collect();
    let prior = Prior::of(&estimates).unwrap();
    let squares: f64 = pairs.iter().map(|(e, v)| (e - prior.mean).powi(2) / (v + prior.variance)).sum();
    near(squares, 4.0, 1e-9);
    let (low, high) = prior.shrink(estimates[0]).interval();
    assert!(low < 0.5 && prior.mean < high && high - low < 2.0 * 1.96 * 0.1 + 1e-9);
}

#[test]
fn the_sum_of_effects_that_all_become_the_mean_is_as_uncertain_as_the_mean_times_their_number() {
    let estimates = of(&[0.1, 0.2, 0.3], 1.0);
    let prior = Prior::of(&estimates).unwrap();
    let sum = prior.sum(&estimates);
    near(sum.effect, 0.6, 1e-12);
    near(sum.deviation, 3.0 * (1.0_f64 / 3.0).sqrt(), 1e-12);
    let one = prior.sum(&estimates[..1]);
    near(one.deviation, prior.shrink(estimates[0]).deviation, 1e-12);
}

#[test]
fn too_few_and_unusable_estimates_have_no_prior() {
    assert_eq!(Prior::of(&of(&[0.1, 0.2], 1.0)), None);
    for (effect, variance) in [(f64::NAN, 1.0), (0.1, 0.0), (0.1, -1.0), (0.1, f64::INFINITY)] {
        let mut estimates = of(&[0.1, 0.2], 1.0);
        estimates.push(Estimate { effect, variance });
        assert_eq!(Prior::of(&estimates), None);
    }
}

proptest! {
    #[test]
    fn a_shrunk_effect_lies_between_its_estimate_and_the_mean(
        pairs in prop::collection::vec((-2.0..2.0_f64, 1e-4..1.0_f64), 3..60),
    ) {
        let estimates: Vec<_> =
            pairs.iter().map(|&(effect, variance)| Estimate { effect, variance }).collect();
        let prior = Prior::of(&estimates).unwrap();
        prop_assert!(prior.variance >= 0.0 && prior.variance_of_mean > 0.0);
        for own in estimates {
            let shrunk = prior.shrink(own);
            let (low, high) = (own.effect.min(prior.mean), own.effect.max(prior.mean));
            prop_assert!((low - 1e-12..=high + 1e-12).contains(&shrunk.effect));
            let bound = own.variance + prior.variance_of_mean;
            prop_assert!(shrunk.deviation.is_finite() && shrunk.deviation.powi(2) <= bound + 1e-12);
            if prior.variance == 0.0 {
                prop_assert!((shrunk.effect - prior.mean).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_less_certain_estimate_moves_more(effect in 1.0..2.0_f64, a in 0.01..1.0_f64, b in 0.01..1.0_f64) {
        let prior = Prior { mean: 0.0, variance_of_mean: 0.01, variance: 0.1 };
        let of = |variance| prior.shrink(Estimate { effect, variance }).effect;
        prop_assert!(of(a.max(b)) <= of(a.min(b)));
    }
}
