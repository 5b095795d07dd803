//! The outcomes of simulated units, and how they change while a test runs.

use crate::chance::Chance;

/// The drift of the base rate from the first unit to the last, as factors of the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drift {
    /// From half to one and a half times.
    Rise,
    /// From one and a half times to half.
    Fall,
    /// Half, then one and a half times from the middle on.
    Step,
    /// No drift.
    None,
}

impl Drift {
    fn factor(self, time: f64) -> f64 {
        match self {
            Self::Rise => 0.5 + time,
            Self::Fall => 1.5 - time,
            Self::Step => 0.5 + f64::from(u8::from(time >= 0.5)),
            Self::None => 1.0,
        }
    }
}

/// The distribution of a unit's number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Whether it converts, with this rate.
    Binary(f64),
    /// Poisson with this mean.
    Poisson(f64),
    /// Poisson whose mean is gamma with shape 0.5 and this mean.
    Dispersed(f64),
    /// 0 with probability 0.8, else gamma with shape 0.5.
    ZeroInflated,
    /// Lognormal with this σ.
    Lognormal(f64),
}

impl Outcome {
    /// The name of the outcome in a table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Binary(rate) => format!("binary, {:.0} %", 100.0 * rate),
            Self::Poisson(mean) => format!("Poisson, mean {mean}"),
            Self::Dispersed(mean) => format!("over-dispersed count, mean {mean}"),
            Self::ZeroInflated => "gamma of shape 0.5, 80 % zeros".to_owned(),
            Self::Lognormal(sigma) => format!("lognormal, σ {sigma}"),
        }
    }

    /// Returns whether the outcome is binary.
    #[must_use]
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Binary(_))
    }

    /// Returns the mean at the middle of the drift.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Self::Binary(mean) | Self::Poisson(mean) | Self::Dispersed(mean) => mean,
            Self::ZeroInflated => 0.2,
            Self::Lognormal(sigma) => (sigma * sigma / 2.0).exp(),
        }
    }

    /// Draws a unit at `time`, 0 to 1. An effect is added to a rate, and multiplies numbers by 1 + effect.
    pub(super) fn draw(self, drift: Drift, time: f64, effect: f64, chance: &mut Chance) -> f64 {
        let factor = drift.factor(time);
        let scale = factor * (1.0 + effect);
        match self {
            Self::Binary(rate) => f64::from(u8::from(chance.happens(rate * factor + effect))),
            Self::Poisson(mean) => poisson(mean * scale, chance),
            Self::Dispersed(mean) => {
                let mean = mean * scale * gamma_half(chance);
                poisson(mean, chance)
            }
            Self::ZeroInflated if chance.happens(0.2) => scale * gamma_half(chance),
            Self::ZeroInflated => 0.0,
            Self::Lognormal(sigma) => scale * (sigma * chance.normal()).exp(),
        }
    }
}

/// Returns a gamma number of shape 0.5 and mean 1: the square of a normal one.
fn gamma_half(chance: &mut Chance) -> f64 {
    chance.normal().powi(2)
}

/// Returns a Poisson number (Knuth 1969).
fn poisson(mean: f64, chance: &mut Chance) -> f64 {
    let limit = (-mean).exp();
    let (mut product, mut number) = (chance.uniform(), 0.0);
    while product > limit {
        product *= chance.uniform();
        number += 1.0;
    }
    number
}
