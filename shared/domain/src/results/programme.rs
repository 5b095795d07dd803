//! Several tests compared: their verdicts, the lift of each variant, and the cumulated lift of what was shipped.
//!
//! Lifts are shrunk towards their mean by an empirical Bayes model (`stats::shrinkage`), because the greatest of
//! several lifts are more often lucky than not. The model takes the logarithm of 1 + lift, so that lifts
//! multiply, and counts an improvement as positive, so that goals where less is better have the same sign.

mod lift;
mod view;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use stats::shrinkage::{Estimate, Prior};

pub use self::lift::Lift;
pub use self::view::{Compared, Counts, Cumulated, PriorView, Programme, State, Variant};
use crate::experiment::goal::Role;
use crate::experiment::{Experiment, ExperimentId, GoalKey};
use crate::results::report::Report;

/// A requested test, as it was found.
#[derive(Debug, Clone, Copy)]
pub struct Requested<'a> {
    /// Its name.
    pub test_id: &'a ExperimentId,
    /// The test, unless the workspace has none of that name.
    pub test: Option<&'a Experiment>,
    /// Its latest stored report, if there is one.
    pub report: Option<&'a Report>,
}

/// A lift that can be shrunk.
struct Measured {
    test: usize,
    variant: usize,
    /// 1 when more is better, −1 when less is.
    sign: f64,
    improvement: Estimate,
}

impl Programme {
    /// Compares the tests.
    #[must_use]
    pub fn new(requested: &[Requested<'_>]) -> Self {
        let mut tests: Vec<Compared> = requested.iter().map(compared).collect();
        let measured: Vec<Measured> =
            requested.iter().enumerate().flat_map(|(at, own)| measured(at, own)).collect();
        let estimates: Vec<Estimate> = measured.iter().map(|own| own.improvement).collect();
        let prior = Prior::of(&estimates);
        for own in &measured {
            let shrunk = prior.map(|prior| Lift::of(prior.shrink(own.improvement), own.sign));
            tests[own.test].variants[own.variant].shrunk = shrunk;
        }
        Self {
            counts: Counts::of(&tests),
            prior: prior.map(|own| PriorView {
                lifts: estimates.len(),
                mean: own.mean.exp_m1(),
                deviation: own.variance.sqrt(),
            }),
            shipped: cumulated(&tests, &measured, prior),
            tests,
        }
    }
}

fn compared(own: &Requested<'_>) -> Compared {
    let state = match (own.test, own.report) {
        (None, _) => State::Unknown,
        (Some(_), None) => State::NotReported,
        (Some(_), Some(_)) => State::Reported,
    };
    let report = own.test.and(own.report);
    let primary = report.and_then(|report| report.goals.iter().find(|goal| goal.role == Role::Primary));
    let winner = own.test.and_then(Experiment::winner).map(|winner| &winner.key);
    let variants = primary.into_iter().flat_map(|goal| &goal.comparisons).map(|comparison| Variant {
        variant: comparison.variant.clone(),
        is_shipped: winner == Some(&comparison.variant),
        lift: comparison.relative.into(),
        shrunk: None,
    });
    Compared {
        test_id: own.test_id.clone(),
        state,
        status: own.test.map(|test| test.status),
        as_of: report.map(|report| report.as_of),
        goal: primary.map(|goal| goal.goal.clone()),
        decision: report.map(|report| report.verdict.decision),
        variants: variants.collect(),
    }
}

/// Returns the lifts of a test that have an interval.
fn measured(at: usize, own: &Requested<'_>) -> Vec<Measured> {
    let Some((test, report)) = own.test.zip(own.report) else { return Vec::new() };
    let Some(primary) = report.goals.iter().find(|goal| goal.role == Role::Primary) else {
        return Vec::new();
    };
    let sign = lift::sign(test, &primary.goal);
    let lifts = primary.comparisons.iter().enumerate();
    let one = |(variant, comparison)| {
        let improvement = lift::improvement(comparison, sign)?;
        Some(Measured { test: at, variant, sign, improvement })
    };
    lifts.filter_map(one).collect()
}

/// Returns the cumulated lifts of shipped variants, by goal.
fn cumulated(tests: &[Compared], measured: &[Measured], prior: Option<Prior>) -> Vec<Cumulated> {
    let mut by_goal: BTreeMap<&GoalKey, Vec<&Measured>> = BTreeMap::new();
    for own in measured.iter().filter(|own| tests[own.test].variants[own.variant].is_shipped) {
        if let Some(goal) = &tests[own.test].goal {
            by_goal.entry(goal).or_default().push(own);
        }
    }
    let one = |(goal, all): (&GoalKey, Vec<&Measured>)| {
        let estimates: Vec<Estimate> = all.iter().map(|own| own.improvement).collect();
        Cumulated {
            goal: goal.clone(),
            tests: all.iter().map(|own| tests[own.test].test_id.clone()).collect(),
            lift: estimates.iter().map(|own| own.effect).sum::<f64>().exp_m1(),
            shrunk: prior.map(|prior| Lift::of(prior.sum(&estimates), 1.0)),
        }
    };
    by_goal.into_iter().map(one).collect()
}
