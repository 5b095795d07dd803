//! Creates the comparisons of adaptive tests.

use stats::adaptive::Batch;
use stats::adaptive::bols::{Stratified, bols};
use stats::adaptive::eprocess::{Evidence, evidence, evidence_of_numbers};
use stats::adaptive::guardrail::bound;
use stats::adaptive::ipw::sequence;

use crate::experiment::VariantKey;
use crate::experiment::goal::Kind;
use crate::results::reading::comparison::{Comparison, Guarded, Shown};
use crate::results::reading::interval::Interval;
use crate::results::reading::method::Method;
use crate::results::reading::pair::ALPHA;

/// The readings that can err: the e-process at every interim look, and the batch-stratified one at the end. Each has
/// its share of the error rate from the start, so every reported p-value is multiplied by their number.
const READINGS: f64 = 2.0;

impl Comparison {
    /// Creates the comparison of an adaptive test's primary goal, from units past their window. The final reading is for
    /// one analysis. It is computed once the test is `over` and no outcome can change, from as many batches as
    /// `final_batches`, those up to the plan. The plan is fixed, so an author who stops, reads and resumes the test
    /// cannot choose the moment of the analysis. None before the plan: then the e-process alone decides.
    #[must_use]
    pub fn adaptive(
        kind: Kind,
        variant: &VariantKey,
        batches: &[Batch],
        arms: (usize, usize),
        planned: f64,
        (over, final_batches): (bool, Option<usize>),
    ) -> Self {
        let (control, treatment) = arms;
        let read = if kind == Kind::Binary { evidence } else { evidence_of_numbers };
        let e_process = read(batches, control, treatment);
        let plain = bols(batches, control, treatment, ALPHA);
        let shown = e_process.higher.map(|higher| if higher { Shown::Higher } else { Shown::Lower });
        let blank = Self { shown, ..Self::unread(variant, Method::EProcess) };
        let interval = sequence(batches, control, treatment, ALPHA, planned).filter(|_| kind == Kind::Binary);
        let absolute = interval.map_or(
            Interval { estimate: plain.map(|found| found.estimate), ..Interval::default() },
            |found| Interval::of(found.estimate, Some((found.low, found.high))),
        );
        let blank = Self { absolute, warnings: no_interval(kind), ..blank };
        let until_plan = final_batches.and_then(|number| batches.get(..number));
        if let Some(found) = until_plan.and_then(|until| bols(until, control, treatment, ALPHA)) {
            return final_reading(found, e_process, blank);
        }
        let counted = format!("Only accounts whose window has ended count: {}.", e_process.units);
        Self {
            p_value: (e_process.units > 0).then_some((READINGS * e_process.p_value).min(1.0)),
            shown: shown.filter(|_| READINGS * e_process.p_value < 1.0),
            warnings: [vec![counted], too_early(over), blank.warnings.clone()].concat(),
            ..blank
        }
    }

    /// Creates the comparison of another goal of an adaptive test. The weights follow the primary goal, so the usual
    /// readings of this goal would be biased.
    #[must_use]
    pub fn biased(variant: &VariantKey) -> Self {
        let warning = "This goal has no difference: the weights follow the primary goal and would bias it.";
        Self { warnings: vec![warning.to_owned()], ..Self::unread(variant, Method::None) }
    }
}

/// Returns the reason why a test that is over has no final reading.
fn too_early(over: bool) -> Vec<String> {
    let missing = "The batch-stratified reading needs the planned accounts, and the test ended before. The e-process alone \
                   decides.";
    if over { vec![missing.to_owned()] } else { Vec::new() }
}

/// Returns the reason why a count or sum has no interval.
fn no_interval(kind: Kind) -> Vec<String> {
    let missing = "The difference of a count or sum has no interval in an adaptive test, because no interval was shown to \
                   contain the true difference often enough.";
    if kind == Kind::Binary { Vec::new() } else { vec![missing.to_owned()] }
}

/// Decides by the batch-stratified reading. The interval stays that of the running test: a batch-stratified one assumes
/// that all units of a batch vary alike, and misses a true difference of rates too often.
fn final_reading(found: Stratified, e_process: Evidence, blank: Comparison) -> Comparison {
    let mut warnings = vec![format!(
        "{} of {} batches are counted. A batch without accounts in one of the variants, or with equal outcomes, has \
         no information about the difference.",
        found.used,
        found.used + found.left_out
    )];
    if blank.absolute.low.is_some() {
        let wider = "The interval is that of the running test, which is wider than this reading, so it may contain 0 when \
                     p is small.";
        warnings.push(wider.to_owned());
    }
    warnings.extend(blank.warnings.iter().cloned());
    let p_value = (READINGS * found.p_value.min(e_process.p_value)).min(1.0);
    let of_found = Shown::of(found.estimate).filter(|_| found.p_value < e_process.p_value);
    Comparison {
        method: Method::BatchStratified,
        p_value: Some(p_value),
        shown: of_found.or(blank.shown).filter(|_| p_value < 1.0),
        warnings,
        ..blank
    }
}

impl Guarded {
    /// Reads a guardrail of an adaptive test, whose better direction is `better`, by betting on units past their window.
    /// The p-values are corrected for this number of `readings`.
    pub(crate) fn adaptive(
        batches: &[Batch],
        arms: (usize, usize),
        (margin, better): (f64, stats::Direction),
        readings: usize,
    ) -> Self {
        let found = bound(batches, arms, margin, better);
        #[expect(clippy::cast_precision_loss, reason = "at most 20 goals and 4 treatments")]
        let corrected = |p: f64| (p * readings as f64).min(1.0);
        Self { margin, met_p: corrected(found.met_p), broken_p: corrected(found.broken_p) }
    }
}
