//! Intervals and p-values that hold however often one looks, and whenever one stops.
//!
//! Robbins' normal mixture in its t form: the evidence against no difference is how much better the data
//! fit a difference of unknown size, spread normally around 0 with variance ρ² in units of the noise, than
//! none. The chance that it ever reaches 1/α without a difference is at most α.
//!
//! Computed with one variance for both arms and with one for each, and the less certain of the two counts:
//! the first errs when the arms vary differently, the second when one arm is small.
//!
//! Source: Robbins 1970; Lai 1976, "On confidence sequences"; Howard, Ramdas and others 2021;
//! Wang and Ramdas 2024, "Anytime-valid t-tests and confidence sequences for Gaussian means".

use crate::cuped::Adjusted;
use crate::sample::{Contrast, Sample};
use crate::welch::student_tail;

/// It speaks from this many units in the smaller arm.
pub const LEAST_UNITS: f64 = 10.0;

/// How a test is to be watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watch {
    alpha: f64,
    spread: f64,
}

/// What a look shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Treatment minus control.
    pub estimate: f64,
    /// The interval; None while any difference agrees with the data.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p-value of no difference, at this look alone. Report the least so far: see [`least`].
    pub p_value: f64,
}

impl Watch {
    /// At level `alpha` (0.05 for 95 %; above 0 and below 0.5), most powerful around `planned_units`: the
    /// units of both compared arms together at the planned end. None when either is out of range.
    ///
    /// Source of ρ²: Howard, Ramdas and others 2021, section 3.5, as solved by Waudby-Smith and others 2021.
    #[must_use]
    pub fn new(alpha: f64, planned_units: f64) -> Option<Self> {
        let usable = alpha > 0.0 && alpha < 0.5 && planned_units >= 1.0 && planned_units.is_finite();
        let log = -2.0 * alpha.ln();
        usable.then(|| Self { alpha, spread: (log + log.ln_1p()) / planned_units })
    }

    /// Looks at two arms. None before each has 10 units, and when neither varies.
    #[must_use]
    pub fn look(&self, control: &Sample, treatment: &Sample) -> Option<Look> {
        let units = enough(control.units, treatment.units)?;
        self.judge(&both(control, treatment)?, units)
    }

    /// Looks at two arms adjusted by a covariate. None before each has 10 units.
    #[must_use]
    pub fn look_adjusted(&self, adjusted: &Adjusted) -> Option<Look> {
        let units = enough(adjusted.units.0, adjusted.units.1)?;
        self.judge(&[adjusted.contrast, adjusted.separate], units)
    }

    /// The p-value that the true difference is at most `bound`, one-sided; `treatment − control` as in
    /// the samples. Valid at every look like the two-sided one.
    ///
    /// Evidence spread over the positive half only: the two-sided one times twice the probability that
    /// the difference is positive, given the data and the mixture.
    #[must_use]
    pub fn at_most(&self, control: &Sample, treatment: &Sample, bound: f64) -> Option<f64> {
        let units = enough(control.units, treatment.units)?;
        self.judge_at_most(&both(control, treatment)?, units, bound)
    }

    /// The same as [`Self::at_most`] for any readings of one difference of arms of `units` together, such
    /// as both of an [`Adjusted`]. The 10 units an arm are the caller's to see to.
    #[must_use]
    pub fn judge_at_most(&self, contrasts: &[Contrast], units: f64, bound: f64) -> Option<f64> {
        let mut p_value = 0.0_f64;
        for contrast in contrasts {
            let moved = Contrast { estimate: contrast.estimate - bound, ..*contrast };
            p_value = p_value.max((-self.log_one_sided(&moved, units)?).exp().min(1.0));
        }
        Some(p_value)
    }

    /// The less certain of several readings of one difference of arms of `units` together. The 10 units
    /// an arm are the caller's to see to. None without a reading.
    #[must_use]
    pub fn judge(&self, contrasts: &[Contrast], units: f64) -> Option<Look> {
        let estimate = contrasts.first()?.estimate;
        let (mut half, mut p_value) = (Some(0.0_f64), 0.0_f64);
        for contrast in contrasts {
            half = half.zip(self.half_width(contrast, units)).map(|(a, b)| a.max(b));
            p_value = p_value.max((-self.log_evidence(contrast, units)).exp().min(1.0));
        }
        Some(Look { estimate, interval: half.map(|half| (estimate - half, estimate + half)), p_value })
    }

    /// ln E = −½ ln(1+Nρ²) + ½(ν+1)[ln(1+T²/ν) − ln(1+T²/(ν(1+Nρ²)))].
    fn log_evidence(&self, contrast: &Contrast, units: f64) -> f64 {
        let (growth, freedom) = (1.0 + units * self.spread, contrast.freedom);
        let square = contrast.t().powi(2) / freedom;
        -0.5 * growth.ln() + 0.5 * (freedom + 1.0) * (square.ln_1p() - (square / growth).ln_1p())
    }

    /// The largest distance from the estimate whose evidence stays below 1/α: ln E = −ln α, solved for T.
    fn half_width(&self, contrast: &Contrast, units: f64) -> Option<f64> {
        let (growth, freedom) = (1.0 + units * self.spread, contrast.freedom);
        let needed = (growth.ln() - 2.0 * self.alpha.ln()) / (freedom + 1.0);
        let known = 1.0 - needed.exp() / growth;
        (known > 0.0).then(|| (freedom * needed.exp_m1() / known).sqrt() * contrast.standard_error)
    }

    /// With the mixture as prior and no opinion on the noise, the difference has a t distribution with
    /// ν+1 degrees of freedom (Pérez-Ortiz, Lardy, de Heide and Grünwald 2024, section 4).
    fn log_one_sided(&self, contrast: &Contrast, units: f64) -> Option<f64> {
        let (growth, freedom) = (1.0 + units * self.spread, contrast.freedom);
        let t = contrast.t();
        let scale = ((freedom + t * t / growth) / (freedom + 1.0)).sqrt();
        let centre = t * (1.0 - 1.0 / growth).sqrt() / scale;
        let positive = student_tail(freedom + 1.0, -centre)?;
        Some(self.log_evidence(contrast, units) + (2.0 * positive).ln())
    }
}

/// The p-value to report at a look: the least of all looks so far, of which `before` is that of the
/// earlier ones. A look that says nothing changes nothing.
#[must_use]
pub fn least(before: Option<f64>, now: Option<f64>) -> Option<f64> {
    match (before, now) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The units of both arms, once each has enough.
fn enough(a: f64, b: f64) -> Option<f64> {
    (a.min(b) >= LEAST_UNITS).then_some(a + b)
}

fn both(control: &Sample, treatment: &Sample) -> Option<[Contrast; 2]> {
    Some([Contrast::pooled(control, treatment)?, Contrast::separate(control, treatment)?])
}

#[cfg(test)]
#[path = "always_valid/tests.rs"]
mod tests;
