//! Several tests compared, as a response contains them.

use serde::Serialize;

use super::Lift;
use crate::clock::Timestamp;
use crate::experiment::{ExperimentId, GoalKey, Status, VariantKey};
use crate::results::verdict::Advice;

/// Several tests compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Programme {
    /// One entry per requested test, in the order of the request.
    pub tests: Vec<Compared>,
    /// How many tests are decided, and how many of them have a better variant.
    pub counts: Counts,
    /// The distribution of true lifts. Null with fewer than three lifts.
    pub prior: Option<PriorView>,
    /// The cumulated lift of shipped variants, by primary goal.
    pub shipped: Vec<Cumulated>,
}

/// One requested test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its name.
    pub test_id: ExperimentId,
    /// Whether the test exists and has results.
    pub state: State,
    /// The current status of the test. Null for an unknown test.
    pub status: Option<Status>,
    /// The time of the results. Null without results, as all fields below.
    pub as_of: Option<Timestamp>,
    /// The primary goal.
    pub goal: Option<GoalKey>,
    /// The decision of the verdict.
    pub decision: Option<Advice>,
    /// The variants except control.
    pub variants: Vec<Variant>,
}

/// Whether a test has results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has.
    Reported,
    /// The test exists, and no results have been stored yet.
    NotReported,
    /// The workspace has no test of that name.
    Unknown,
}

/// One variant of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variant {
    /// Its key.
    pub variant: VariantKey,
    /// Whether the test was shipped with it.
    pub is_shipped: bool,
    /// The lift of the reading by which the test decides.
    pub lift: Lift,
    /// The lift shrunk towards the mean of all. Null without a prior, and when the lift has no interval.
    pub shrunk: Option<Lift>,
}

/// How many tests are decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Counts {
    /// Tests with results.
    pub reported: usize,
    /// Of these, tests with a decision: to ship, to stop, or no difference.
    pub decided: usize,
    /// Of these, tests with a better variant.
    pub won: usize,
    /// The share of decided tests that won, 0 to 1. Null without one.
    pub share_won: Option<f64>,
}

/// The distribution of true lifts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PriorView {
    /// The number of lifts from which it was estimated.
    pub lifts: usize,
    /// The mean, as an improvement: 0.1 is 10 % better.
    pub mean: f64,
    /// The standard deviation between true lifts, on the scale of the logarithm.
    pub deviation: f64,
}

/// The lifts of shipped variants of one goal, multiplied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cumulated {
    /// The primary goal.
    pub goal: GoalKey,
    /// The tests that were shipped with a variant other than control.
    pub tests: Vec<ExperimentId>,
    /// Their lifts, multiplied, as an improvement.
    pub lift: f64,
    /// Their shrunk lifts, multiplied, as an improvement. Null without a prior.
    pub shrunk: Option<Lift>,
}

impl Counts {
    /// Counts the decisions.
    pub(super) fn of(tests: &[Compared]) -> Self {
        let decided = |own: &&Compared| {
            matches!(own.decision, Some(Advice::Ship | Advice::Stop | Advice::NoDifference))
        };
        let won = tests.iter().filter(|own| own.decision == Some(Advice::Ship)).count();
        let decided = tests.iter().filter(decided).count();
        #[expect(clippy::cast_precision_loss, reason = "at most 50 tests")]
        let share_won = (decided > 0).then(|| won as f64 / decided as f64);
        let reported = tests.iter().filter(|own| own.state == State::Reported).count();
        Self { reported, decided, won, share_won }
    }
}
