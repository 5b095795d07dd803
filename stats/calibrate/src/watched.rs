//! False positives of a test that is looked at after every unit, up to twice its plan.

use std::fmt::Write as _;

use bellwether_stats::always_valid::Watch;
use bellwether_stats::joint::Joint;

use crate::goals::{GOALS, Goal, Random, SHARES, SIZES, percent, real};

/// What was found wrong in so many tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// The p-value was 5 % or less at some look; with a lift: the interval missed it at some look.
    pub wrong: usize,
    /// The same up to the planned end alone.
    pub wrong_by_plan: usize,
    /// The one-sided p-value that treatment is no better was 5 % or less at some look.
    pub one_sided: usize,
}

/// Watches `runs` tests of `planned` units in both arms, up to twice as many, with the mean of the
/// treatment raised by the share `lift`.
#[must_use]
pub fn cell(goal: Goal, share: usize, planned: usize, lift: f64, runs: usize) -> Cell {
    let mut random = Random::of(&goal.name(), share, planned);
    let mut found = Cell { runs, ..Cell::default() };
    let Some(watch) = Watch::new(0.05, real(planned)) else { return found };
    for _ in 0..runs {
        let seen = watch_one(goal, share, planned, lift, &watch, &mut random);
        found.wrong += usize::from(seen.0);
        found.wrong_by_plan += usize::from(seen.1);
        found.one_sided += usize::from(seen.2);
    }
    found
}

fn watch_one(
    goal: Goal,
    share: usize,
    planned: usize,
    lift: f64,
    watch: &Watch,
    random: &mut Random,
) -> (bool, bool, bool) {
    let truth = goal.truth(lift) - goal.truth(0.0);
    let mut arms = [Joint::default(), Joint::default()];
    let mut seen = (false, false, false);
    for unit in 1..=2 * planned {
        let arm = usize::from(random.even() >= real(share) / 100.0);
        let (x, y) = goal.unit(random, if arm == 1 { lift } else { 0.0 });
        arms[arm].add(x, y);
        let (Some(a), Some(b)) = (goal.sample(&arms[0]), goal.sample(&arms[1])) else { continue };
        let Some(look) = watch.look(&a, &b) else { continue };
        let missed = look.interval.is_some_and(|(low, high)| truth < low || truth > high);
        seen.0 |= missed;
        seen.1 |= missed && unit <= planned;
        // The one-sided evidence is at most twice the two-sided: most looks need no second reading.
        if missed && look.estimate > truth || (!seen.2 && look.p_value < 0.11 && look.estimate > 0.0) {
            seen.2 |= watch.at_most(&a, &b, truth).is_some_and(|p| p <= 0.05);
        }
    }
    seen
}

/// All goals, weights and sizes.
#[must_use]
pub fn table() -> String {
    let runs = 5_000;
    let mut text = format!(
        "False positives in % at any look, {runs} A/A tests a cell (two Monte Carlo errors: 0.6), looked at \
         after every unit from 10 in the smaller arm to twice the plan: two-sided / one-sided.\n\n\
         | goal | weights |"
    );
    for n in SIZES {
        let _ = write!(text, " plan 2 × {n} |");
    }
    text += "\n|---|---|---|---|---|---|---|\n";
    for goal in GOALS {
        for share in SHARES {
            let _ = write!(text, "| {} | {share}:{} |", goal.name(), 100 - share);
            for n in SIZES {
                let found = cell(goal, share, 2 * n, 0.0, runs);
                let _ = write!(
                    text,
                    " **{}** / {} |",
                    percent(found.wrong, runs),
                    percent(found.one_sided, runs)
                );
            }
            text += "\n";
        }
    }
    text
}
