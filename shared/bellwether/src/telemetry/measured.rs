//! Builds the page of `GET /metrics` from stored results; pure. All values come from the store, so every
//! instance returns the same page, and counts are not lost with an instance.

#[cfg(test)]
mod tests;

use super::catalogue::{
    CONVERSIONS, DIFFERENCE, DIFFERENCE_HIGH, DIFFERENCE_LOW, Family, OUTCOME_SUM, P_VALUE, RESULTS_AGE,
    RUNNING, SAMPLE_RATIO_P, SIGN_INS_TOTAL, TESTS_LEFT_OUT, UNITS, VERDICT, WEIGHT_RATIO,
};
use super::exposition::Sample;
use crate::store::counters::SignIn;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, Status, Workspace};
use domain::results::reading::goal::GoalReport;
use domain::results::report::stored::StoredReport;
use domain::results::verdict::Advice;

/// The maximum number of values on a page: about 2 MB of the 6 MB that a response may have.
pub const MOST_SAMPLES: usize = 15_000;

/// A workspace's page that is being built: sign-ins first, then one test after the other while there is room.
#[derive(Debug)]
pub struct Page<'a> {
    workspace: &'a Workspace,
    samples: Vec<Sample>,
    now: Timestamp,
    shown: usize,
}

impl<'a> Page<'a> {
    /// Creates a page without tests.
    #[must_use]
    pub fn new(workspace: &'a Workspace, sign_ins: &[(SignIn, u64)], now: Timestamp) -> Self {
        let counted = |(outcome, count): &(SignIn, u64)| {
            Sample::new(&SIGN_INS_TOTAL, [outcome.as_str()], whole(*count))
        };
        Self { workspace, samples: sign_ins.iter().map(counted).collect(), now, shown: 0 }
    }

    /// Adds a test and the stored report of its current phase, if there is one. False when the page has no
    /// room for it.
    pub fn add(&mut self, test: &Experiment, stored: Option<&StoredReport>) -> bool {
        let own = of_test(self.workspace, test, stored, self.now);
        let fits = self.samples.len() + own.len() <= MOST_SAMPLES;
        if fits {
            self.samples.extend(own);
            self.shown += 1;
        }
        fits
    }

    /// Returns the page, for a workspace with this number of tests.
    #[must_use]
    pub fn finish(mut self, tests: usize) -> Vec<Sample> {
        let left_out = whole(tests.saturating_sub(self.shown) as u64);
        self.samples.push(Sample::new(&TESTS_LEFT_OUT, [self.workspace.as_str()], left_out));
        self.samples
    }
}

fn of_test(
    workspace: &Workspace,
    test: &Experiment,
    stored: Option<&StoredReport>,
    now: Timestamp,
) -> Vec<Sample> {
    let (workspace, test_id) = (workspace.as_str(), test.definition.test_id.as_str());
    let runs = test.status == Status::Running;
    let mut samples = vec![Sample::new(&RUNNING, [workspace, test_id], f64::from(u8::from(runs)))];
    let Some(stored) = stored else {
        samples.extend(nothing_yet(workspace, test));
        return samples;
    };
    // A report that cannot be read adds no counts. Counts of 0 would look like a decrease.
    let Some(report) = stored.report() else { return samples };
    let mut put = |family: &'static Family, rest: &[&str], value: Option<f64>| {
        let labels = [workspace, test_id].iter().chain(rest).map(|label| (*label).to_owned()).collect();
        samples.extend(value.map(|value| Sample { family, labels, value }));
    };
    put(&RESULTS_AGE, &[], Some(seconds(report.as_of, now)).filter(|_| runs));
    put(&SAMPLE_RATIO_P, &[], report.sample_ratio.p);
    for decision in Advice::ALL {
        let holds = report.verdict.decision == decision;
        put(&VERDICT, &[decision.as_str()], Some(f64::from(u8::from(holds))));
    }
    for (variant, units) in &report.units {
        let aside =
            [&report.omitted, &report.merged].map(|own| own.get(variant).copied().unwrap_or_default());
        let aside: u64 = aside.iter().sum();
        put(&UNITS, &[variant.as_str()], Some(whole(units + aside)));
        let weight = report.weights.get(variant);
        put(&WEIGHT_RATIO, &[variant.as_str()], weight.map(|points| f64::from(points.get()) / 10_000.0));
    }
    for goal in &report.goals {
        of_goal(goal, &mut put);
    }
    samples
}

/// Counts of 0 for a phase that was not aggregated yet, so that the first count is visible as an increase.
fn nothing_yet<'a>(workspace: &'a str, test: &'a Experiment) -> impl Iterator<Item = Sample> + 'a {
    let (definition, test_id) = (&test.definition, test.definition.test_id.as_str());
    definition.variants.iter().flat_map(move |variant| {
        let variant = variant.key.as_str();
        let goals = definition.goals.iter().map(move |goal| {
            Sample::new(&CONVERSIONS, [workspace, test_id, variant, goal.key.as_str()], 0.0)
        });
        std::iter::once(Sample::new(&UNITS, [workspace, test_id, variant], 0.0)).chain(goals)
    })
}

/// Units that overrides have omitted stay in the counts, so that counts never decrease.
fn of_goal(goal: &GoalReport, put: &mut impl FnMut(&'static Family, &[&str], Option<f64>)) {
    let name = goal.goal.as_str();
    for arm in &goal.arms {
        let labels = [arm.variant.as_str(), name];
        put(&CONVERSIONS, &labels, Some(whole(arm.converted + arm.omitted)));
        put(&OUTCOME_SUM, &labels, Some(arm.total));
    }
    for own in &goal.comparisons {
        let labels = [own.variant.as_str(), name];
        put(&DIFFERENCE, &labels, own.absolute.estimate);
        put(&DIFFERENCE_LOW, &labels, own.absolute.low);
        put(&DIFFERENCE_HIGH, &labels, own.absolute.high);
        put(&P_VALUE, &labels, own.p_value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a test's life")]
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.millis() - from.millis()).max(0) as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn whole(count: u64) -> f64 {
    count as f64
}
