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

use statrs::distribution::{ContinuousCDF, Normal};

use crate::cuped::Adjusted;
use crate::sample::{Contrast, Sample};
use crate::welch::student_tail;

/// It speaks from this many units in the smaller arm.
pub const LEAST_UNITS: f64 = 10.0;

/// How a test is to be watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequentialTest {
    alpha: f64,
    spread: f64,
}

/// What a look shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterimLook {
    /// Treatment minus control.
    pub estimate: f64,
    /// The interval; None while any difference agrees with the data.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p-value of no difference, at this look alone. Report the least so far: see [`least`].
    pub p_value: f64,
}

impl SequentialTest {
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

    /// The same way of watching at another level: as powerful around the same plan, with the same p-values.
    #[must_use]
    pub fn at_level(&self, alpha: f64) -> Self {
        Self { alpha, ..*self }
    }

    /// Looks at two arms. None before each has 10 units. Without an interval when neither varies.
    #[must_use]
    pub fn look(&self, control: &Sample, treatment: &Sample) -> Option<InterimLook> {
        let units = enough(control.units, treatment.units)?;
        both(control, treatment)
            .map_or_else(|| Some(self.constant(control, treatment)), |both| self.judge(&both, units))
    }

    /// Looks at two arms adjusted by a covariate. None before each has 10 units.
    #[must_use]
    pub fn look_adjusted(&self, adjusted: &Adjusted) -> Option<InterimLook> {
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
        if let Some(both) = both(control, treatment) {
            return self.judge_at_most(&both, units, bound);
        }
        // Arms that are all alike leave open what rare units would do, however wide the margin is.
        let look = self.constant(control, treatment);
        let shown = look.p_value < 1.0 && look.estimate > bound;
        Some(if shown { look.p_value / 2.0 } else { 1.0 })
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
    pub fn judge(&self, contrasts: &[Contrast], units: f64) -> Option<InterimLook> {
        let estimate = contrasts.first()?.estimate;
        let (mut half, mut p_value) = (Some(0.0_f64), 0.0_f64);
        for contrast in contrasts {
            half = half.zip(self.half_width(contrast, units)).map(|(a, b)| a.max(b));
            p_value = p_value.max((-self.log_evidence(contrast, units)).exp().min(1.0));
        }
        Some(InterimLook { estimate, interval: half.map(|half| (estimate - half, estimate + half)), p_value })
    }

    /// Two arms in which all units are alike: what the evidence tends to as the variance goes to 0, with the
    /// fewest degrees of freedom that both could have, the smaller arm's. None without a difference.
    ///
    /// From 10 units an arm it cannot err more than once in 100,000 looks: units of one distribution fall
    /// apart into two values by arm with a chance of at most 2 · 4⁻¹⁰.
    fn constant(&self, control: &Sample, treatment: &Sample) -> InterimLook {
        let estimate = treatment.mean - control.mean;
        let freedom = control.units.min(treatment.units) - 1.0;
        let log_evidence = 0.5 * freedom * ((control.units + treatment.units) * self.spread).ln_1p();
        let p_value = if estimate.abs() > 0.0 { (-log_evidence).exp() } else { 1.0 };
        InterimLook { estimate, interval: None, p_value }
    }

    /// A look at arms of `units` together whose p-value by chance alone is known too, such as a permutation
    /// test's: the less certain of the two counts. `by_chance` is two-sided and of one look; it becomes the
    /// normal score that has it, and that score the mixture's evidence.
    ///
    /// An interval that leaves 0 out against that evidence is stretched until it does not.
    #[must_use]
    pub fn confirmed(&self, look: &InterimLook, by_chance: f64, units: f64) -> InterimLook {
        let score = Normal::standard().inverse_cdf(1.0 - by_chance.clamp(1e-15, 1.0) / 2.0);
        let growth = 1.0 + units * self.spread;
        let known = 1.0 - 1.0 / growth;
        let log_evidence = 0.5 * (score * score * known - growth.ln());
        let needed = ((growth.ln() - 2.0 * self.alpha.ln()) / known).sqrt();
        let stretched = look.interval.map(|(low, high)| {
            let half = (high - low) / 2.0;
            let open = look.estimate.abs() * needed / score.max(f64::MIN_POSITIVE);
            let half = if look.estimate.abs() > half { half.max(open) } else { half };
            (look.estimate - half, look.estimate + half)
        });
        let interval = stretched.filter(|(low, high)| low.is_finite() && high.is_finite());
        InterimLook { interval, p_value: look.p_value.max((-log_evidence).exp().min(1.0)), ..*look }
    }

    /// The one-sided p-value `p_value` of arms of `units` together, with the evidence of a test by chance
    /// alone beside it: `by_chance` is two-sided, of one look, and points to the side in question.
    #[must_use]
    pub fn confirmed_one_sided(&self, p_value: f64, by_chance: f64, units: f64) -> f64 {
        let score = Normal::standard().inverse_cdf(1.0 - by_chance.clamp(1e-15, 1.0) / 2.0);
        let growth = 1.0 + units * self.spread;
        let known = 1.0 - 1.0 / growth;
        let positive = Normal::standard().cdf(score * known.sqrt());
        let log_evidence = 0.5 * (score * score * known - growth.ln()) + (2.0 * positive).ln();
        p_value.max((-log_evidence).exp().min(1.0))
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
