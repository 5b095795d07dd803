//! What the data and a weak prior leave possible for one arm's true value.

use crate::moments::Moments;

/// The prior of a share: Jeffreys' Beta(½, ½), half a converted unit and half an unconverted one. It
/// weighs as much as one unit. A flat prior weighs two and pulls a small arm of a rare goal upwards.
pub const PRIOR: (f64, f64) = (0.5, 0.5);

/// Fewest units of an arm with a posterior mean: below it the posterior has no spread.
///
/// The prior of a mean is flat, and so is that of the logarithm of the spread (Jeffreys').
pub const LEAST_UNITS: u64 = 4;

/// The density of an arm's true value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Posterior {
    /// Of a share between 0 and 1.
    Beta {
        /// Converted units with the prior's; above 0.
        yes: f64,
        /// Other units with the prior's; above 0.
        no: f64,
    },
    /// Of a mean: Student's t, moved and stretched.
    Student {
        /// Degrees of freedom, above 2; infinite for a normal distribution.
        freedom: f64,
        /// The middle.
        mean: f64,
        /// The standard error; above 0.
        scale: f64,
    },
}

impl Posterior {
    /// Of a binary goal's share, from counts. None when more converted than there are.
    #[must_use]
    pub fn binary(units: u64, converted: u64) -> Option<Self> {
        let others = units.checked_sub(converted)?;
        Some(Self::Beta { yes: count(converted) + PRIOR.0, no: count(others) + PRIOR.1 })
    }

    /// Of the mean of a number per unit. None below [`LEAST_UNITS`] or when all units have the same
    /// number.
    #[must_use]
    pub fn mean_of(moments: &Moments) -> Option<Self> {
        let variance = moments.variance_of_mean()?;
        let enough = moments.units() >= LEAST_UNITS;
        enough.then(|| Self::estimate(moments.mean(), variance.sqrt(), count(moments.units() - 1)))?
    }

    /// Of anything with an estimate and its standard error, such as a ratio. None unless the standard
    /// error is above 0 and there are more than two degrees of freedom (infinite: a normal).
    #[must_use]
    pub fn estimate(mean: f64, standard_error: f64, freedom: f64) -> Option<Self> {
        let sound = mean.is_finite() && standard_error.is_finite() && standard_error > 0.0;
        (sound && freedom > 2.0).then_some(Self::Student { freedom, mean, scale: standard_error })
    }

    /// The posterior mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Beta { yes, no } => yes / (yes + no),
            Self::Student { mean, .. } => mean,
        }
    }

    /// The posterior variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match *self {
            Self::Beta { yes, no } => yes * no / ((yes + no).powi(2) * (yes + no + 1.0)),
            Self::Student { freedom, scale, .. } if freedom.is_finite() => {
                scale * scale * freedom / (freedom - 2.0)
            }
            Self::Student { scale, .. } => scale * scale,
        }
    }

    /// The most likely place and the width of the density's middle, on the scale of its grid: of the
    /// log odds for a share, of the value itself for a mean.
    pub(super) fn middle(&self) -> (f64, f64) {
        match *self {
            Self::Beta { yes, no } => ((yes / no).ln(), ((yes + no) / (yes * no)).sqrt()),
            Self::Student { mean, scale, .. } => (mean, scale),
        }
    }

    /// The middle of a share and its ln(1 + e^place): what [`Self::log_density`] takes at every point.
    pub(super) fn anchor(&self) -> (f64, f64) {
        match *self {
            Self::Beta { yes, no } => ((yes / no).ln(), (yes / no).ln_1p()),
            Self::Student { .. } => (0.0, 0.0),
        }
    }

    /// The logarithm of the density at `point` over that in the middle, and the slope of it; `anchor` is
    /// [`Self::anchor`].
    pub(super) fn log_density(&self, point: &Point, anchor: (f64, f64)) -> (f64, f64) {
        match *self {
            Self::Beta { yes, no } => {
                let rise = point.softplus - anchor.1;
                (yes * (point.place - anchor.0) - (yes + no) * rise, yes - (yes + no) * point.value)
            }
            Self::Student { freedom, mean, scale } => {
                let z = (point.place - mean) / scale;
                if freedom.is_finite() {
                    let slope = -(freedom + 1.0) * z / (freedom + z * z) / scale;
                    (-0.5 * (freedom + 1.0) * (z * z / freedom).ln_1p(), slope)
                } else {
                    (-0.5 * z * z, -z / scale)
                }
            }
        }
    }

    /// The point of the grid's scale at `place`.
    pub(super) fn point(&self, place: f64) -> Point {
        match self {
            Self::Beta { .. } => {
                let small = (-place.abs()).exp();
                let large = 1.0 / (1.0 + small);
                let value = if place < 0.0 { small * large } else { large };
                let stretch = small * large * large;
                Point { place, value, stretch, softplus: place.max(0.0) + small.ln_1p() }
            }
            Self::Student { .. } => Point { place, value: place, stretch: 1.0, softplus: 0.0 },
        }
    }

    /// Where `value` lies on the grid's scale; infinite beyond the possible values.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self {
            Self::Beta { .. } if value <= 0.0 => f64::NEG_INFINITY,
            Self::Beta { .. } if value >= 1.0 => f64::INFINITY,
            Self::Beta { .. } => (value / (1.0 - value)).ln(),
            Self::Student { .. } => value,
        }
    }

    /// How fast the value grows with the place, at `value`.
    pub(super) fn stretch(&self, value: f64) -> f64 {
        match self {
            Self::Beta { .. } => value * (1.0 - value),
            Self::Student { .. } => 1.0,
        }
    }

    /// Whether it is a share with much of its density right at 0 or 1.
    pub(super) fn is_piled(&self) -> bool {
        matches!(*self, Self::Beta { yes, no } if yes < 4.0 || no < 4.0)
    }

    /// Whether the two have the same scale.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// A point of a grid's scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// On the scale.
    pub place: f64,
    /// The true value it stands for.
    pub value: f64,
    /// How fast the value grows with the place.
    pub stretch: f64,
    /// ln(1 + e^place), for shares.
    softplus: f64,
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
fn count(units: u64) -> f64 {
    units as f64
}
