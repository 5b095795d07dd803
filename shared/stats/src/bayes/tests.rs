//! Tests of the Bayesian readings against closed forms and properties.

use super::*;
use crate::moments::Moments;
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::ln_beta;

fn beta(yes: u32, no: u32) -> Posterior {
    Posterior::Beta { yes: f64::from(yes), no: f64::from(no) }
}

fn normal(mean: f64, scale: f64) -> Posterior {
    Posterior::estimate(mean, scale, f64::INFINITY).unwrap()
}

fn near(found: f64, wanted: f64, by: f64) {
    assert!((found - wanted).abs() <= by, "{found} is not {wanted}");
}

/// The probability that the second share is greater, for integers (Miller 2014, "Formulas for Bayesian A/B
/// testing").
fn miller(a: (u32, u32), b: (u32, u32)) -> f64 {
    let (yes, no, others) = (f64::from(a.0), f64::from(a.1), f64::from(b.1));
    let term = |i: u32| {
        let i = f64::from(i);
        (ln_beta(yes + i, no + others) - (others + i).ln() - ln_beta(1.0 + i, others) - ln_beta(yes, no))
            .exp()
    };
    (0..b.0).map(term).sum()
}

#[test]
fn the_probability_of_beating_control_is_millers_closed_form() {
    for (a, b) in [
        ((101, 901), (131, 871)),
        ((3, 9), (6, 6)),
        ((1, 41), (5, 37)),
        ((2, 9), (401, 1_601)),
        ((1, 1), (1, 1)),
        ((1, 11), (1, 400)),
        ((5_001, 95_001), (5_101, 95_001)),
    ] {
        let found = versus(beta(a.0, a.1), beta(b.0, b.1), Direction::Higher, 0.05).unwrap();
        near(found.beats, miller(a, b), 1e-9);
        let lower = versus(beta(a.0, a.1), beta(b.0, b.1), Direction::Lower, 0.05).unwrap();
        near(lower.beats, 1.0 - miller(a, b), 1e-9);
    }
}

#[test]
fn two_normal_posteriors_have_the_closed_form_of_their_difference() {
    let unit = Normal::new(0.0, 1.0).unwrap();
    for (means, scales) in [((0.0, 0.3), (1.0, 1.0)), ((100.0, 99.0), (0.02, 3.0)), ((0.0, 6.0), (1.0, 1.0))]
    {
        let (control, treatment) = (normal(means.0, scales.0), normal(means.1, scales.1));
        let found = versus(control, treatment, Direction::Higher, 0.1).unwrap();
        let (mean, spread) = (means.1 - means.0, scales.0.hypot(scales.1));
        let z = mean / spread;
        let bump = spread * (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        near(found.beats, unit.cdf(z), 1e-10);
        near(found.loss, bump - mean * unit.cdf(-z), 1e-10 * spread);
        near(found.loss_of_control, bump + mean * unit.cdf(z), 1e-10 * spread);
        near(found.low, mean - 1.644_853_626_951_472_2 * spread, 1e-7 * spread);
        near(found.high, mean + 1.644_853_626_951_472_2 * spread, 1e-7 * spread);
    }
}

#[test]
fn the_probabilities_of_being_best_sum_to_one() {
    let mixed = [beta(1, 41), beta(5, 37), beta(200, 1_801), beta(2, 9), beta(30, 300)];
    let means: Vec<_> = [(0.0, 1.0, 3.0), (0.5, 0.01, 9.0), (-2.0, 4.0, 30.0), (0.4, 0.2, f64::INFINITY)]
        .map(|(mean, scale, freedom)| Posterior::estimate(mean, scale, freedom).unwrap())
        .to_vec();
    for arms in [&mixed[..1], &mixed[..2], &mixed[..], &means[..]] {
        for better in [Direction::Higher, Direction::Lower] {
            let found = standings(arms, better).unwrap();
            near(found.iter().map(|arm| arm.best).sum(), 1.0, 1e-9);
            assert!(found.iter().all(|arm| arm.loss >= 0.0 && arm.best >= 0.0));
        }
    }
}

#[test]
fn arms_with_the_same_data_share_the_probability_equally() {
    for arms in 1..=8_u32 {
        for arm in [beta(1, 11), Posterior::binary(10, 0).unwrap(), normal(7.0, 2.0)] {
            for standing in standings(&vec![arm; arms as usize], Direction::Higher).unwrap() {
                near(standing.best, 1.0 / f64::from(arms), 1e-9);
            }
        }
    }
}

#[test]
fn the_loss_of_one_of_three_equal_arms_is_the_mean_of_the_greatest_of_three() {
    // The greatest of three standard normals has the mean 3 / (2 √π).
    for better in [Direction::Higher, Direction::Lower] {
        for standing in standings(&[normal(5.0, 1.0); 3], better).unwrap() {
            near(standing.loss, 1.5 / std::f64::consts::PI.sqrt(), 1e-9);
        }
    }
}

#[test]
fn more_conversions_make_an_arm_likelier_to_be_best_and_cheaper_to_choose() {
    let of = |converted| {
        let arm = Posterior::binary(40, converted).unwrap();
        let others = [Posterior::binary(40, 8).unwrap(), Posterior::binary(100, 15).unwrap()];
        let standing = standings(&[others[0], others[1], arm], Direction::Higher).unwrap()[2];
        (standing, versus(others[0], arm, Direction::Higher, 0.05).unwrap())
    };
    for converted in 0..40 {
        let ((before, pair), (after, next)) = (of(converted), of(converted + 1));
        assert!(after.best > before.best && after.loss < before.loss, "{converted}");
        assert!(next.beats > pair.beats && next.low > pair.low && next.high > pair.high, "{converted}");
    }
}

#[test]
fn two_arms_have_the_same_figures_in_both_readings() {
    let (control, treatment) = (beta(3, 30), beta(7, 28));
    for better in [Direction::Higher, Direction::Lower] {
        let all = standings(&[control, treatment], better).unwrap();
        let pair = versus(control, treatment, better, 0.05).unwrap();
        near(all[1].best, pair.beats, 1e-12);
        near(all[1].loss, pair.loss, 1e-12);
        near(all[0].loss, pair.loss_of_control, 1e-12);
        let gain = if better == Direction::Higher { pair.estimate } else { -pair.estimate };
        near(pair.loss_of_control - pair.loss, gain, 1e-10);
    }
}

#[test]
fn the_stated_prior_is_the_one_that_is_used() {
    let Posterior::Beta { yes, no } = Posterior::binary(10, 3).unwrap() else { panic!("a share") };
    assert_eq!(Prior::SHARE, Prior::Beta { yes: yes - 3.0, no: no - 7.0 });
    assert_eq!(Prior::SHARE.to_string(), "Beta(0.5, 0.5), independent for each variant");
    // Under a flat prior, the credible interval is Student's confidence interval.
    let mut moments = Moments::default();
    for x in [1.0, 2.0, 4.0, 9.0] {
        moments.add(x);
    }
    let found = Posterior::mean_of(&moments).unwrap();
    let scale = moments.variance_of_mean().unwrap().sqrt();
    assert_eq!(found, Posterior::Student { freedom: 3.0, mean: 4.0, scale });
    assert!(Prior::MEAN.to_string().starts_with("flat in the mean"));
}

#[test]
fn arms_without_a_posterior_are_not_read() {
    assert_eq!((Posterior::binary(3, 4), Posterior::binary(0, 0)), (None, None));
    let mut moments = Moments::default();
    (0..10).for_each(|_| moments.add(0.0));
    assert_eq!(Posterior::mean_of(&moments), None);
    let mut few = Moments::default();
    (0..3).for_each(|n| few.add(f64::from(n)));
    assert_eq!(Posterior::mean_of(&few), None);
    assert_eq!(standings(&[], Direction::Higher), None);
    assert_eq!(versus(beta(1, 1), normal(0.0, 1.0), Direction::Higher, 0.05), None);
}
