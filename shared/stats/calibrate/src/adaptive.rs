//! Adaptive tests whose base rate drifts and whose windows may be longer than a batch: how often each reading finds a
//! difference that does not exist, and how often each interval misses the true one.

mod course;
mod judge;
mod more_tables;
mod outcome;
mod tables;

pub use more_tables::{guardrails, numbers};
pub use outcome::{Drift, Outcome};
pub use tables::{arms, refused, table};

use crate::chance::{Chance, Rate};

/// A binary guardrail of a simulated test. Its rate rises as that of the primary goal does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Guardrail {
    /// The base rate; 0 for a test without a guardrail.
    pub base: f64,
    /// By how much each treatment is worse.
    pub worse: f64,
    /// By how much it may be worse.
    pub margin: f64,
}

/// An adaptive test. The first treatment has the effect.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Control and treatments.
    pub arms: usize,
    /// All units.
    pub units: usize,
    /// How many units are assigned within a unit's window.
    pub window: usize,
    /// The lowest weight.
    pub floor: u32,
    /// The weight of control, if it does not follow the outcomes.
    pub control_share: Option<u32>,
    /// The distribution of a unit's number.
    pub outcome: Outcome,
    /// Its drift.
    pub drift: Drift,
    /// The difference that the first treatment adds to a rate, or the share by which it raises numbers.
    pub effect: f64,
    /// The guardrail.
    pub guardrail: Guardrail,
}

impl Setting {
    /// A binary test of two arms with the usual floor, without an effect.
    #[must_use]
    pub fn binary(base: f64, units: usize) -> Self {
        Self {
            arms: 2,
            units,
            window: 0,
            floor: stats::adaptive::thompson::FLOOR,
            control_share: None,
            outcome: Outcome::Binary(base),
            drift: Drift::Rise,
            effect: 0.0,
            guardrail: Guardrail::default(),
        }
    }

    /// Returns the weights of the first batch.
    fn first_weights(&self) -> Vec<u32> {
        let arms = u32::try_from(self.arms).unwrap_or(2);
        let (kept, free) = self.control_share.map_or((0, arms), |share| (share, arms - 1));
        let mut weights = vec![(10_000 - kept) / free; self.arms];
        if self.control_share.is_some() {
            weights[0] = kept;
        }
        let rest = 10_000 - weights.iter().sum::<u32>();
        weights[self.arms - 1] += rest;
        weights
    }

    /// Returns the true difference of the first treatment, without drift.
    fn truth(&self) -> f64 {
        if self.outcome.is_binary() { self.effect } else { self.effect * self.outcome.mean() }
    }
}

/// How often each event happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// The verdict shows a difference of a treatment without one, at an interim look or at the end.
    pub wrong: Rate,
    /// The verdict shows that the first treatment differs, when it does.
    pub right: Rate,
    /// The first treatment's e-process is significant by itself, at any interim look.
    pub e_process: Rate,
    /// Its batch-stratified reading is, at the end.
    pub stratified: Rate,
    /// The interval of the batch-stratified reading missed the true difference.
    pub stratified_missed: Rate,
    /// The running interval missed the true difference at any interim look.
    pub sequence_missed: Rate,
    /// A guardrail was shown to be broken.
    pub broken: Rate,
    /// A guardrail was shown to be met.
    pub met: Rate,
    /// The sum of the first treatment's shares of units.
    shares: f64,
}

impl Found {
    /// Returns the mean share of units in the first treatment.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.shares / f64::from(self.wrong.runs.max(1))
    }
}

/// Simulates `runs` tests.
#[must_use]
pub fn simulate(setting: &Setting, runs: u32, seed: u64) -> Found {
    let mut chance = Chance::new(seed);
    let mut found = Found::default();
    for _ in 0..runs {
        let one = course::run(setting, &mut chance);
        found.wrong.count(one.wrong);
        found.right.count(one.right);
        found.e_process.count(one.e_process);
        found.stratified.count(one.stratified);
        found.stratified_missed.count(one.stratified_missed);
        found.sequence_missed.count(one.sequence_missed);
        found.broken.count(one.broken);
        found.met.count(one.met);
        found.shares += one.share;
    }
    found
}
