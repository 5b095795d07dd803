//! How often a real difference is found, and how much variance a covariate removes.

use std::fmt::Write as _;

use stats::always_valid::SequentialTest;
use stats::cuped::cuped;
use stats::joint::Joint;
use stats::welch::Difference;

use crate::fixed::permutation;
use crate::goals::{GOALS, Goal, Random, percent, real};

/// Tests in which the real difference was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// By the permutation test at the fixed horizon.
    pub planned: usize,
    /// By the always-valid p-value at the fixed horizon alone.
    pub at_the_end: usize,
    /// By the always-valid p-value at any interim look up to the fixed horizon.
    pub sequential: usize,
    /// By the always-valid p-value at any interim look up to twice the fixed horizon.
    pub sequential_twice: usize,
}

/// Returns the lift that the permutation test finds in 80 % of tests of two arms of `n` units. It is found by
/// bisection between 0.8 and 2.5 times the lift that a z test needs, with 800 tests per step.
#[must_use]
pub fn lift_for_a_plan(goal: Goal, n: usize) -> f64 {
    let lift = goal.lift_to_find(n);
    let (mut low, mut high) = (0.8, 2.5);
    for _ in 0..7 {
        let middle = f64::midpoint(low, high);
        let mut random = Random::of(&goal.name(), n, 3);
        let found = (0..800).filter(|_| {
            let [control, treatment] = [0.0, middle * lift]
                .map(|lift| (0..n).map(|_| goal.unit(&mut random, lift)).collect::<Vec<_>>());
            let seed = random.seed();
            permutation(goal, &control, &treatment, seed).is_some_and(|p| p <= 0.05)
        });
        if found.count() < 640 { low = middle } else { high = middle }
    }
    lift * f64::midpoint(low, high)
}

/// Simulates `runs` tests of two arms of `n` units. The mean of treatment is raised by the share `lift`.
#[must_use]
pub fn cell(goal: Goal, n: usize, lift: f64, runs: usize) -> Cell {
    let mut random = Random::of(&goal.name(), n, 1);
    let mut found = Cell { runs, ..Cell::default() };
    let Some(sequential_test) = SequentialTest::new(0.05, 2.0 * real(n)) else { return found };
    for _ in 0..runs {
        let (mut units, mut arms) = ([Vec::new(), Vec::new()], [Joint::default(), Joint::default()]);
        let mut ever = false;
        for next in 0..4 * n {
            let arm = next % 2;
            let (x, y) = goal.unit(&mut random, if arm == 1 { lift } else { 0.0 });
            arms[arm].add(x, y);
            let both = goal.sample(&arms[0]).zip(goal.sample(&arms[1]));
            let now =
                both.and_then(|(a, b)| sequential_test.look(&a, &b)).is_some_and(|look| look.p_value <= 0.05);
            ever |= now;
            if next < 2 * n {
                units[arm].push((x, y));
            }
            if next + 1 == 2 * n {
                found.at_the_end += usize::from(now);
                found.sequential += usize::from(ever);
            }
        }
        let seed = random.seed();
        let p = permutation(goal, &units[0], &units[1], seed);
        found.planned += usize::from(p.is_some_and(|p| p <= 0.05));
        found.sequential_twice += usize::from(ever);
    }
    found
}

/// The effect of a covariate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Covariate {
    /// Simulated A/A tests.
    pub runs: usize,
    /// False positives of the adjusted test at the fixed horizon.
    pub wrong: usize,
    /// False positives of the adjusted always-valid p-value at any interim look up to twice the plan.
    pub wrong_sequential: usize,
    /// The share of variance saved, as reports show it, on average.
    pub saved: f64,
    /// The share of variance saved, from the spread of the estimates.
    pub truly_saved: f64,
}

/// Simulates A/A tests of two arms of `n` units. The outcome and the covariate are normal and have a
/// correlation of `percent` percent.
#[must_use]
pub fn covariate(percent: usize, n: usize, runs: usize) -> Covariate {
    let mut random = Random::of("covariate", n, percent);
    let correlation = real(percent) / 100.0;
    let mut found = Covariate { runs, ..Covariate::default() };
    let (mut raw, mut adjusted) = (0.0, 0.0);
    let Some(sequential_test) = SequentialTest::new(0.05, 2.0 * real(n)) else { return found };
    for _ in 0..runs {
        let (mut arms, mut wrong) = ([Joint::default(), Joint::default()], false);
        for next in 0..4 * n {
            let y = random.normal();
            let x = correlation * y + (1.0 - correlation * correlation).sqrt() * random.normal();
            arms[next % 2].add(x, y);
            let Some(now) = cuped(&arms[0], &arms[1]) else { continue };
            wrong |= sequential_test.look_adjusted(&now).is_some_and(|look| look.p_value <= 0.05);
            if next + 1 == 2 * n {
                let p = Difference::new(&now.contrast, 0.05).map_or(1.0, |d| d.p_value);
                found.wrong += usize::from(p <= 0.05);
                found.saved += now.variance_saved / real(runs);
                adjusted += now.contrast.estimate.powi(2);
                raw += (arms[1].x().mean() - arms[0].x().mean()).powi(2);
            }
        }
        found.wrong_sequential += usize::from(wrong);
    }
    found.truly_saved = 1.0 - adjusted / raw;
    found
}

/// Returns the table of power by goal and size, then the table of the covariate.
#[must_use]
pub fn table() -> String {
    let runs = 4_000;
    let mut text = format!(
        "Found in %, {runs} tests per cell (two Monte Carlo errors: 1.6): with the lift that the permutation \
         test finds in about 80 %, and with a smaller one that a z test would.\n\n\
         | goal | units | lift % | permutation, at the end | always-valid, at the end | always-valid, at any \
         interim look | up to twice the plan | share found |\n|---|---|---|---|---|---|---|---|\n"
    );
    for goal in GOALS {
        for (n, lift) in [40, 100, 400]
            .into_iter()
            .flat_map(|n| [(n, lift_for_a_plan(goal, n)), (n, goal.lift_to_find(n))])
        {
            let found = cell(goal, n, lift, runs);
            let share = real(found.sequential) / real(found.planned);
            let counts = [found.planned, found.at_the_end, found.sequential, found.sequential_twice];
            let shares = counts.map(|count| percent(count, runs)).join(" | ");
            let _ =
                writeln!(text, "| {} | 2 × {n} | {:.0} | {shares} | {share:.2} |", goal.name(), 100.0 * lift);
        }
    }
    let _ = write!(
        text,
        "\nWith a covariate, {runs} A/A tests per cell.\n\n| correlation | units | variance saved, reported \
         % | actual % | false positives, fixed horizon % | false positives, sequential % \
         |\n|---|---|---|---|---|---|\n"
    );
    for correlation in [0, 50, 80] {
        for n in [10, 40, 100] {
            let found = covariate(correlation, n, runs);
            let [saved, truly] = [found.saved, found.truly_saved].map(|share| 100.0 * share);
            let [wrong, sequential] = [found.wrong, found.wrong_sequential].map(|k| percent(k, runs));
            let _ = writeln!(
                text,
                "| {correlation} % | 2 × {n} | {saved:.1} | {truly:.1} | {wrong} | {sequential} |"
            );
        }
    }
    text
}
