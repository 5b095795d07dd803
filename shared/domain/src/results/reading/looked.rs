//! The intervals of a comparison that is decided at interim looks. They agree with its decision.

use stats::rerandomization::drawn::Drawn;
use stats::rerandomization::guardrail::NoReading;
use stats::rerandomization::interval::{Interval as Relative, NoInterval};
use stats::rerandomization::rates;
use stats::rerandomization::tails::Tails;

use super::interval::Interval;
use super::pair::Pair;
use crate::experiment::goal::{Goal, Kind};
use crate::results::looks::stored::WatchedComparison;

/// A comparison with its looks and the draws of this count.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// The looks so far. None before the first one.
    pub watched: Option<&'a WatchedComparison>,
    /// The draws. None when the units are not drawn again.
    pub drawn: Option<&'a Drawn>,
}

/// The difference and the relative difference, with intervals where there are any.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    /// The difference. Only rates have an interval of it: for amounts, an effect that adds the same to every account
    /// is not plausible, and its interval would be too short.
    pub absolute: Interval,
    /// The relative difference.
    pub relative: Interval,
    /// Why there is no interval, although there was a look.
    pub missing: Option<NoInterval>,
}

impl Intervals {
    /// Computes the intervals at the boundary of the last look.
    #[must_use]
    pub fn of(goal: &Goal, pair: &Pair<'_>, looked: Looked<'_>) -> Self {
        let (absolute, relative) = (Interval::estimated(pair), Interval::relative(pair));
        let plain = Self { absolute, relative, missing: None };
        let (Some(watched), Some(drawn)) = (looked.watched, looked.drawn) else { return plain };
        let tails = watched.watch.tails(&drawn.ranks(), goal.hypothesis);
        let decided = watched.watch.levels.first().and_then(|level| level.decided).map(|own| own.side);
        let within = |plain: Interval, found: Relative| {
            let found = found.reconciled(decided);
            Interval { low: found.low, high: found.high, ..plain }
        };
        let factor = factor(goal.kind, pair, drawn, tails);
        let missing = factor.err();
        let relative = factor.map_or(relative, |found| within(relative, found));
        let absolute = match goal.kind {
            Kind::Binary => {
                let (control, treatment) = pair.rates();
                let found = rates::difference(control, treatment, tails);
                found.map_or(absolute, |found| open_at_no_boundary(within(absolute, found), tails))
            }
            Kind::Count | Kind::Sum | Kind::Ratio => absolute,
        };
        Self { absolute, relative, missing: missing.filter(|_| absolute.low.is_none()) }
    }
}

/// Opens an end of a difference of rates without a boundary. The formula puts it at the end of the possible range.
fn open_at_no_boundary(interval: Interval, tails: Tails) -> Interval {
    let low = interval.low.filter(|low| tails.higher > 0.0 || *low > -1.0);
    let high = interval.high.filter(|high| tails.lower > 0.0 || *high < 1.0);
    Interval { low, high, ..interval }
}

fn factor(kind: Kind, pair: &Pair<'_>, drawn: &Drawn, tails: Tails) -> Result<Relative, NoInterval> {
    if kind != Kind::Binary {
        return drawn.relative_interval(tails);
    }
    let (control, treatment) = pair.rates();
    rates::relative(control, treatment, tails)
}

/// Returns the reason for a guardrail without a reading, as a sentence.
#[must_use]
pub fn no_guardrail(missing: NoReading) -> &'static str {
    match missing {
        NoReading::TooFewUnits => "The guardrail has no reading: a variant has fewer than 10 accounts.",
        NoReading::TooFewConversions => {
            "The guardrail has no reading: a variant has fewer than 5 accounts with an outcome."
        }
        NoReading::UnevenArms => {
            "The guardrail has no reading: one variant has more than four times the weight of the other."
        }
    }
}

/// Returns the reason for a missing interval, as a sentence.
#[must_use]
pub fn reason(missing: NoInterval) -> &'static str {
    match missing {
        NoInterval::TooFewUnits => "There is no interval: a variant has fewer than 10 accounts.",
        NoInterval::ArmWithoutOutcomes => "There is no interval: a variant has no outcomes.",
        NoInterval::NegativeAmounts => {
            "There is no interval: some amounts are below 0, so a change is not a percentage."
        }
    }
}
