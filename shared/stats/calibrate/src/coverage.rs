//! How often a 95 % interval contains the true difference.

use std::fmt::Write as _;

use stats::agresti_caffo::{Rate, agresti_caffo, applies};
use stats::joint::Joint;
use stats::sample::Contrast;
use stats::welch::Difference;

use crate::fixed::aggregate;
use crate::goals::{GOALS, Goal, Random, percent};
use crate::sequential;

/// Intervals that contained the true difference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// Intervals at the fixed horizon that contained the true difference.
    pub covered: usize,
    /// Tests without an interval.
    pub none: usize,
}

/// Simulates `runs` tests of two arms of `n` units. The mean of treatment is raised by the share `lift`.
#[must_use]
pub fn cell(goal: Goal, n: usize, lift: f64, runs: usize) -> Cell {
    let mut random = Random::of(&goal.name(), n, 2);
    let truth = goal.truth(lift) - goal.truth(0.0);
    let mut found = Cell { runs, ..Cell::default() };
    for _ in 0..runs {
        let [control, treatment] = [0.0, lift]
            .map(|lift| aggregate(&(0..n).map(|_| goal.unit(&mut random, lift)).collect::<Vec<_>>()));
        match interval(goal, &control, &treatment) {
            Some(d) => found.covered += usize::from(d.low <= truth && truth <= d.high),
            None => found.none += 1,
        }
    }
    found
}

/// Returns the interval that a report would show.
fn interval(goal: Goal, control: &Joint, treatment: &Joint) -> Option<Difference> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let rate = |arm: &Joint| Rate { converted: arm.x().total() as u64, units: arm.units() };
    let (a, b) = (rate(control), rate(treatment));
    if matches!(goal, Goal::Binary(_)) && applies(a, b) {
        return agresti_caffo(a, b, 0.05);
    }
    Difference::new(&Contrast::separate(&goal.sample(control)?, &goal.sample(treatment)?)?, 0.05)
}

/// Returns the table of all goals at 1:1, without and with a difference.
#[must_use]
pub fn table() -> String {
    let (runs, sequential_runs) = (10_000, 2_000);
    let mut text = format!(
        "95 % intervals that contained the true difference, in %, 1:1: at the fixed horizon ({runs} tests \
         per cell, two Monte Carlo errors: 0.4), and always-valid at every interim look up to twice the plan \
         ({sequential_runs} tests, 1.0).\n\n| goal | units | fixed horizon, no lift | fixed horizon, lift | \
         always-valid, no lift | always-valid, lift |\n|---|---|---|---|---|---|\n"
    );
    for goal in GOALS {
        for n in [40, 100, 400] {
            let _ = write!(text, "| {} | 2 × {n} |", goal.name());
            let lifts = [0.0, goal.lift_to_find(n)];
            for lift in lifts {
                let _ = write!(text, " {} |", percent(cell(goal, n, lift, runs).covered, runs));
            }
            for lift in lifts {
                let found = sequential::cell(goal, 50, 2 * n, lift, sequential_runs);
                let _ = write!(text, " {} |", percent(sequential_runs - found.wrong, sequential_runs));
            }
            text += "\n";
        }
    }
    text
}
