//! False positives at the fixed horizon, in A/A tests at 5 %.

use std::fmt::Write as _;

use stats::agresti_caffo::Rate;
use stats::joint::Joint;
use stats::permutation::{Drawing, means, rates, ratios};
use stats::sample::Contrast;
use stats::welch::Difference;

use crate::goals::{GOALS, Goal, Random, SHARES, SIZES, percent, split};

/// The number of false positives of each method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// False positives of the permutation test.
    pub permutation: usize,
    /// False positives of Welch's test. For ratios, it uses the delta method's variance.
    pub formula: usize,
    /// For ratios: false positives of the z test that treats visitors as units.
    pub naive: usize,
}

/// The number of draws of a permutation test in this simulation. It is lower than in a report and has the
/// same error rate: the actual assignment is one of 500 that are all equally likely to have the greatest
/// difference.
const DRAWS: u32 = 499;

/// Simulates `runs` tests of `arms` units.
#[must_use]
pub fn cell(goal: Goal, arms: (usize, usize), runs: usize) -> Cell {
    let mut random = Random::of(&goal.name(), arms.0, arms.1);
    let mut found = Cell { runs, ..Cell::default() };
    for _ in 0..runs {
        let [control, treatment] =
            [arms.0, arms.1].map(|n| (0..n).map(|_| goal.unit(&mut random, 0.0)).collect::<Vec<_>>());
        let seed = random.seed();
        let rejects = |p: Option<f64>| usize::from(p.is_some_and(|p| p <= 0.05));
        found.permutation += rejects(permutation(goal, &control, &treatment, seed));
        found.formula += rejects(formula(goal, &control, &treatment));
        found.naive += rejects(naive(&control, &treatment));
    }
    found
}

/// Returns the mid-p that a report would show.
#[must_use]
pub fn permutation(
    goal: Goal,
    control: &[(f64, f64)],
    treatment: &[(f64, f64)],
    seed: [u8; 32],
) -> Option<f64> {
    let drawing = Drawing { seed, draws: DRAWS };
    let firsts = |arm: &[(f64, f64)]| arm.iter().map(|unit| unit.0).collect::<Vec<_>>();
    let rate = |arm: &[(f64, f64)]| Rate {
        converted: arm.iter().filter(|unit| unit.0 > 0.0).count() as u64,
        units: arm.len() as u64,
    };
    let tested = match goal {
        Goal::Ratio => ratios(control, treatment, &drawing),
        Goal::Binary(_) => rates(rate(control), rate(treatment)),
        Goal::Skewed => means(&firsts(control), &firsts(treatment), &drawing),
    };
    tested.map(|tested| tested.p_value)
}

fn formula(goal: Goal, control: &[(f64, f64)], treatment: &[(f64, f64)]) -> Option<f64> {
    let [a, b] = [control, treatment].map(|arm| goal.sample(&aggregate(arm)));
    Difference::new(&Contrast::separate(&a?, &b?)?, 0.05).map(|found| found.p_value)
}

/// Tests conversions as if each visitor were assigned alone.
fn naive(control: &[(f64, f64)], treatment: &[(f64, f64)]) -> Option<f64> {
    let [a, b] = [control, treatment].map(|arm| {
        let arm = aggregate(arm);
        (arm.x().total(), arm.y().total())
    });
    let share = (a.0 + b.0) / (a.1 + b.1);
    let variance = share * (1.0 - share) * (1.0 / a.1 + 1.0 / b.1);
    let standard_error = variance.sqrt();
    let contrast = Contrast { estimate: b.0 / b.1 - a.0 / a.1, standard_error, freedom: f64::INFINITY };
    (variance > 0.0).then(|| Difference::new(&contrast, 0.05)).flatten().map(|found| found.p_value)
}

/// Returns the table of the formulas for sizes that have no permutation test.
#[must_use]
pub fn beyond() -> String {
    let runs = 2_000;
    let mut text = format!(
        "The formula alone, beyond 2,000 units in the smaller arm, in %, {runs} A/A tests per cell (two \
         Monte Carlo errors: 1.0).\n\n| goal | 2,001 : 2,001 | 2,001 : 18,009 |\n|---|---|---|\n"
    );
    for goal in GOALS {
        let [even, uneven] =
            [2_001, 18_009].map(|other| percent(cell(goal, (2_001, other), runs).formula, runs));
        let _ = writeln!(text, "| {} | {even} | {uneven} |", goal.name());
    }
    text
}

/// Returns the moments of an arm's units.
#[must_use]
pub fn aggregate(arm: &[(f64, f64)]) -> Joint {
    let mut joint = Joint::default();
    for &(x, y) in arm {
        joint.add(x, y);
    }
    joint
}

/// Returns the table of all goals, weights and sizes.
#[must_use]
pub fn table() -> String {
    let runs = 10_000;
    let mut text = format!(
        "False positives in %, {runs} A/A tests per cell (two Monte Carlo errors: 0.4): permutation mid-p / \
         Welch or delta method / for ratios, a test that treats visitors as units.\n\n| goal | weights |"
    );
    for n in SIZES {
        let _ = write!(text, " 2 × {n} |");
    }
    text += "\n|---|---|---|---|---|---|---|\n";
    for goal in GOALS {
        for share in SHARES {
            let _ = write!(text, "| {} | {share}:{} |", goal.name(), 100 - share);
            for n in SIZES {
                let found = cell(goal, split(2 * n, share), runs);
                let _ = write!(
                    text,
                    " **{}** / {}",
                    percent(found.permutation, runs),
                    percent(found.formula, runs)
                );
                if goal == Goal::Ratio {
                    let _ = write!(text, " / {}", percent(found.naive, runs));
                }
                text += " |";
            }
            text += "\n";
        }
    }
    text
}
