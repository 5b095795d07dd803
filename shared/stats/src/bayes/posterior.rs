//! The posterior distribution of one arm's true value, from the data and a weak prior.

use std::fmt;

use crate::moments::Moments;

/// What is assumed about each arm's true value before there are data. Arms are independent. Its text states it
/// for readers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Prior {
    /// A Beta distribution of a share.
    Beta {
        /// Converted units.
        yes: f64,
        /// Other units.
        no: f64,
    },
    /// A constant density of the mean and of the logarithm of the standard deviation.
    Flat,
}

impl Prior {
    /// The prior of a share: Jeffreys' Beta(½, ½), half a converted unit and half an unconverted one. It has
    /// the weight of one unit. A flat prior has the weight of two and pulls a small arm of a rare goal upwards.
    pub const SHARE: Self = Self::Beta { yes: HALF, no: HALF };

    /// The prior of a mean and of a ratio (Jeffreys'). It has no weight.
    pub const MEAN: Self = Self::Flat;
}

impl fmt::Display for Prior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Beta { yes, no } => write!(f, "Beta({yes}, {no}), independent for each variant"),
            Self::Flat => f.write_str(
                "flat in the mean and in the logarithm of the standard deviation, independent for each variant",
            ),
        }
    }
}

const HALF: f64 = 0.5;

/// The fewest units of an arm with a posterior mean. Below it, the posterior has no variance.
pub const MIN_UNITS: u64 = 4;

/// The density of an arm's true value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Posterior {
    /// The density of a share between 0 and 1.
    Beta {
        /// Converted units including those of the prior; above 0.
        yes: f64,
        /// Other units including those of the prior; above 0.
        no: f64,
    },
    /// The density of a mean: Student's t with a location and a scale.
    Student {
        /// Degrees of freedom, above 2; infinite for a normal distribution.
        freedom: f64,
        /// The location.
        mean: f64,
        /// The standard error; above 0.
        scale: f64,
    },
}

impl Posterior {
    /// Creates the posterior of a binary goal's share from counts, under [`Prior::SHARE`]. Returns None without
    /// units, because it would only repeat the prior, and when more units converted than there are.
    #[must_use]
    pub fn binary(units: u64, converted: u64) -> Option<Self> {
        Self::share(units, converted).filter(|_| units > 0)
    }

    /// Creates the same posterior, or the prior itself without units.
    #[must_use]
    pub fn share(units: u64, converted: u64) -> Option<Self> {
        let others = units.checked_sub(converted)?;
        Some(Self::Beta { yes: count(converted) + HALF, no: count(others) + HALF })
    }

    /// Creates the posterior of the mean of a number per unit, under [`Prior::MEAN`]. Returns None below [`MIN_UNITS`] or when all
    /// units have the same number.
    #[must_use]
    pub fn mean_of(moments: &Moments) -> Option<Self> {
        let variance = moments.variance_of_mean()?;
        let enough = moments.units() >= MIN_UNITS;
        enough.then(|| Self::estimate(moments.mean(), variance.sqrt(), count(moments.units() - 1)))?
    }

    /// Creates the posterior of any quantity with an estimate and its standard error, such as a ratio.
    /// Returns None unless the standard error is above 0 and there are more than two degrees of freedom
    /// (infinite: a normal).
    #[must_use]
    pub fn estimate(mean: f64, standard_error: f64, freedom: f64) -> Option<Self> {
        let sound = mean.is_finite() && standard_error.is_finite() && standard_error > 0.0;
        (sound && freedom > 2.0).then_some(Self::Student { freedom, mean, scale: standard_error })
    }

    /// Returns the posterior mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Beta { yes, no } => yes / (yes + no),
            Self::Student { mean, .. } => mean,
        }
    }

    /// Returns the posterior variance.
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

    /// Returns the mode and the width of the density's middle, on the scale of its grid: the log odds for a
    /// share, the value itself for a mean.
    pub(super) fn middle(&self) -> (f64, f64) {
        match *self {
            Self::Beta { yes, no } => ((yes / no).ln(), ((yes + no) / (yes * no)).sqrt()),
            Self::Student { mean, scale, .. } => (mean, scale),
        }
    }

    /// Returns the middle of a share and its ln(1 + e^place), which [`Self::log_density`] needs at every
    /// point.
    pub(super) fn anchor(&self) -> (f64, f64) {
        match *self {
            Self::Beta { yes, no } => ((yes / no).ln(), (yes / no).ln_1p()),
            Self::Student { .. } => (0.0, 0.0),
        }
    }

    /// Returns the logarithm of the density at `point` divided by that in the middle, and its slope. `anchor`
    /// is [`Self::anchor`].
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

    /// Returns the point of the grid's scale at `place`.
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

    /// Returns the place of `value` on the grid's scale. It is infinite beyond the possible values.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self {
            Self::Beta { .. } if value <= 0.0 => f64::NEG_INFINITY,
            Self::Beta { .. } if value >= 1.0 => f64::INFINITY,
            Self::Beta { .. } => (value / (1.0 - value)).ln(),
            Self::Student { .. } => value,
        }
    }

    /// Returns the derivative of the value by the place, at `value`.
    pub(super) fn stretch(&self, value: f64) -> f64 {
        match self {
            Self::Beta { .. } => value * (1.0 - value),
            Self::Student { .. } => 1.0,
        }
    }

    /// Returns whether the posterior is a share with much of its density at 0 or 1.
    pub(super) fn is_piled(&self) -> bool {
        matches!(*self, Self::Beta { yes, no } if yes < 4.0 || no < 4.0)
    }

    /// Returns whether the two have the same scale.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// A point of a grid's scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// The place on the scale.
    pub place: f64,
    /// The true value at this place.
    pub value: f64,
    /// The derivative of the value by the place.
    pub stretch: f64,
    /// ln(1 + e^place), for shares.
    softplus: f64,
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
fn count(units: u64) -> f64 {
    units as f64
}
