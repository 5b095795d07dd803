//! Intervals of two rates at the boundary of an interim look.
//!
//! An end is where the score statistic of both rates reaches the normal score of the boundary. The rates of the
//! statistic's variance are the most likely ones at that difference or ratio, so an arm without conversions has an
//! interval too.
//!
//! Source: Miettinen and Nurminen 1985, "Comparative analysis of two rates".

use super::MIN_UNITS;
use super::interval::{Interval, NoInterval};
use super::stopped::Side;
use super::tails::Tails;
use crate::agresti_caffo::Rate;
use crate::moments::count;

/// The number of halvings of an interval of length 2. The rest is below the precision of a number.
const HALVINGS: u32 = 60;

/// The greatest logarithm of a ratio of rates. Beyond, the end is open.
pub(super) const REACH: f64 = 14.0;

/// Returns the interval of the difference of rates, treatment − control, between −1 and 1. An open end is −1 or 1.
///
/// # Errors
/// Returns why there is no interval.
pub fn difference(control: Rate, treatment: Rate, tails: Tails) -> Result<Interval, NoInterval> {
    let pair = Pair::of(control, treatment)?;
    let [a, b] = pair.rates();
    let end = |side: Side, outside: f64| {
        tails.score(side).map_or(outside, |score| {
            bisect(b - a, outside, |apart| outwards(pair.score_of_difference(apart), side) > score)
        })
    };
    let (low, high) = (end(Side::Higher, -1.0), end(Side::Lower, 1.0));
    Ok(Interval { estimate: b - a, low: Some(low), high: Some(high) })
}

/// Returns the interval of the relative change: treatment's rate divided by control's, − 1.
///
/// # Errors
/// Returns why there is no interval, which needs conversions in control.
pub fn relative(control: Rate, treatment: Rate, tails: Tails) -> Result<Interval, NoInterval> {
    let pair = Pair::of(control, treatment)?;
    let [a, b] = pair.rates();
    if a <= 0.0 {
        return Err(NoInterval::ArmWithoutOutcomes);
    }
    let estimate = b / a;
    let inside = estimate.ln().max(-REACH);
    let end = |side: Side, outside: f64| {
        let score = tails.score(side)?;
        let is_excluded = |log: f64| outwards(pair.score_of_ratio(log.exp()), side) > score;
        is_excluded(outside).then(|| bisect(inside, outside, is_excluded).exp_m1())
    };
    // A rate of 0 is at the lower end already.
    let low = if b > 0.0 { end(Side::Higher, -REACH) } else { None };
    Ok(Interval { estimate: estimate - 1.0, low, high: end(Side::Lower, REACH) })
}

/// Returns the excluded end of the change from possible values to excluded ones.
pub(super) fn bisect(inside: f64, outside: f64, is_excluded: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut outside) = (inside, outside);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(inside, outside);
        if is_excluded(middle) { outside = middle } else { inside = middle }
    }
    outside
}

pub(super) fn outwards(score: f64, side: Side) -> f64 {
    match side {
        Side::Higher => score,
        Side::Lower => -score,
    }
}

fn score((apart, variance): (f64, f64)) -> f64 {
    // Without variance, the arms are as they must be or cannot be so.
    if apart.abs() < 1e-12 { 0.0 } else { apart / variance.sqrt() }
}

/// The units of each arm that converted and those that did not.
pub(super) struct Pair(pub(super) [[f64; 2]; 2]);

impl Pair {
    pub(super) fn of(control: Rate, treatment: Rate) -> Result<Self, NoInterval> {
        let counts = |rate: Rate| {
            let yes = rate.converted.min(rate.units);
            [count(yes), count(rate.units - yes)]
        };
        let enough = count(control.units.min(treatment.units)) >= MIN_UNITS;
        if enough { Ok(Self([counts(control), counts(treatment)])) } else { Err(NoInterval::TooFewUnits) }
    }

    fn rates(&self) -> [f64; 2] {
        self.0.map(|[yes, no]| yes / (yes + no))
    }

    fn units(&self) -> [f64; 2] {
        self.0.map(|[yes, no]| yes + no)
    }

    fn score_of_difference(&self, apart: f64) -> f64 {
        score(self.part_of_difference(apart))
    }

    fn score_of_ratio(&self, ratio: f64) -> f64 {
        score(self.part_of_ratio(ratio))
    }

    /// Returns treatment's rate − control's rate − `apart`, with its variance.
    pub(super) fn part_of_difference(&self, apart: f64) -> (f64, f64) {
        let [a, b] = self.rates();
        let control = self.control_at_difference(apart);
        (b - a - apart, self.variance([control, control + apart], 1.0))
    }

    /// Returns treatment's rate − `ratio` · control's rate, with its variance.
    pub(super) fn part_of_ratio(&self, ratio: f64) -> (f64, f64) {
        let [a, b] = self.rates();
        let control = self.control_at_ratio(ratio);
        (b - ratio * a, self.variance([control, (ratio * control).min(1.0)], ratio))
    }

    fn variance(&self, rates: [f64; 2], ratio: f64) -> f64 {
        let [m, n] = self.units();
        let [a, b] = rates.map(|rate| (rate * (1.0 - rate)).max(0.0));
        (ratio * ratio * a / m + b / n) * (m + n) / (m + n - 1.0)
    }

    /// Returns control's most likely rate if treatment's is greater by `apart`. The likelihood is concave.
    fn control_at_difference(&self, apart: f64) -> f64 {
        let slope = |[yes, no]: [f64; 2], rate: f64| {
            let part = |units: f64, share: f64| if units > 0.0 { units / share } else { 0.0 };
            part(yes, rate) - part(no, 1.0 - rate)
        };
        let (mut low, mut high) = ((-apart).max(0.0), (1.0 - apart).min(1.0));
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let rises = slope(self.0[0], middle) + slope(self.0[1], middle + apart) > 0.0;
            if rises { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// Returns control's most likely rate if treatment's is `ratio` times as high: the lower root of a quadratic.
    fn control_at_ratio(&self, ratio: f64) -> f64 {
        let ([m, n], [[a, _], [b, _]]) = (self.units(), self.0);
        let (square, linear, constant) = ((m + n) * ratio, n * ratio + b + m + a * ratio, a + b);
        2.0 * constant / (linear + (linear * linear - 4.0 * square * constant).max(0.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAILS: Tails = Tails { higher: 0.025, lower: 0.025 };

    fn rate(converted: u64, units: u64) -> Rate {
        Rate { converted, units }
    }

    fn near(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 5e-5), "{found:?} {expected}");
    }

    #[test]
    fn differences_agree_with_published_intervals() {
        // Newcombe 1998, "Interval estimation for the difference between independent proportions", table II.
        for (a, b, low, high) in [
            (rate(48, 80), rate(56, 70), 0.0528, 0.3382),
            (rate(3, 10), rate(9, 10), 0.1700, 0.8406),
            (rate(0, 29), rate(5, 56), -0.0326, 0.1933),
            (rate(0, 10), rate(10, 10), 0.6636, 1.0),
        ] {
            let found = difference(a, b, TAILS).unwrap();
            near(found.low, low);
            near(found.high, high);
        }
    }

    #[test]
    fn ratios_agree_with_another_implementation() {
        // statsmodels 0.14, confint_proportions_2indep(method="score", compare="ratio", correction=True).
        for (a, b, low, high) in [
            (rate(48, 80), rate(56, 70), 1.079_047_12, 1.672_145_36),
            (rate(3, 10), rate(9, 10), 1.327_956_57, 8.691_914_95),
            (rate(11, 100), rate(30, 200), 0.728_902_42, 2.605_739_69),
        ] {
            let found = relative(a, b, TAILS).unwrap();
            near(found.low, low - 1.0);
            near(found.high, high - 1.0);
        }
        let none = relative(rate(6, 40), rate(0, 40), TAILS).unwrap();
        assert_eq!((none.estimate.to_bits(), none.low), ((-1.0_f64).to_bits(), None));
        near(none.high, 0.610_912_14 - 1.0);
        assert_eq!(relative(rate(0, 29), rate(5, 56), TAILS), Err(NoInterval::ArmWithoutOutcomes));
    }

    #[test]
    fn an_end_whose_tail_is_0_is_open() {
        let tails = Tails { higher: 0.025, lower: 0.0 };
        let found = difference(rate(48, 80), rate(56, 70), tails).unwrap();
        near(found.low, 0.0528);
        assert_eq!(found.high, Some(1.0));
        assert_eq!(relative(rate(48, 80), rate(56, 70), tails).unwrap().high, None);
        let none = difference(rate(48, 80), rate(56, 70), Tails::default()).unwrap();
        assert_eq!((none.low, none.high), (Some(-1.0), Some(1.0)));
    }

    #[test]
    fn both_intervals_exclude_no_effect_at_the_same_time_and_need_ten_units() {
        for converted in 0..=40 {
            let (a, b) = (rate(12, 40), rate(converted, 40));
            let (apart, factor) = (difference(a, b, TAILS).unwrap(), relative(a, b, TAILS).unwrap());
            assert_eq!(apart.low.unwrap() > 0.0, factor.low.is_some_and(|low| low > 0.0), "{converted}");
            assert_eq!(apart.high.unwrap() < 0.0, factor.high.is_some_and(|high| high < 0.0), "{converted}");
        }
        assert_eq!(difference(rate(3, 9), rate(5, 90), TAILS), Err(NoInterval::TooFewUnits));
    }
}
