//! The difference of two means at a fixed horizon.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

use crate::moments::Moments;
use crate::sample::Contrast;

/// A difference with its two-sided interval and p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Treatment mean minus control mean.
    pub estimate: f64,
    /// The standard error of the estimate; above 0.
    pub standard_error: f64,
    /// Degrees of freedom; infinite where the normal distribution is used.
    pub freedom: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Two-sided p-value of no difference.
    pub p_value: f64,
}

/// Returns Welch's interval and test of `treatment − control`, at level `alpha` (0.05 for 95 %), for a fixed
/// horizon. It is not valid under repeated interim looks.
///
/// Returns None when an arm has fewer than two units or neither arm varies, because the difference then has
/// no standard error.
///
/// Source: Welch 1947, with the degrees of freedom of Satterthwaite 1946.
#[must_use]
pub fn welch(control: &Moments, treatment: &Moments, alpha: f64) -> Option<Difference> {
    Difference::new(&Contrast::separate(&control.sample()?, &treatment.sample()?)?, alpha)
}

impl Difference {
    /// Returns the t interval and p-value of a contrast, at level `alpha`. Returns None when its degrees of
    /// freedom are not above 0.
    #[must_use]
    pub fn new(contrast: &Contrast, alpha: f64) -> Option<Self> {
        let Contrast { estimate, standard_error, freedom } = *contrast;
        let half = student_quantile(freedom, 1.0 - alpha / 2.0)? * standard_error;
        Some(Self {
            estimate,
            standard_error,
            freedom,
            low: estimate - half,
            high: estimate + half,
            p_value: (2.0 * student_tail(freedom, contrast.t().abs())?).min(1.0),
        })
    }
}

/// Returns Student's quantile, or the normal one at infinite freedom, where the library's search would not
/// terminate.
pub(crate) fn student_quantile(freedom: f64, p: f64) -> Option<f64> {
    if freedom == f64::INFINITY {
        return Some(Normal::standard().inverse_cdf(p));
    }
    StudentsT::new(0.0, 1.0, freedom).ok().map(|distribution| quantile(&distribution, p))
}

/// Returns the probability above `t`.
pub(crate) fn student_tail(freedom: f64, t: f64) -> Option<f64> {
    if freedom == f64::INFINITY {
        return Some(Normal::standard().sf(t));
    }
    StudentsT::new(0.0, 1.0, freedom).ok().map(|distribution| distribution.sf(t))
}

/// Returns Student's quantile by Newton's steps on the library's distribution function. The library's own
/// search is many times slower and less exact. The steps start below the root, at an expansion for many
/// degrees of freedom (Fisher and Cornish 1960). The function is concave there, so each step stays below the
/// root and moves towards it. The result is exact to 1e-9 up to a million degrees of freedom, and to 1e-8
/// beyond.
pub(crate) fn quantile(distribution: &StudentsT, p: f64) -> f64 {
    if p < 0.5 {
        return -quantile(distribution, 1.0 - p);
    }
    let (z, freedom) = (Normal::standard().inverse_cdf(p), distribution.freedom());
    let (cube, fifth) = (z.powi(3), z.powi(5));
    let mut x =
        z + (cube + z) / (4.0 * freedom) + (5.0 * fifth + 16.0 * cube + 3.0 * z) / (96.0 * freedom * freedom);
    for _ in 0..100 {
        let step = (distribution.cdf(x) - p) / distribution.pdf(x);
        x -= step;
        // Each step squares the error, so the error after this step is below rounding.
        if step.abs() <= 1e-7 * x.abs() {
            break;
        }
    }
    x
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
    fn quantiles_match_scipy_for_all_degrees_of_freedom() {
        for (freedom, p, wanted) in [
            (1.0, 0.975, 12.706_204_736_174_694),
            (1.9, 0.975, 4.527_118_077_100_328),
            (3.0, 0.999_5, 12.923_978_636_687_961),
            (17.2, 0.975, 2.107_948_313_457_024_3),
            (17.2, 0.025, -2.107_948_313_457_024_7),
            (198.0, 0.95, 1.652_585_783_617_847_5),
            (10000.0, 0.975, 1.960_201_239_890_626),
            (100_000.0, 0.975, 1.959_987_707_534_609_5),
            (30.0, 0.5, 0.0),
            (f64::INFINITY, 0.975, 1.959_963_984_540_054),
        ] {
            let found = student_quantile(freedom, p).unwrap();
            assert!((found - wanted).abs() < 1e-9 * wanted.abs() + 1e-15, "{freedom} {p}: {found}");
        }
    }

    #[test]
    fn arms_without_variance_or_with_one_unit_have_no_interval() {
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
