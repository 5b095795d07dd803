//! The ratio of two totals per arm, such as conversions per visitor, where whole units were assigned.
//!
//! Visitors of one account are not independent of each other, so the unit is the cluster: a ratio's variance
//! comes from how much units differ, and not from the number of visitors.
//!
//! Source: Cochran 1977, "Sampling techniques", section 2.11; Deng, Knoblich and Lu 2018, "Applying the delta
//! method in metric analytics".

use crate::fieller::{self, Relative};
use crate::joint::Joint;
use crate::moments::count;
use crate::sample::{Contrast, Sample};
use crate::welch::Difference;

/// Returns the ratio Σx/Σy with the variance of one unit's part in it, `(x − ratio·y) / mean of y`.
///
/// Returns None with fewer than two units, or when the sum of the denominators is not above 0.
#[must_use]
pub fn sample(arm: &Joint) -> Option<Sample> {
    let (units, base) = (count(arm.units()), arm.y().mean());
    if arm.units() < 2 || base <= 0.0 {
        return None;
    }
    let ratio = arm.x().mean() / base;
    let variance = arm.squares_along(ratio) / (units - 1.0) / (base * base);
    Some(Sample { units, mean: ratio, variance })
}

/// Returns the interval and test of the difference of ratios, `treatment − control`, at level `alpha` (0.05
/// for 95 %), for a fixed horizon, with Welch's degrees of freedom over units.
///
/// Below 100 units in an arm, the interval is slightly too narrow and its p-value slightly too small: decide
/// by the permutation test's p-value. Returns None when [`sample`] returns None for an arm, or when all units
/// are equal.
#[must_use]
pub fn difference(control: &Joint, treatment: &Joint, alpha: f64) -> Option<Difference> {
    Difference::new(&Contrast::separate(&sample(control)?, &sample(treatment)?)?, alpha)
}

/// Returns the relative difference of ratios (0.1 is 10 % more) with Fieller's interval at level `alpha`.
///
/// The interval is None when control's ratio cannot be distinguished from 0: show the absolute difference.
/// Returns None when control's ratio is not above 0. `difference` is the result of [`difference`] for the
/// same arms.
#[must_use]
pub fn relative(control: &Joint, treatment: &Joint, difference: &Difference, alpha: f64) -> Option<Relative> {
    fieller::relative(&sample(control)?, &sample(treatment)?, difference, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(f64, f64)]) -> Joint {
        let mut joint = Joint::default();
        for &(x, y) in pairs {
            joint.add(x, y);
        }
        joint
    }

    #[test]
    fn with_one_visitor_per_unit_the_result_is_welchs() {
        let a = [1.0, 0.0, 4.0, 2.0].map(|x| (x, 1.0));
        let b = [3.0, 5.0, 4.0, 9.0, 1.0].map(|x| (x, 1.0));
        let welch = crate::welch::welch(of(&a).x(), of(&b).x(), 0.05).unwrap();
        let found = difference(&of(&a), &of(&b), 0.05).unwrap();
        assert!((found.low - welch.low).abs() < 1e-14 && (found.p_value - welch.p_value).abs() < 1e-14);
    }

    #[test]
    fn repeating_every_visitor_does_not_change_the_result() {
        let arm = [(1.0, 4.0), (0.0, 3.0), (5.0, 9.0), (2.0, 8.0)];
        let tenfold = arm.map(|(x, y)| (10.0 * x, 10.0 * y));
        let (once, ten) = (sample(&of(&arm)).unwrap(), sample(&of(&tenfold)).unwrap());
        assert!((once.variance - ten.variance).abs() < 1e-15 && (once.mean - ten.mean).abs() < 1e-15);
        // By hand: 8/24. The residuals of x are −1/3, −1, 2, −2/3; 50/9 / 3 / 36.
        assert!((once.variance - 50.0 / 972.0).abs() < 1e-15);
    }

    #[test]
    fn an_arm_without_denominators_has_no_ratio() {
        assert_eq!(sample(&of(&[(0.0, 0.0), (0.0, 0.0)])), None);
        assert_eq!(sample(&of(&[(1.0, 2.0)])), None);
    }
}
