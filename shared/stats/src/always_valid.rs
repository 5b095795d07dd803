//! Always-valid intervals and p-values: they are valid at every interim look and for every stopping rule.
//!
//! The method is Robbins' normal mixture in its t form. The evidence against "no difference" is how much
//! better the data fit a difference of unknown size than no difference. The unknown difference has a normal
//! distribution around 0 with variance ρ² in units of the noise. Without a difference, the probability that
//! the evidence ever reaches 1/α is at most α.
//!
//! The evidence is computed with one variance for both arms and with a separate variance for each arm, and
//! the less certain result is used. The first alone errs when the variances of the arms differ, the second
//! alone when one arm is small.
//!
//! Source: Robbins 1970; Lai 1976, "On confidence sequences"; Howard, Ramdas and others 2021; Wang and Ramdas
//! 2024, "Anytime-valid t-tests and confidence sequences for Gaussian means".

use statrs::distribution::{ContinuousCDF, Normal};

use crate::cuped::Adjusted;
use crate::sample::{Contrast, Sample};
use crate::welch::student_tail;

/// The fewest units in the smaller arm for which there is a reading.
pub const MIN_UNITS: f64 = 10.0;

/// The parameters of a sequential test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequentialTest {
    alpha: f64,
    spread: f64,
}

/// The result of an interim look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterimLook {
    /// Treatment minus control.
    pub estimate: f64,
    /// The interval. None while every difference agrees with the data.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p-value of no difference, at this interim look alone. Report the lowest so far: see
    /// [`lowest`].
    pub p_value: f64,
}

impl SequentialTest {
    /// Creates a test at level `alpha` (0.05 for 95 %; above 0 and below 0.5) that is most powerful around
    /// `planned_units`: the units of both compared arms together at the fixed horizon. Returns None when
    /// either is out of range.
    ///
    /// Source of ρ²: Howard, Ramdas and others 2021, section 3.5, as solved by Waudby-Smith and others 2021.
    #[must_use]
    pub fn new(alpha: f64, planned_units: f64) -> Option<Self> {
        let usable = alpha > 0.0 && alpha < 0.5 && planned_units >= 1.0 && planned_units.is_finite();
        let log = -2.0 * alpha.ln();
        usable.then(|| Self { alpha, spread: (log + log.ln_1p()) / planned_units })
    }

    /// Returns the same test at another level, with the same p-values and most powerful around the same plan.
    #[must_use]
    pub fn at_level(&self, alpha: f64) -> Self {
        Self { alpha, ..*self }
    }

    /// Reads two arms. Returns None below 10 units in either arm. The interval is None when neither arm varies.
    #[must_use]
    pub fn look(&self, control: &Sample, treatment: &Sample) -> Option<InterimLook> {
        let units = enough(control.units, treatment.units)?;
        both(control, treatment)
            .map_or_else(|| Some(self.constant(control, treatment)), |both| self.judge(&both, units))
    }

    /// Reads two arms that are adjusted by a covariate. Returns None below 10 units in either arm.
    #[must_use]
    pub fn look_adjusted(&self, adjusted: &Adjusted) -> Option<InterimLook> {
        let units = enough(adjusted.units.0, adjusted.units.1)?;
        self.judge(&[adjusted.contrast, adjusted.separate], units)
    }

    /// Returns the one-sided p-value that the true difference, `treatment − control`, is at most `bound`. It
    /// is valid at every interim look, as the two-sided p-value is.
    ///
    /// The evidence uses the positive half of the mixture only. It is the two-sided evidence times twice the
    /// probability that the difference is positive, given the data and the mixture.
    #[must_use]
    pub fn at_most(&self, control: &Sample, treatment: &Sample, bound: f64) -> Option<f64> {
        let units = enough(control.units, treatment.units)?;
        if let Some(both) = both(control, treatment) {
            return self.judge_at_most(&both, units, bound);
        }
        // Arms without any variation do not show what rare units would do, however wide the margin is.
        let look = self.constant(control, treatment);
        let shown = look.p_value < 1.0 && look.estimate > bound;
        Some(if shown { look.p_value / 2.0 } else { 1.0 })
    }

    /// Does the same as [`Self::at_most`] for several readings of one difference, such as both readings of an
    /// [`Adjusted`]. `units` is the number of units of both arms together. The caller must check that each
    /// arm has 10 units.
    #[must_use]
    pub fn judge_at_most(&self, contrasts: &[Contrast], units: f64, bound: f64) -> Option<f64> {
        let mut p_value = 0.0_f64;
        for contrast in contrasts {
            let moved = Contrast { estimate: contrast.estimate - bound, ..*contrast };
            p_value = p_value.max((-self.log_one_sided(&moved, units)?).exp().min(1.0));
        }
        Some(p_value)
    }

    /// Returns the least certain of several readings of one difference. `units` is the number of units of
    /// both arms together. The caller must check that each arm has 10 units. Returns None without a reading.
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

    /// Reads two arms in which all units are equal: the limit of the evidence as the variance goes to 0, with
    /// the lowest number of degrees of freedom that either reading could have, which is that of the smaller
    /// arm. Equal arms have a p-value of 1.
    ///
    /// From 10 units in each arm, it errs at most once in 100,000 interim looks: the probability that units
    /// of one distribution separate into two values by arm is at most 2 · 4⁻¹⁰.
    fn constant(&self, control: &Sample, treatment: &Sample) -> InterimLook {
        let estimate = treatment.mean - control.mean;
        let freedom = control.units.min(treatment.units) - 1.0;
        let log_evidence = 0.5 * freedom * ((control.units + treatment.units) * self.spread).ln_1p();
        let p_value = if estimate.abs() > 0.0 { (-log_evidence).exp() } else { 1.0 };
        InterimLook { estimate, interval: None, p_value }
    }

    /// Returns the less certain of `look` and of the p-value of a permutation or randomization test of the
    /// same arms. `by_chance` is that two-sided p-value at one interim look, and `units` the number of units
    /// of both arms together. The p-value becomes the normal score to which it belongs, and the score becomes
    /// the mixture's evidence.
    ///
    /// An interval that excludes 0 although this evidence does not reject 0 is widened until it contains 0.
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

    /// Returns the less certain of the one-sided p-value `p_value` and of the p-value of a permutation or
    /// randomization test of the same arms. `by_chance` is two-sided, at one interim look, and its difference
    /// lies on the side of the one-sided p-value. `units` is the number of units of both arms together.
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

    /// Returns the largest distance from the estimate whose evidence is below 1/α: ln E = −ln α, solved for
    /// T.
    fn half_width(&self, contrast: &Contrast, units: f64) -> Option<f64> {
        let (growth, freedom) = (1.0 + units * self.spread, contrast.freedom);
        let needed = (growth.ln() - 2.0 * self.alpha.ln()) / (freedom + 1.0);
        let known = 1.0 - needed.exp() / growth;
        (known > 0.0).then(|| (freedom * needed.exp_m1() / known).sqrt() * contrast.standard_error)
    }

    /// Returns the one-sided evidence. With the mixture as prior and a noninformative prior of the noise, the
    /// difference has a t distribution with ν+1 degrees of freedom (Pérez-Ortiz, Lardy, de Heide and Grünwald
    /// 2024, section 4).
    fn log_one_sided(&self, contrast: &Contrast, units: f64) -> Option<f64> {
        let (growth, freedom) = (1.0 + units * self.spread, contrast.freedom);
        let t = contrast.t();
        let scale = ((freedom + t * t / growth) / (freedom + 1.0)).sqrt();
        let centre = t * (1.0 - 1.0 / growth).sqrt() / scale;
        let positive = student_tail(freedom + 1.0, -centre)?;
        Some(self.log_evidence(contrast, units) + (2.0 * positive).ln())
    }
}

/// Returns the p-value to report at an interim look: the lowest of all interim looks so far. `before` is that
/// of earlier interim looks. An interim look without a p-value changes nothing.
#[must_use]
pub fn lowest(before: Option<f64>, now: Option<f64>) -> Option<f64> {
    match (before, now) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Returns the units of both arms if each has enough.
fn enough(a: f64, b: f64) -> Option<f64> {
    (a.min(b) >= MIN_UNITS).then_some(a + b)
}

fn both(control: &Sample, treatment: &Sample) -> Option<[Contrast; 2]> {
    Some([Contrast::pooled(control, treatment)?, Contrast::separate(control, treatment)?])
}

#[cfg(test)]
#[path = "always_valid/tests.rs"]
mod tests;
