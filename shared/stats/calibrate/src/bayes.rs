//! The error rates of Bayesian readings over many tests. The readings do not guarantee any of them.

use stats::bayes::{Direction, Posterior, versus};
use stats::moments::Moments;

use crate::chance::{Chance, Rate};

/// The distribution of a goal.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Converts at this rate.
    Binary(f64),
    /// Four in five units have 0, the others have a lognormal amount.
    Skewed,
}

/// The findings of runs without a difference.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// P(beats control) is over 95 % or under 5 % at the end.
    pub sure: Rate,
    /// The same after any of ten interim looks.
    pub sure_sequential: Rate,
    /// The credible interval contains the true difference, 0.
    pub covered: Rate,
}

/// Simulates `runs` tests of `units` units in each arm.
#[must_use]
pub fn simulate(goal: Goal, units: u32, runs: u32, seed: u64) -> Found {
    let mut chance = Chance::new(seed);
    let mut found = Found::default();
    for _ in 0..runs {
        let mut arms = [Moments::default(); 2];
        let (mut ever, mut last) = (false, None);
        for unit in 1..=units {
            for arm in &mut arms {
                arm.add(draw(goal, &mut chance));
            }
            if unit % (units / 10) == 0 {
                last = read(goal, &arms);
                ever |= last.is_some_and(|(beats, _)| (beats - 0.5).abs() > 0.45);
            }
        }
        found.sure.count(last.is_some_and(|(beats, _)| (beats - 0.5).abs() > 0.45));
        found.sure_sequential.count(ever);
        found.covered.count(last.is_none_or(|(_, covered)| covered));
    }
    found
}

fn draw(goal: Goal, chance: &mut Chance) -> f64 {
    match goal {
        Goal::Binary(rate) => f64::from(u8::from(chance.happens(rate))),
        Goal::Skewed if chance.happens(0.8) => 0.0,
        Goal::Skewed => chance.normal().exp(),
    }
}

/// Returns P(beats control), and whether the interval contains 0.
fn read(goal: Goal, arms: &[Moments; 2]) -> Option<(f64, bool)> {
    let of = |arm: &Moments| match goal {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        Goal::Binary(_) => Posterior::binary(arm.units(), arm.total().round() as u64),
        Goal::Skewed => Posterior::mean_of(arm),
    };
    let found = versus(of(&arms[0])?, of(&arms[1])?, Direction::Higher, 0.05)?;
    Some((found.beats, found.low <= 0.0 && found.high >= 0.0))
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    const RUNS: u32 = 2_000;
    let mut lines = format!(
        "{RUNS} runs without a difference, %\n\n\
         | goal | units per arm | P(beats control) above 95 % or below 5 %, at the end | the same, at any of \
         ten interim looks | credible interval contains 0 |\n|---|---|---|---|---|\n"
    );
    let goals = [
        ("binary, 5 %", Goal::Binary(0.05)),
        ("binary, 20 %", Goal::Binary(0.2)),
        ("binary, 50 %", Goal::Binary(0.5)),
        ("skewed sum", Goal::Skewed),
    ];
    for (seed, (name, goal)) in (1..).zip(goals) {
        for units in [20, 40, 100, 400] {
            let found = simulate(goal, units, RUNS, seed * 1_000 + u64::from(units));
            lines.extend([format!(
                "| {name} | {units} | {} | {} | {} |\n",
                found.sure, found.sure_sequential, found.covered
            )]);
        }
    }
    lines
}
