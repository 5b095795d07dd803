//! Guardrails against a margin, at interim looks.
//!
//! Harm means that the goal gets worse by the margin. Two one-sided tests ask whether there is less harm (the
//! guardrail is met) and whether there is more harm (it is broken). Each has stopped histories of its own.
//!
//! The first method removes harm by the margin from the real treatment arm and draws the units again. Harm is removed
//! as a factor of control's mean, or as a shift for binary goals and where there is no such factor. Either is an
//! approximation, which needs arms that are not too uneven and not too rare in conversions: see [`method`].
//! Otherwise, a binary goal has the e-value of [`evidence`], and other goals have no reading.

use serde::{Deserialize, Serialize};

use super::MIN_UNITS;
use super::drawn::Drawn;
use super::family::{ALPHA, Decided, Level, Terms, Watch};
use super::statistic::Rank;
use super::stopped::{Ranks, Stopped};
use crate::agresti_caffo::Rate;
use crate::direction::Direction;
use crate::families::Guardrail;
use crate::moments::count;
use crate::spending::Hypothesis;

pub mod evidence;

/// The fewest conversions in each arm for draws: units whose outcome is not 0.
pub const MIN_CONVERSIONS: u64 = 5;

/// The smallest share of an arm for draws: one to four.
const MIN_SHARE: f64 = 0.2;

/// How a guardrail is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// By draws without the harm: [`ranks`] and [`Guarded::look`].
    Draws,
    /// By an e-value: [`evidence::read`] and [`Guarded::look_at`].
    Evidence,
}

/// Why a guardrail has no reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoReading {
    /// An arm has fewer than [`MIN_UNITS`] units.
    TooFewUnits,
    /// An arm has fewer than [`MIN_CONVERSIONS`] units whose outcome is not 0.
    TooFewConversions,
    /// The weight of one arm is more than four times that of the other.
    UnevenArms,
}

/// Returns how to read a guardrail. `treated` is the share of treatment by the weights of both arms, and `converted`
/// of each arm counts the units whose outcome is not 0.
///
/// # Errors
/// Returns why a goal that is not binary has no reading.
pub fn method(control: Rate, treatment: Rate, treated: f64, is_binary: bool) -> Result<Method, NoReading> {
    let reason = if treated.min(1.0 - treated) < MIN_SHARE - 1e-9 {
        NoReading::UnevenArms
    } else if count(control.units.min(treatment.units)) < MIN_UNITS {
        NoReading::TooFewUnits
    } else if control.converted.min(treatment.converted) < MIN_CONVERSIONS {
        NoReading::TooFewConversions
    } else {
        return Ok(Method::Draws);
    };
    if is_binary { Ok(Method::Evidence) } else { Err(reason) }
}

/// Returns the ranks of every history after harm by `margin` (0 or more, in the goal's own unit) is removed.
#[must_use]
pub fn ranks(drawn: &Drawn, margin: f64, better: Direction) -> Vec<Option<Rank>> {
    let difference = match better {
        Direction::Higher => -margin,
        Direction::Lower => margin,
    };
    drawn.ranks_without_difference(difference).unwrap_or_else(|| drawn.ranks_without_shift(difference))
}

/// A guardrail of one arm between its interim looks, at 5 % divided by the number of guardrails and arms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guarded {
    /// The test of harm by the margin or more. It is decided when the guardrail is shown to be met.
    pub met: Watch,
    /// The test of harm by the margin or less. It is decided when the guardrail is shown to be broken.
    pub broken: Watch,
    /// The lowest p-values by e-values so far. 1 without one.
    pub evidence: Guardrail,
}

/// What is shown about a guardrail. No later look changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// There is less harm than the margin.
    Met,
    /// There is more harm than the margin.
    Broken,
}

impl Guarded {
    /// Begins to watch a guardrail. The family of the terms is the number of guardrails × arms.
    #[must_use]
    pub fn new(terms: &Terms, draws: usize) -> Self {
        let level =
            Level { divisor: terms.family.max(1), stopped: Stopped::default(), p_value: None, decided: None };
        let watch = Watch { looks: 0, information: 0.0, draws, levels: vec![level] };
        Self { met: watch.clone(), broken: watch, evidence: Guardrail { met: 1.0, broken: 1.0 } }
    }

    /// Takes an interim look at draws. `ranks` come from [`ranks`], and `matured` is that of [`Watch::look`]. The
    /// hypothesis of the terms has no effect.
    pub fn look(&mut self, ranks: &Ranks, matured: f64, terms: &Terms, better: Direction) {
        let (gain, harm) = match better {
            Direction::Higher => (Hypothesis::Greater, Hypothesis::Less),
            Direction::Lower => (Hypothesis::Less, Hypothesis::Greater),
        };
        self.met.look(ranks, matured, &Terms { hypothesis: gain, ..*terms });
        self.broken.look(ranks, matured, &Terms { hypothesis: harm, ..*terms });
    }

    /// Takes an interim look at an e-value, from [`evidence::read`].
    pub fn look_at(&mut self, reading: Guardrail) {
        self.evidence.met = self.evidence.met.min(reading.met);
        self.evidence.broken = self.evidence.broken.min(reading.broken);
    }

    /// Returns what is shown by now. Later units may contradict a guardrail that was met: then it is broken.
    #[must_use]
    pub fn shown(&self) -> Option<Shown> {
        let p_values = self.p_values();
        let (met, broken) = (p_values.met <= ALPHA, p_values.broken <= ALPHA);
        broken.then_some(Shown::Broken).or(met.then_some(Shown::Met))
    }

    /// Returns the p-values by now, corrected for the number of guardrails and arms. They are valid at every interim
    /// look: at most 5 % once they are decided, and 1 before, unless an e-value says more.
    #[must_use]
    pub fn p_values(&self) -> Guardrail {
        Guardrail {
            met: corrected(&self.met, self.evidence.met),
            broken: corrected(&self.broken, self.evidence.broken),
        }
    }
}

fn corrected(watch: &Watch, evidence: f64) -> f64 {
    let Some(level) = watch.levels.first() else { return 1.0 };
    let by_draws = level.decided.map_or(1.0, |Decided { anytime_p, .. }| anytime_p);
    (by_draws.min(evidence) * f64::from(level.divisor)).min(1.0)
}

#[cfg(test)]
#[path = "guardrail/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "guardrail/levels.rs"]
mod levels;
