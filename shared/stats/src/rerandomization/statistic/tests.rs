use super::*;
use crate::delta;
use crate::joint::Joint;
use crate::moments::Moments;
use crate::sample::Contrast;

const CONTROL: [(f64, f64); 4] = [(1.0, 4.0), (0.5, 3.0), (5.0, 9.0), (2.0, 8.0)];
const TREATMENT: [(f64, f64); 5] = [(3.0, 5.0), (5.0, 2.0), (4.0, 7.0), (9.0, 9.0), (1.0, 1.0)];

fn sums<const K: usize>(arm: &[(f64, f64)], row: fn(f64, f64) -> [f64; K]) -> [f64; K] {
    arm.iter().fold([0.0; K], |mut sums, &(x, y)| {
        sums.iter_mut().zip(row(x, y)).for_each(|(sum, own)| *sum += own);
        sums
    })
}

fn amounts(arm: &[(f64, f64)]) -> [f64; 3] {
    sums(arm, |x, _| [1.0, x, x * x])
}

fn pairs(arm: &[(f64, f64)]) -> [f64; 6] {
    sums(arm, |x, y| [1.0, x, y, x * x, x * y, y * y])
}

fn moments(arm: &[(f64, f64)]) -> Moments {
    let mut moments = Moments::default();
    for (x, _) in arm {
        moments.add(*x);
    }
    moments
}

fn joint(arm: &[(f64, f64)]) -> Joint {
    let mut joint = Joint::default();
    for (x, y) in arm {
        joint.add(*x, *y);
    }
    joint
}

#[test]
fn the_statistic_of_means_is_welchs() {
    let [a, b] = [&CONTROL[..], &TREATMENT].map(|arm| moments(arm).sample().unwrap());
    let expected = Contrast::separate(&a, &b).unwrap().t();
    assert!((means(&[amounts(&CONTROL), amounts(&TREATMENT)]) - expected).abs() < 1e-12);
}

#[test]
fn the_statistics_of_logarithms_follow_from_the_delta_method() {
    let [a, b] = [&CONTROL[..], &TREATMENT].map(|arm| moments(arm).sample().unwrap());
    let variance = a.variance_of_mean() / a.mean.powi(2) + b.variance_of_mean() / b.mean.powi(2);
    let expected = (b.mean / a.mean).ln() / variance.sqrt();
    assert!((log_means(&[amounts(&CONTROL), amounts(&TREATMENT)]) - expected).abs() < 1e-12);
    let [a, b] = [&CONTROL[..], &TREATMENT].map(|arm| delta::sample(&joint(arm)).unwrap());
    let variance = a.variance_of_mean() / a.mean.powi(2) + b.variance_of_mean() / b.mean.powi(2);
    let expected = (b.mean / a.mean).ln() / variance.sqrt();
    assert!((log_ratios(&[pairs(&CONTROL), pairs(&TREATMENT)]) - expected).abs() < 1e-12);
}

#[test]
fn arms_without_variance_are_equal_or_infinitely_far_apart() {
    let [low, high] = [[12.0, 0.0, 0.0], [12.0, 12.0, 12.0]];
    assert_eq!(rank(means(&[low, high])), rank(f64::INFINITY));
    assert_eq!(rank(means(&[high, low])), rank(f64::NEG_INFINITY));
    assert_eq!(rank(means(&[high, high])), rank(0.0));
    // 0.1 cannot be represented: twelve of them and thirteen of them have means that differ by rounding.
    let tenths = |n: u8| [f64::from(n), (0..n).map(|_| 0.1).sum(), f64::from(n) * 0.01];
    assert_eq!(rank(means(&[tenths(12), tenths(13)])), rank(0.0));
    assert_eq!(rank(log_means(&[tenths(12), tenths(13)])), rank(0.0));
}

#[test]
fn a_ratio_of_zero_is_infinitely_far_below_a_positive_one() {
    let [none, some] = [[12.0, 0.0, 24.0, 0.0, 0.0, 60.0], [12.0, 6.0, 24.0, 6.0, 14.0, 60.0]];
    assert_eq!(rank(log_ratios(&[none, some])), rank(f64::INFINITY));
    assert_eq!(rank(log_ratios(&[some, none])), rank(f64::NEG_INFINITY));
    assert_eq!(rank(log_ratios(&[none, none])), rank(0.0));
}

#[test]
fn proportional_units_have_equal_ratios_without_variance() {
    let arm = |factor: f64| {
        let units: Vec<_> = (1..30).map(|y| (f64::from(y) * factor, f64::from(y))).collect();
        pairs(&units)
    };
    assert_eq!(rank(log_ratios(&[arm(0.3), arm(0.3)])), rank(0.0));
    assert_eq!(rank(log_ratios(&[arm(0.3), arm(0.31)])), rank(f64::INFINITY));
}

#[test]
fn ranks_are_millionths_and_saturate() {
    assert_eq!([rank(1.23), rank(-0.000_000_4)], [1_230_000, 0]);
    assert_eq!([rank(f64::INFINITY), rank(f64::NEG_INFINITY)], [i64::MAX, i64::MIN]);
}
