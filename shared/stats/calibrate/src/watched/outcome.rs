//! The outcomes of simulated units.

use super::test::OPERATOR_DAY;
use crate::goals::{Goal, Random};
use crate::heavy::{Visitors, account};

/// The distribution of a unit's outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A goal of the other tables.
    Plain(Goal),
    /// Conversions per visitor, for accounts with this distribution of visitors.
    Visitors(Visitors),
    /// An amount: 0 for 70 % of units, gamma with shape ½ for the others.
    ZeroInflatedGamma,
    /// An amount: lognormal with this σ.
    Lognormal(f64),
    /// An amount: Pareto with index 1.5, and 1,000 for one unit of each plan on average.
    Whale,
    /// Whether the unit converts. Six of ten units do at 5 %, three at 20 % and one at 60 %.
    Tiers,
    /// Whether the unit converts. The rate rises from 10 to 40 % over 40 days, and is half of that at weekends.
    Season,
    /// Whether the unit converts: 20 % of units do, and 40 % of those that are assigned after the operator's look.
    Rising,
    /// A skewed sum, three times as high for units that are assigned after the operator's look.
    Tripling,
    /// A normal number with this correlation to a covariate. A lift is in standard deviations.
    Covariate(f64),
}

/// How an outcome is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By means.
    Amounts,
    /// By ratios.
    Ratios,
    /// By means, adjusted by a covariate.
    Adjusted,
}

/// What a unit's outcome depends on, besides chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circumstances {
    /// The share by which treatment raises the mean.
    pub lift: f64,
    /// The day of assignment.
    pub day: f64,
    /// The planned units of the test.
    pub planned: f64,
}

/// The outcome of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// The number or the numerator, and 1 or the denominator.
    pub pair: (f64, f64),
    /// The covariate, or 0.
    pub covariate: f64,
}

impl Outcome {
    /// Returns how it is compared.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Plain(Goal::Ratio) | Self::Visitors(_) => Kind::Ratios,
            Self::Covariate(_) => Kind::Adjusted,
            _ => Kind::Amounts,
        }
    }

    /// Returns whether it is 1 or 0.
    #[must_use]
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Plain(Goal::Binary(_)) | Self::Tiers | Self::Season | Self::Rising)
    }

    /// Draws the outcome of one unit.
    #[must_use]
    pub fn draw(self, at: &Circumstances, random: &mut Random) -> Value {
        let raised = 1.0 + at.lift;
        let number = match self {
            Self::Plain(goal) => return Value { pair: goal.unit(random, at.lift), covariate: 0.0 },
            Self::Visitors(visitors) => {
                return Value { pair: account(visitors, at.lift, random), covariate: 0.0 };
            }
            Self::Covariate(correlation) => {
                let covariate = random.normal();
                let rest = (1.0 - correlation * correlation).sqrt() * random.normal();
                return Value { pair: (correlation * covariate + rest + at.lift, 1.0), covariate };
            }
            Self::ZeroInflatedGamma if random.even() < 0.7 => 0.0,
            // Half the square of a normal number has a gamma distribution with shape ½.
            Self::ZeroInflatedGamma => raised * random.normal().powi(2) / 2.0,
            Self::Lognormal(sigma) => raised * (sigma * random.normal()).exp(),
            Self::Whale if random.even() < 1.0 / at.planned => 1_000.0 * raised,
            Self::Whale => raised * (1.0 - random.even()).powf(-1.0 / 1.5),
            Self::Tiers => converts(tier(random.even()) * raised, random),
            Self::Season => converts(season(at.day) * raised, random),
            Self::Rising => converts(if at.day < OPERATOR_DAY { 0.2 } else { 0.4 } * raised, random),
            Self::Tripling => {
                let level = if at.day < OPERATOR_DAY { 1.0 } else { 3.0 };
                level * Goal::Skewed.unit(random, at.lift).0
            }
        };
        Value { pair: (number, 1.0), covariate: 0.0 }
    }
}

fn converts(rate: f64, random: &mut Random) -> f64 {
    f64::from(u8::from(random.even() < rate))
}

/// Returns the rate of an account.
fn tier(place: f64) -> f64 {
    match place {
        low if low < 0.6 => 0.05,
        middle if middle < 0.9 => 0.2,
        _ => 0.6,
    }
}

/// Returns the rate of units that are assigned on this day.
fn season(day: f64) -> f64 {
    let rate = 0.1 + 0.3 * (day / 40.0).min(1.0);
    if day.rem_euclid(7.0) < 5.0 { rate } else { rate / 2.0 }
}
