//! The segments that have an effect: the values of attributes whose difference is beyond what is usual for the most
//! extreme of all values.
//!
//! Each history counts by its most extreme value. Looks are taken at these as at one comparison. When the real
//! history is stopped, the values beyond the boundary are named.
//!
//! The error rate is controlled strongly: the probability that any value without an effect is ever named is at most
//! that which is spent, whatever effect other values have. In a draw, the most extreme value without an effect is at
//! most as extreme as that of all values. So the histories that would be named by a value without an effect at any
//! look are among those that are stopped, and with regard to these values alone, the real history is exchangeable
//! with the draws. The real history can itself be stopped by another value, which moves the boundary by at most one
//! history of all. Correlated values, such as those of two attributes, cost nothing extra. A value that contains
//! units of a segment with an effect has an effect itself.
//!
//! Source: Westfall and Young 1993, "Resampling-based multiple testing", on the maximum of statistics.

use super::family::{ALPHA, Decided, Terms, Watch};
use super::statistic::Rank;
use super::stopped::{Ranks, Side, outwards, sides};
use crate::spending::Hypothesis;

/// Begins to watch the segments of a comparison.
#[must_use]
pub fn watch(terms: &Terms, draws: usize) -> Watch {
    Watch::new(&one_sided(terms), draws)
}

/// Takes an interim look. Each of `values` has the ranks of all histories among the units of this value, the real
/// one first; all have the same length. The level is that of one comparison, so the family of the terms has no
/// effect.
///
/// Returns which values are named at this look, in their order. A value that was named stays named: store its first
/// decision. The p-values are corrected for the number of values.
pub fn look(
    watch: &mut Watch,
    values: &[Vec<Option<Rank>>],
    matured: f64,
    terms: &Terms,
) -> Vec<Option<Decided>> {
    let extremes = most_extreme(values, terms.hypothesis);
    if extremes.is_empty() {
        return vec![None; values.len()];
    }
    let before = watch.levels.first().map(|level| level.stopped.clone()).unwrap_or_default();
    watch.look(&extremes, matured, &one_sided(terms));
    let mut ranks = extremes[..=watch.draws.min(extremes.len() - 1)].to_vec();
    let Some(stopped) = watch.levels.first().map(|level| &level.stopped) else { return Vec::new() };
    let boundary = stopped.boundary(&ranks, Side::Higher);
    let named = |value: &Vec<Option<Rank>>| {
        let (rank, side) = extreme((*value.first()?)?, terms.hypothesis);
        let is_beyond = boundary.is_some_and(|boundary| rank > boundary);
        ranks[0] = Some(rank);
        let p_value = before.p_value(&ranks, Hypothesis::Greater).filter(|_| is_beyond)?;
        let anytime_p = p_value / terms.spending.spent(watch.information) * ALPHA;
        Some(Decided { side, look: watch.looks, information: watch.information, p_value, anytime_p })
    };
    values.iter().map(named).collect()
}

/// Returns how extreme the most extreme value of every history is, the real one first. None for histories in which no
/// value has enough units.
#[must_use]
pub fn most_extreme(values: &[Vec<Option<Rank>>], hypothesis: Hypothesis) -> Vec<Option<Rank>> {
    let histories = values.iter().map(Vec::len).min().unwrap_or(0);
    let of = |value: &Ranks, history: usize| value[history].map(|rank| extreme(rank, hypothesis).0);
    (0..histories).map(|history| values.iter().filter_map(|value| of(value, history)).max()).collect()
}

/// Returns how extreme a rank is and on which side.
fn extreme(rank: Rank, hypothesis: Hypothesis) -> (Rank, Side) {
    let on = |side: &Side| (outwards(rank, *side), *side);
    // A test has one side or two.
    sides(hypothesis).iter().map(on).max_by_key(|own| own.0).unwrap_or((0, Side::Higher))
}

fn one_sided(terms: &Terms) -> Terms {
    Terms { hypothesis: Hypothesis::Greater, family: 1, ..*terms }
}

#[cfg(test)]
#[path = "segments/tests.rs"]
mod tests;
