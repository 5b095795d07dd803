//! Tests whose operator looks at half time and moves the weights, and how often they are decided.

use std::collections::BTreeMap;

use stats::planning::boundary::Boundary;

use super::cell::Cell;
use super::counts::Counts;
use super::decision::{looks, terms, watch};
use super::outcome::Outcome;
use super::scenario::{Operator, PLAIN, Redrawn, Scenario, Weights};
use super::test::Unit;
use crate::goals::Goal;

const BINARY: Outcome = Outcome::Plain(Goal::Binary(20.0));
const SUM: Outcome = Outcome::Plain(Goal::Skewed);
const RATIO: Outcome = Outcome::Plain(Goal::Ratio);

const CONSTANT: Weights = Weights { name: "50:50", first: &[50, 50], later: &[50, 50] };
const BY_OPERATOR: Weights = Weights { name: "50:50, then 80:20", ..CONSTANT };

const fn moved(name: &'static str, outcome: Outcome, operator: Operator) -> Scenario {
    Scenario { name, outcome, operator, weights: &[BY_OPERATOR], sizes: &[40, 100], ..PLAIN }
}

/// Tests without a difference.
pub const LEVELS: &[Scenario] = &[
    moved("binary 20 %, toward the arm ahead", BINARY, Operator::Toward),
    moved("binary 20 %, away from the arm ahead", BINARY, Operator::Away),
    moved("binary 20 %, toward the arm ahead if nearly decided", BINARY, Operator::Eager),
    moved("binary, rising by 20 points, toward the arm ahead", Outcome::Rising, Operator::Toward),
    moved("binary, rising by 20 points, away from the arm ahead", Outcome::Rising, Operator::Away),
    moved("skewed sum, toward the arm ahead", SUM, Operator::Toward),
    moved("skewed sum, away from the arm ahead", SUM, Operator::Away),
    moved("sum that triples, toward the arm ahead", Outcome::Tripling, Operator::Toward),
    moved("sum that triples, away from the arm ahead", Outcome::Tripling, Operator::Away),
    moved("ratio, toward the arm ahead", RATIO, Operator::Toward),
    moved("ratio, away from the arm ahead", RATIO, Operator::Away),
];

const fn lifted(scenario: Scenario, weights: &'static [Weights], lifts: &'static [f64]) -> Scenario {
    Scenario { weights, lifts, ..scenario }
}

/// Tests with a difference, with and without a change.
pub const POWER: &[Scenario] = &[
    lifted(moved("binary 20 %, no change", BINARY, Operator::Absent), &[CONSTANT], &[1.51, 0.90]),
    lifted(
        moved("binary 20 %, toward the arm ahead", BINARY, Operator::Toward),
        &[BY_OPERATOR],
        &[1.51, 0.90],
    ),
    lifted(
        moved("binary 20 %, away from the arm ahead", BINARY, Operator::Away),
        &[BY_OPERATOR],
        &[1.51, 0.90],
    ),
    lifted(moved("skewed sum, no change", SUM, Operator::Absent), &[CONSTANT], &[2.64, 1.62]),
    lifted(moved("skewed sum, toward the arm ahead", SUM, Operator::Toward), &[BY_OPERATOR], &[2.64, 1.62]),
    lifted(moved("skewed sum, away from the arm ahead", SUM, Operator::Away), &[BY_OPERATOR], &[2.64, 1.62]),
    lifted(moved("ratio, no change", RATIO, Operator::Absent), &[CONSTANT], &[0.81, 0.45]),
    lifted(moved("ratio, toward the arm ahead", RATIO, Operator::Toward), &[BY_OPERATOR], &[0.81, 0.45]),
    lifted(moved("ratio, away from the arm ahead", RATIO, Operator::Away), &[BY_OPERATOR], &[0.81, 0.45]),
];

/// Tests that the results of `domain` decide.
pub const RESULTS: &[Scenario] = &[
    Scenario { sizes: &[40], ..LEVELS[0] },
    Scenario { sizes: &[40], ..LEVELS[4] },
    Scenario { sizes: &[40], ..LEVELS[7] },
    Scenario { sizes: &[40], ..LEVELS[10] },
];

/// Critical values by the times of the looks, which most tests of a cell share.
pub type Boundaries = BTreeMap<Vec<u64>, Vec<f64>>;

/// Counts decisions by stages with the boundary of the draws. Every fourth test is decided by two further methods: all
/// units drawn as one, and stages with the boundary of Brownian motion.
#[must_use]
pub fn count(
    cell: &Cell,
    units: &[Unit],
    (repetition, draws): (usize, usize),
    boundaries: &mut Boundaries,
) -> Counts {
    let found = watch(cell, units, 1, draws).levels[0].decided.map(|decided| decided.information);
    let mut others = Counts::default();
    if repetition.is_multiple_of(4) {
        let pooled = watch(&Cell { redrawn: Redrawn::Pooled, ..*cell }, units, 1, draws).levels[0].decided;
        let normal = normal(cell, units, draws, boundaries);
        (others.compared, others.pooled, others.normal) = (1, u32::from(pooled.is_some()), u32::from(normal));
    }
    Counts {
        runs: 1,
        by_plan: u32::from(found.is_some_and(|at| at <= 1.0 + 1e-9)),
        decided: u32::from(found.is_some()),
        information: found.unwrap_or(2.0),
        ..others
    }
}

/// Returns whether the combined score ever crosses the boundary of Brownian motion.
fn normal(cell: &Cell, units: &[Unit], draws: usize, boundaries: &mut Boundaries) -> bool {
    let terms = terms(cell);
    let (mut times, mut scores) = (Vec::new(), Vec::new());
    for (score, matured) in looks(cell, units, 1, draws) {
        let time = matured / terms.planned_units;
        if time > times.last().copied().unwrap_or(0.0) {
            times.push(time);
            scores.push(score);
        }
    }
    let key = times.iter().map(|time| time.to_bits()).collect();
    let spent = |time: f64| terms.spending.spent(time) / 2.0;
    let limits =
        boundaries.entry(key).or_insert_with(|| Boundary::new(&times, true, spent).critical_values());
    scores.iter().zip(limits).any(|(score, limit)| score.is_some_and(|score| score.abs() >= *limit))
}
