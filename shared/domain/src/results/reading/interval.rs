//! An estimate and its interval.

use serde::{Deserialize, Serialize};
use stats::fieller::Relative;
use stats::welch::Difference;

use super::pair::Pair;
use crate::experiment::goal::Kind;

/// An estimate and its 95 % interval. A part is null when there are too few units to compute it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Interval {
    /// Creates an estimate and its interval.
    #[must_use]
    pub fn of(estimate: f64, interval: Option<(f64, f64)>) -> Self {
        Self { estimate: Some(estimate), low: interval.map(|i| i.0), high: interval.map(|i| i.1) }
    }

    /// Returns the difference alone, while there are too few units for an interval.
    pub(super) fn estimated(pair: &Pair<'_>) -> Self {
        let (control, treatment) = pair.units();
        let plain = || pair.treatment.moments.mean() - pair.control.moments.mean();
        let estimate = match pair.kind {
            Kind::Ratio => pair.samples().map(|(a, b)| b.mean - a.mean),
            _ => (control > 0 && treatment > 0).then(plain),
        };
        Self { estimate, low: None, high: None }
    }

    /// Returns the difference relative to control.
    pub(super) fn relative(pair: &Pair<'_>) -> Self {
        let base = match pair.kind {
            Kind::Ratio => pair.samples().map(|(control, _)| control.mean),
            _ => Some(pair.control.moments.mean()),
        };
        let plain = Self::estimated(pair).estimate;
        let estimate = base.filter(|base| *base > 0.0).zip(plain).map(|(base, plain)| plain / base);
        Self { estimate, low: None, high: None }
    }
}

impl From<Relative> for Interval {
    fn from(relative: Relative) -> Self {
        Self::of(relative.estimate, relative.interval)
    }
}

impl From<Difference> for Interval {
    fn from(difference: Difference) -> Self {
        Self::of(difference.estimate, Some((difference.low, difference.high)))
    }
}
