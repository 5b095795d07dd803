//! Variance reduction by a covariate (CUPED): the analysis of covariance.
//!
//! The test cannot affect a covariate that was measured before assignment. The part of an outcome that the
//! covariate predicts is therefore noise that can be removed.
//!
//! Source: Fisher 1932; Deng, Xu, Kohavi and Walker 2013 (CUPED); Lin 2013 on its validity under
//! randomization.

use crate::joint::Joint;
use crate::moments::count;
use crate::sample::Contrast;

/// A difference without the part that the covariate predicts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// The slope: outcome per unit of covariate, estimated within the arms.
    pub theta: f64,
    /// The adjusted difference with the standard error and n − 3 degrees of freedom of the analysis of
    /// covariance. [`crate::welch::Difference::new`] computes its interval.
    pub contrast: Contrast,
    /// The same with a separate variance for each arm and Satterthwaite's degrees of freedom, for
    /// [`crate::always_valid`].
    pub separate: Contrast,
    /// The share of the raw difference's variance that is saved, at most 1. It is below 0 when a useless
    /// covariate costs more than it saves.
    pub variance_saved: f64,
    /// Units in control and in treatment.
    pub units: (f64, f64),
}

/// Adjusts `treatment − control` of the outcomes x by the covariates y.
///
/// θ is estimated from the deviations within each arm. If it were estimated over all units together, a real
/// difference between the arms would bias θ, and the result towards zero.
///
/// Returns None with fewer than two units in an arm or four in all, when the covariate does not vary within
/// the arms, or when the outcome is an exact function of it. In these cases, show the raw difference.
#[must_use]
pub fn cuped(control: &Joint, treatment: &Joint) -> Option<Adjusted> {
    let arms = [control, treatment];
    let (a, b) = (count(control.units()), count(treatment.units()));
    let freedom = a + b - 3.0;
    let spread: f64 = arms.iter().map(|arm| arm.y().squares()).sum();
    if a.min(b) < 2.0 || freedom < 1.0 || spread <= 0.0 {
        return None;
    }
    let theta = arms.iter().map(|arm| arm.products()).sum::<f64>() / spread;
    let left = arms.map(|arm| arm.squares_along(theta));
    let apart = treatment.y().mean() - control.y().mean();
    let estimate = treatment.x().mean() - control.x().mean() - theta * apart;
    let reach = 1.0 / a + 1.0 / b + apart * apart / spread;
    let variance = (left[0] + left[1]) / freedom * reach;
    let raw: f64 = arms.iter().map(|arm| arm.x().squares()).sum();
    if variance <= 0.0 || raw <= 0.0 {
        return None;
    }
    let raw_variance = raw / (a + b - 2.0) * (1.0 / a + 1.0 / b);
    Some(Adjusted {
        theta,
        contrast: Contrast { estimate, standard_error: variance.sqrt(), freedom },
        separate: separate(arms, left, apart / spread, estimate),
        variance_saved: 1.0 - variance / raw_variance,
        units: (a, b),
    })
}

/// Gives each arm its own residual variance. The degree of freedom of θ is divided by units.
fn separate(arms: [&Joint; 2], left: [f64; 2], lever: f64, estimate: f64) -> Contrast {
    let units = arms.map(|arm| count(arm.units()));
    let all = units[0] + units[1];
    let (mut variance, mut uncertainty) = (0.0, 0.0);
    for (arm, (n, left)) in arms.iter().zip(units.into_iter().zip(left)) {
        let freedom = (n - 1.0) * (all - 3.0) / (all - 2.0);
        let part = left / freedom * (1.0 / n + lever * lever * arm.y().squares());
        variance += part;
        uncertainty += part * part / freedom;
    }
    Contrast { estimate, standard_error: variance.sqrt(), freedom: variance * variance / uncertainty }
}

#[cfg(test)]
#[path = "cuped/tests.rs"]
mod tests;
