//! Estimates and intervals over the stages of a test whose weights have changed.

use stats::agresti_caffo::Rate;
use stats::rerandomization::drawn::strata::relative_interval;
use stats::rerandomization::stratified::{
    Table, difference, difference_of_rates, ratio, relative_change_of_rates,
};
use stats::rerandomization::tails::Tails;

use super::interval::Interval;
use super::looked::Found;
use super::pair::Pair;
use crate::experiment::goal::Kind;
use crate::results::looks::stages::GoalDraws;

/// Returns the difference and the relative difference. With several stages, they are weighted over those that have
/// enough units in both arms, or over all units as long as there is no such stage.
pub(super) fn estimates(draws: &GoalDraws, pair: &Pair<'_>) -> (Interval, Interval) {
    let tables = tables(draws);
    if draws.only().is_some() || tables.is_empty() {
        return (Interval::estimated(pair), Interval::relative(pair));
    }
    let plain = |estimate: Option<f64>| Interval { estimate, low: None, high: None };
    (plain(difference(&tables)), plain(ratio(&tables).map(|ratio| ratio - 1.0)))
}

/// Returns the intervals at the boundary of the last look.
pub(super) fn found(kind: Kind, draws: &GoalDraws, tails: Tails) -> Found {
    if kind != Kind::Binary {
        return Found { absolute: None, relative: relative_interval(&draws.stages(), tails) };
    }
    let strata: Vec<[Rate; 2]> = tables(draws).iter().map(rates).collect();
    Found {
        absolute: difference_of_rates(&strata, tails).ok(),
        relative: relative_change_of_rates(&strata, tails),
    }
}

/// Returns the totals of each stage with enough units in both arms.
fn tables(draws: &GoalDraws) -> Vec<Table> {
    let stages = draws.stages();
    let used = stages.iter().filter(|(drawn, information)| *information > 0.0 && drawn.has_enough_units());
    used.map(|(drawn, _)| drawn.table()).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of units")]
fn rates(table: &Table) -> [Rate; 2] {
    table
        .0
        .map(|[converted, units]| Rate { converted: converted.round() as u64, units: units.round() as u64 })
}
