//! What the readings of a simulated test show, at its interim looks and at its end.

use stats::adaptive::bols::bols;
use stats::adaptive::eprocess::{Evidence, evidence, evidence_of_numbers};
use stats::adaptive::guardrail::{Bound, bound};
use stats::adaptive::ipw::sequence;
use stats::bayes::Direction;
use stats::families::holm;

use super::course::Course;

/// The error rate of a verdict.
const ALPHA: f64 = 0.05;

/// What happened in one test.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is counted by itself")]
pub(super) struct Seen {
    /// A treatment without effect was shown to differ, at an interim look or at the end.
    pub wrong: bool,
    /// The treatment with the effect was shown to differ.
    pub right: bool,
    /// The first treatment's e-process was significant by itself at an interim look.
    pub e_process: bool,
    /// The first treatment's batch-stratified reading was significant by itself at the end.
    pub stratified: bool,
    /// The interval of the batch-stratified reading missed the true difference of the first treatment.
    pub stratified_missed: bool,
    /// The running interval missed it at any interim look.
    pub sequence_missed: bool,
    /// The guardrail of any treatment was shown to be broken, after the correction.
    pub broken: bool,
    /// The guardrail of any treatment was shown to be met, after the correction.
    pub met: bool,
    /// The share of units in the first treatment.
    pub share: f64,
}

impl Course<'_> {
    fn evidence(&self, arm: usize) -> Evidence {
        let read = if self.setting.outcome.is_binary() { evidence } else { evidence_of_numbers };
        read(&self.past[0], 0, arm)
    }

    /// Takes an interim look.
    pub fn look(&self, seen: &mut Seen) {
        let own: Vec<_> = (1..self.setting.arms).map(|arm| self.evidence(arm).p_value).collect();
        seen.e_process |= own[0] <= ALPHA;
        self.decide(&own.iter().map(|p| 2.0 * p).collect::<Vec<_>>(), seen);
        if self.setting.outcome.is_binary() {
            #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
            let planned = (2 * self.setting.units) as f64 / self.setting.arms as f64;
            let interval = sequence(&self.past[0], 0, 1, ALPHA, planned);
            seen.sequence_missed |=
                interval.is_some_and(|own| own.low > self.setting.effect || own.high < self.setting.effect);
        }
        self.guard(seen);
    }

    /// Takes the decisions of a verdict: Holm over treatments.
    fn decide(&self, p_values: &[f64], seen: &mut Seen) {
        let corrected = holm(&p_values.iter().copied().map(Some).collect::<Vec<_>>());
        for (treatment, p) in corrected.into_iter().enumerate() {
            if p.is_some_and(|p| p <= ALPHA) {
                let has_effect = treatment == 0 && self.setting.effect != 0.0;
                *if has_effect { &mut seen.right } else { &mut seen.wrong } = true;
            }
        }
    }

    /// Reads the guardrail of each treatment. The level is divided by their number.
    fn guard(&self, seen: &mut Seen) {
        let margin = self.setting.guardrail.margin;
        if self.setting.guardrail.base > 0.0 {
            let of = |arm| bound(&self.past[1], (0, arm), margin, Direction::Lower);
            let all: Vec<Bound> = (1..self.setting.arms).map(of).collect();
            #[expect(clippy::cast_precision_loss, reason = "a few arms")]
            let level = ALPHA / all.len() as f64;
            seen.broken |= all.iter().any(|own| own.broken_p <= level);
            seen.met |= all.iter().any(|own| own.met_p <= level);
        }
    }

    /// Reads the test when it is over.
    pub fn end(&self, seen: &mut Seen) {
        let own: Vec<_> = (1..self.setting.arms).map(|arm| bols(&self.past[0], 0, arm, ALPHA)).collect();
        let p_values: Vec<_> = (1..self.setting.arms)
            .zip(&own)
            .map(|(arm, own)| {
                let stratified = own.map_or(1.0, |own| own.p_value);
                (2.0 * stratified.min(self.evidence(arm).p_value)).min(1.0)
            })
            .collect();
        self.decide(&p_values, seen);
        let first = own[0];
        seen.stratified = first.is_some_and(|own| own.p_value <= ALPHA);
        let truth = self.setting.truth();
        seen.stratified_missed = first.is_some_and(|own| own.low > truth || own.high < truth);
        seen.share = self.share(1);
    }
}
