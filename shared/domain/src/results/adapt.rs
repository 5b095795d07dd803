//! Computes the next weights of an adaptive test.

#[cfg(test)]
mod tests;

use stats::adaptive::is_full;
use stats::adaptive::thompson::{FLOOR, weights};
use stats::bayes::Posterior;
use stats::moments::Moments;

use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{BasisPoints, Definition, Experiment, Status};
use crate::results::counting::batches::BatchArm;
use crate::results::counting::totals::Totals;
use crate::results::reading::pair::end;

/// The number of units past their window that each arm needs before the author's weights are replaced.
const MIN_KNOWN: u64 = 5;

/// Returns the weights of the next batch, or None while the current batch has not ended. Counts of units end a batch
/// ([`is_full`]), whatever its outcomes are. The next weights follow from units past the primary goal's window only,
/// because units inside the window may still convert. The weights stay the same while too few units are past their
/// window.
#[must_use]
pub fn next_weights(test: &Experiment, totals: &Totals) -> Option<Vec<BasisPoints>> {
    let definition = &test.definition;
    let adapts = definition.allocation.mode == Mode::Adaptive && test.status == Status::Running;
    let batch: u64 = totals.strata.last()?.iter().sum();
    let arms = definition.variants.len() as u64;
    if !adapts || !is_full(batch, totals.strata.iter().flatten().sum(), arms) {
        return None;
    }
    let same = || definition.variants.iter().map(|variant| variant.weight).collect();
    Some(learned(definition, totals).unwrap_or_else(same))
}

/// Returns the weights that follow from the outcomes so far, if each arm has enough of them.
fn learned(definition: &Definition, totals: &Totals) -> Option<Vec<BasisPoints>> {
    let index = definition.goals.iter().position(|goal| goal.role == Role::Primary)?;
    let goal = &definition.goals[index];
    let batches = totals.batches.get(index)?;
    let posterior = |arm: usize| {
        let mut own = Moments::default();
        let arms = batches.iter().filter_map(|batch| batch.get(arm));
        arms.for_each(|BatchArm { moments, .. }| own.merge(moments));
        if own.units() < MIN_KNOWN {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of units")]
        let converted = own.total().round() as u64;
        match goal.kind {
            Kind::Binary => Posterior::binary(own.units(), converted),
            Kind::Count | Kind::Sum => Posterior::mean_of(&own),
            Kind::Ratio => None,
        }
    };
    let arms: Vec<Posterior> = (0..definition.variants.len()).map(posterior).collect::<Option<_>>()?;
    let control = definition.variants.iter().position(|variant| variant.is_control)?;
    let allocation = definition.allocation;
    let kept = allocation.control_share.map(|share| (control, share));
    let next = weights(&arms, end(goal.direction), allocation.floor.unwrap_or(FLOOR), kept)?;
    next.into_iter().map(BasisPoints::parse).collect::<Result<_, _>>().ok()
}
