//! Stages of a test: the units that were assigned under one set of weights. After a change of weights, the arms are
//! compared within each stage, and the comparisons are combined.
//!
//! Units from before and after a change may differ, and the author may have chosen the new weights by what was seen.
//! The units of all stages, drawn as one, are then not exchangeable with the real history: an arm that was ahead by
//! chance gets other units than one that was behind. Within a stage, they are. The rank of each history in a stage is
//! turned into a normal score, which has the same distribution for any weights, and the scores of the stages are added
//! up by their information:
//!
//! z = Σ √vₖ zₖ / √Σ vₖ
//!
//! The combined scores of the draws give the boundary, as the statistic does in a test without a change. They have the
//! same dependence from one interim look to the next as that of the real history, which windows that are still open
//! would otherwise make unknown. If the weights do not follow from outcomes, the test stays exact. If they do, it is
//! approximate: the new weights may have any distribution of scores that is nearly normal, and vₖ may depend on earlier
//! stages.
//!
//! Source: Bauer and Köhne 1994, Lehmacher and Wassmer 1999 and Cui, Hung and Wang 1999 on the combination of stages
//! whose design follows from earlier ones; Lancaster 1961 on the mid-p-value.

use statrs::distribution::{ContinuousCDF, Normal};

use super::statistic::{Rank, rank};
use super::stopped::{Ranks, size};

/// A stage in one comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// The ranks of all histories among the units of the stage, the real one first. None for a history with too few
    /// units in an arm.
    pub ranks: Vec<Option<Rank>>,
    /// Its information v: the sum of π(1 − π) over its units, where π is the probability of treatment, each counted by
    /// the share of its window that has passed. In any unit that is common to the stages, 0 or more.
    pub information: f64,
}

/// Returns the ranks of all histories over these stages. A stage with too few units in an arm of a history contributes
/// nothing to that history. None for histories to which no stage contributes.
#[must_use]
pub fn combined(stages: &[Stage]) -> Vec<Option<Rank>> {
    if let [only] = stages {
        return only.ranks.clone();
    }
    let histories = stages.iter().map(|stage| stage.ranks.len()).min().unwrap_or(0);
    let mut sums = vec![(0.0, 0.0); histories];
    for stage in stages.iter().filter(|stage| stage.information > 0.0) {
        let weight = stage.information.sqrt();
        for (sum, score) in sums.iter_mut().zip(scores(&stage.ranks)) {
            if let Some(score) = score {
                *sum = (sum.0 + weight * score, sum.1 + stage.information);
            }
        }
    }
    sums.into_iter().map(|(score, all)| (all > 0.0).then(|| rank(score / all.sqrt()))).collect()
}

/// Returns the combined score of the real history over the mid-p-values of these stages. None if no stage contributes.
#[must_use]
pub fn real_score(stages: &[Stage]) -> Option<f64> {
    let own = stages.iter().filter_map(|stage| Some((score(&stage.ranks)?, stage.information)));
    let (score, all) = own.fold((0.0, 0.0), |(score, all), (z, v)| (score + v.sqrt() * z, all + v));
    (all > 0.0).then(|| score / all.sqrt())
}

/// Returns the normal score of the real history.
fn score(ranks: &Ranks) -> Option<f64> {
    let real = (*ranks.first()?)?;
    let all = ranks.iter().flatten().count();
    let below = ranks.iter().flatten().filter(|rank| **rank < real).count();
    let ties = ranks.iter().flatten().filter(|rank| **rank == real).count();
    Some(normal_score(below, ties, all))
}

/// Returns the normal score of each history.
fn scores(ranks: &Ranks) -> Vec<Option<f64>> {
    let mut order: Vec<(Rank, usize)> =
        ranks.iter().enumerate().filter_map(|(number, rank)| Some(((*rank)?, number))).collect();
    order.sort_unstable();
    let (mut found, mut below) = (vec![None; ranks.len()], 0);
    for ties in order.chunk_by(|a, b| a.0 == b.0) {
        let score = normal_score(below, ties.len(), order.len());
        for (_, number) in ties {
            found[*number] = Some(score);
        }
        below += ties.len();
    }
    found
}

/// Returns the quantile of the normal distribution at the mid-p-value.
fn normal_score(below: usize, ties: usize, all: usize) -> f64 {
    Normal::standard().inverse_cdf((size(below) + size(ties) / 2.0) / size(all))
}

#[cfg(test)]
#[path = "stages/tests.rs"]
mod tests;
