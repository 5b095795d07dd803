//! Creates comparisons: which readings a test has whose weights do not depend on its outcomes, and which warnings.

use stats::rerandomization::MIN_UNITS;
use stats::spending::Spending;
use stats::warnings::few_carry_total;

use crate::experiment::VariantKey;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::results::counting::totals::GoalTotals;
use crate::results::looks::stored::WatchedComparison;
use crate::results::reading::chance::Chance;
use crate::results::reading::comparison::{
    AdjustedReading, Bayesian, Comparison, FixedHorizon, Guarded, InterimLooks,
};
use crate::results::reading::fixed_horizon::Planned;
use crate::results::reading::interval::Interval;
use crate::results::reading::looked::{Intervals, Looked, reason};
use crate::results::reading::method::Method;
use crate::results::reading::pair::{ALPHA, Pair};
use crate::results::reading::warnings::dominant;

impl Comparison {
    /// Creates the comparison of a test whose weights do not depend on its outcomes. `chance` is None when the weights
    /// have changed: readings of all units together are not valid then.
    #[must_use]
    pub fn fixed(
        goal: &Goal,
        (control, variant): (&VariantKey, &VariantKey),
        pair: &Pair<'_>,
        (looked, spending): (Looked<'_>, Spending),
        mut chance: Option<Chance<'_>>,
    ) -> Self {
        let decided = looked.watched.and_then(|own| own.watch.levels.first()?.decided);
        let intervals = Intervals::of(goal, pair, looked);
        let is_whole = chance.is_some();
        let adjusted = pair.adjusted().filter(|_| is_whole);
        let listed = chance.as_ref().is_some_and(|chance| chance.rerandomized.is_some());
        let planned = chance.as_mut().and_then(|chance| pair.planned(chance));
        Self {
            variant: variant.clone(),
            method: Method::Rerandomization,
            absolute: intervals.absolute,
            relative: intervals.relative,
            p_value: decided.map(|decided| decided.anytime_p),
            shown: decided.map(|decided| decided.side.into()),
            interim_looks: looked.watched.map(|watched| InterimLooks::of(&watched.watch, spending)),
            approximate: looked.watched.and_then(WatchedComparison::approximation),
            corrected_p: None,
            fixed_horizon: planned.map(FixedHorizon::from),
            bayesian: pair.bayesian(goal.direction).filter(|_| is_whole).map(Bayesian::from),
            betting: None,
            adjusted: adjusted.as_ref().map(AdjustedReading::from),
            guardrail: goal.margin.zip(looked.watched).and_then(|(margin, watched)| {
                let found = watched.guardrail.as_ref()?.p_values();
                Some(Guarded { margin, met_p: found.met, broken_p: found.broken })
            }),
            warnings: warnings(goal, (control, variant), pair, planned.as_ref(), listed)
                .into_iter()
                .chain(intervals.missing.map(|missing| reason(missing).to_owned()))
                .collect(),
        }
    }

    /// Removes an earlier reading of a guardrail that is not read any more for the reason `missing`. What was shown to be
    /// broken stays broken. What was met may be broken by now.
    pub(crate) fn guarded_now(mut self, missing: Option<&str>) -> Self {
        if let Some(why) = missing {
            self.guardrail = self.guardrail.filter(|own| own.broken_p <= ALPHA);
            self.warnings.extend(self.guardrail.is_none().then(|| why.to_owned()));
        }
        self
    }

    pub(crate) fn unread(variant: &VariantKey, method: Method) -> Self {
        Self {
            variant: variant.clone(),
            method,
            absolute: Interval::default(),
            relative: Interval::default(),
            p_value: None,
            shown: None,
            interim_looks: None,
            approximate: None,
            corrected_p: None,
            fixed_horizon: None,
            bayesian: None,
            betting: None,
            adjusted: None,
            guardrail: None,
            warnings: Vec::new(),
        }
    }
}

/// Returns the reasons for caution about a comparison.
fn warnings(
    goal: &Goal,
    names: (&VariantKey, &VariantKey),
    pair: &Pair<'_>,
    planned: Option<&Planned>,
    listed: bool,
) -> Vec<String> {
    let (control, treatment) = pair.units();
    let small = control.min(treatment);
    let mut texts = Vec::new();
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
    if (small as f64) < MIN_UNITS {
        texts.push(format!(
            "An interim look requires {MIN_UNITS} accounts in each variant. The smaller has {small}."
        ));
    }
    let uneven = |arm: &GoalTotals| few_carry_total(&arm.moments);
    let arms = [(names.0, pair.control), (names.1, pair.treatment)];
    texts.extend(arms.into_iter().filter_map(|(name, arm)| Some(dominant(goal.kind, arm, name)?.1)));
    if goal.kind == Kind::Sum && (uneven(pair.control) || uneven(pair.treatment)) {
        texts.push("A few accounts have most of the total. One more could change the result.".to_owned());
    }
    if listed && planned.is_some_and(|p| p.rerandomized.is_none()) {
        texts.push(
            "The fixed-horizon p-value comes from a formula, because too few known accounts are assigned, or \
             they cannot be randomized again. For balanced variants, the formula can miss a difference."
                .to_owned(),
        );
    } else if !listed && planned.is_some_and(|p| p.permuted.is_none()) && pair.wants_permutation() {
        texts.push(
            "The fixed-horizon p-value comes from a formula, because there are too few or too many accounts \
             for a permutation test."
                .to_owned(),
        );
    }
    let paired = pair.control.paired.units() + pair.treatment.paired.units();
    if goal.kind != Kind::Ratio && paired > 0 && paired < control + treatment {
        let without = control + treatment - paired;
        texts.push(format!(
            "No adjusted fixed-horizon difference: {without} of the accounts have no covariate."
        ));
    }
    if goal.role == Role::None {
        texts.push("This goal is only recorded. No decision uses it.".to_owned());
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guardrail_that_cannot_be_read_any_more_stays_broken_but_not_met() {
        let variant = VariantKey::parse("new").unwrap();
        let guarded = |broken_p| Comparison {
            guardrail: Some(Guarded { margin: 0.01, met_p: 0.01, broken_p }),
            ..Comparison::unread(&variant, Method::Rerandomization)
        };
        let read = guarded(1.0).guarded_now(None);
        assert!(read.guardrail.is_some() && read.warnings.is_empty());
        let unread = guarded(1.0).guarded_now(Some("The arms are uneven."));
        assert!(unread.guardrail.is_none(), "the verdict must not ship by what was met before");
        assert_eq!(unread.warnings, ["The arms are uneven."]);
        assert!(guarded(0.01).guarded_now(Some("The arms are uneven.")).guardrail.is_some());
    }
}
