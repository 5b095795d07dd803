//! The intervals of a comparison that is decided at interim looks. They agree with its decision.

use stats::rerandomization::drawn::Drawn;
use stats::rerandomization::guardrail::NoReading;
use stats::rerandomization::interval::{Interval as Relative, NoInterval};
use stats::rerandomization::normal::{self, NoLook};
use stats::rerandomization::rates;
use stats::rerandomization::tails::Tails;
use stats::sample::Sample;

use super::interval::Interval;
use super::pair::Pair;
use super::staged;
use crate::experiment::goal::{Goal, Kind};
use crate::results::looks::normal::NoNormalLook;
use crate::results::looks::stages::GoalDraws;
use crate::results::looks::stored::WatchedComparison;

/// A comparison with its looks and what they were taken at.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// The looks so far. None before the first one.
    pub watched: Option<&'a WatchedComparison>,
    /// What looks are taken at in this count.
    pub basis: Basis<'a>,
}

/// What a look is taken at.
#[derive(Debug, Clone, Copy)]
pub enum Basis<'a> {
    /// The draws of the units.
    Draws(&'a GoalDraws),
    /// The moments of both arms, with the tails of the last look.
    Moments([Sample; 2], Tails),
    /// Nothing: no look is taken.
    Nothing,
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

/// The intervals of both differences, as far as there are any.
pub(super) struct Found {
    pub absolute: Option<Relative>,
    pub relative: Result<Relative, NoInterval>,
}

impl Intervals {
    /// Computes the intervals at the boundary of the last look.
    #[must_use]
    pub fn of(goal: &Goal, pair: &Pair<'_>, looked: Looked<'_>) -> Self {
        let (absolute, relative) = match looked.basis {
            Basis::Draws(draws) => staged::estimates(draws, pair),
            Basis::Moments(..) | Basis::Nothing => (Interval::estimated(pair), Interval::relative(pair)),
        };
        let plain = Self { absolute, relative, missing: None };
        let Some(watched) = looked.watched else { return plain };
        let (found, tails) = match looked.basis {
            Basis::Draws(draws) => {
                let tails = watched.watch.tails(&draws.ranks(), goal.hypothesis);
                let found = match draws.only() {
                    Some(only) => of_draws(goal.kind, pair, only, tails),
                    None => staged::found(goal.kind, draws, tails),
                };
                (found, tails)
            }
            Basis::Moments(samples, tails) => (of_moments(goal.kind, pair, samples, tails), tails),
            Basis::Nothing => return plain,
        };
        let decided = watched.watch.levels.first().and_then(|level| level.decided).map(|own| own.side);
        let within = |plain: Interval, found: Relative| {
            let found = found.reconciled(decided);
            Interval { low: found.low, high: found.high, ..plain }
        };
        let missing = found.relative.err();
        let relative = found.relative.map_or(relative, |found| within(relative, found));
        let absolute =
            found.absolute.map_or(absolute, |found| open_at_no_boundary(within(absolute, found), tails));
        Self { absolute, relative, missing: missing.filter(|_| absolute.low.is_none()) }
    }
}

fn of_draws(kind: Kind, pair: &Pair<'_>, drawn: &Drawn, tails: Tails) -> Found {
    if kind == Kind::Binary {
        return of_rates(pair, tails);
    }
    Found { absolute: None, relative: drawn.relative_interval(tails) }
}

fn of_moments(kind: Kind, pair: &Pair<'_>, [a, b]: [Sample; 2], tails: Tails) -> Found {
    if kind == Kind::Binary {
        return of_rates(pair, tails);
    }
    Found { absolute: None, relative: normal::relative_interval(&a, &b, tails) }
}

fn of_rates(pair: &Pair<'_>, tails: Tails) -> Found {
    let (control, treatment) = pair.rates();
    Found {
        absolute: rates::difference(control, treatment, tails).ok(),
        relative: rates::relative(control, treatment, tails),
    }
}

/// Opens an end of a difference of rates without a boundary. The formula puts it at the end of the possible range.
fn open_at_no_boundary(interval: Interval, tails: Tails) -> Interval {
    let low = interval.low.filter(|low| tails.higher > 0.0 || *low > -1.0);
    let high = interval.high.filter(|high| tails.lower > 0.0 || *high < 1.0);
    Interval { low, high, ..interval }
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

/// Returns the reason why many accounts have no decision, as a sentence.
#[must_use]
pub fn no_look(missing: NoNormalLook) -> &'static str {
    match missing {
        NoNormalLook::WeightsChanged => {
            "There are no interim looks: the weights have changed, and there are too many accounts to draw them \
             again."
        }
        NoNormalLook::Unsuitable(NoLook::UnevenArms) => {
            "There are no interim looks: there are too many accounts to draw them again, and one variant has more \
             than twice the accounts of the other."
        }
        NoNormalLook::Unsuitable(NoLook::FewCarryTotal) => {
            "There are no interim looks: there are too many accounts to draw them again, and too few of them carry \
             the total of a variant."
        }
    }
}
