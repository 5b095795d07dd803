//! The difference of two means.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::moments::Moments;

/// A difference with its two-sided interval and p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Treatment mean minus control mean.
    pub estimate: f64,
    /// The standard error of the estimate; above 0.
    pub standard_error: f64,
    /// Degrees of freedom.
    pub freedom: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Two-sided p-value of no difference.
    pub p_value: f64,
}

/// Welch's interval and test on `treatment − control`, at level `alpha` (0.05 for 95 %), for a
/// planned stop: looking at it again and again is not what it was made for.
///
/// None when an arm has fewer than two units or neither arm varies: then there is nothing to
/// measure the difference against.
///
/// Source: Welch 1947, with the degrees of freedom of Satterthwaite 1946.
#[must_use]
pub fn welch(control: &Moments, treatment: &Moments, alpha: f64) -> Option<Difference> {
    let share = |m: &Moments| Some((m.variance_of_mean()?, count(m) - 1.0));
    let ((a, a_freedom), (b, b_freedom)) = (share(control)?, share(treatment)?);
    let variance = a + b;
    if variance <= 0.0 {
        return None;
    }
    let freedom = variance * variance / (a * a / a_freedom + b * b / b_freedom);
    let estimate = treatment.mean() - control.mean();
    let standard_error = variance.sqrt();
    let distribution = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let half = quantile(&distribution, 1.0 - alpha / 2.0) * standard_error;
    Some(Difference {
        estimate,
        standard_error,
        freedom,
        low: estimate - half,
        high: estimate + half,
        p_value: (2.0 * distribution.sf((estimate / standard_error).abs())).min(1.0),
    })
}

/// The library's quantile, sharpened by Newton steps on its own distribution function.
pub(crate) fn quantile(distribution: &StudentsT, p: f64) -> f64 {
    use statrs::distribution::Continuous;
    let mut x = distribution.inverse_cdf(p);
    for _ in 0..3 {
        x -= (distribution.cdf(x) - p) / distribution.pdf(x);
    }
    x
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
fn count(moments: &Moments) -> f64 {
    moments.units() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(yes: u32, no: u32) -> Moments {
        let mut moments = Moments::default();
        (0..yes).for_each(|_| moments.add(1.0));
        (0..no).for_each(|_| moments.add(0.0));
        moments
    }

    #[test]
    fn arms_that_do_not_vary_or_hold_one_unit_have_no_interval() {
        assert_eq!(welch(&converted(0, 10), &converted(10, 0), 0.05), None);
        assert_eq!(welch(&converted(1, 0), &converted(5, 5), 0.05), None);
    }

    #[test]
    fn equal_arms_have_a_p_value_of_one() {
        let difference = welch(&converted(5, 5), &converted(5, 5), 0.05).unwrap();
        assert!(difference.estimate.abs() < f64::EPSILON);
        assert!((difference.p_value - 1.0).abs() < f64::EPSILON);
    }
}
