//! What is simulated: the table of scenarios.

use stats::spending::{Hypothesis, Spending};

use super::outcome::Outcome;
use crate::goals::{Goal, SIZES};
use crate::heavy::Visitors;

/// The weights of the arms, control first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Their name in a table.
    pub name: &'static str,
    /// At the start.
    pub first: &'static [u32],
    /// From the tenth day on, when half of the planned units have arrived.
    pub later: &'static [u32],
}

const EVEN: Weights = constant("50:50", &[50, 50]);
const LARGER_TREATMENT: Weights = constant("20:80", &[20, 80]);
const SMALLER_TREATMENT: Weights = constant("80:20", &[80, 20]);
const SMALL_CONTROL: Weights = constant("10:90", &[10, 90]);
const CHANGED: Weights = Weights { name: "50:50, then 10:90", first: &[50, 50], later: &[10, 90] };
const FOUR: Weights = constant("25:25:25:25", &[25, 25, 25, 25]);
const LARGE_CONTROL: Weights = constant("40:20:20:20", &[40, 20, 20, 20]);

const fn constant(name: &'static str, arms: &'static [u32]) -> Weights {
    Weights { name, first: arms, later: arms }
}

/// How the operator of a test changes its weights from 50:50 to 80:20, at the look when half of the planned information
/// has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Not at all.
    Absent,
    /// Toward the arm that is ahead.
    Toward,
    /// Away from it.
    Away,
    /// Only if the test is nearly decided: toward the arm that is ahead.
    Eager,
}

/// When outcomes arrive within the window of their unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// At any time.
    Any,
    /// In its last fifth.
    Late,
}

/// The arms whose units are drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redrawn {
    /// Each unit with the weights under which it was assigned.
    ByPropensity,
    /// The same, with the units of all weights drawn as one.
    Pooled,
    /// Each unit 50:50, which is wrong for any other weights. Only tests of the simulation use it.
    Evenly,
}

/// A simulated test, at several sizes and weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Its name, which is unique among scenarios.
    pub name: &'static str,
    /// The outcomes.
    pub outcome: Outcome,
    /// Its weights.
    pub weights: &'static [Weights],
    /// The planned units of an arm, if arms were equal.
    pub sizes: &'static [usize],
    /// For each size, the share by which the first treatment raises the mean. Empty without a lift.
    pub lifts: &'static [f64],
    /// When outcomes arrive.
    pub delay: Delay,
    /// Whether 15 % of units are erased and 15 % are corrected during the test.
    pub edited: bool,
    /// How the error rate is spent.
    pub spending: Spending,
    /// The directions in which it can be decided.
    pub hypothesis: Hypothesis,
    /// How units are drawn again.
    pub redrawn: Redrawn,
    /// How its weights follow from what was seen.
    pub operator: Operator,
}

/// Two equal arms without a lift.
pub const PLAIN: Scenario = Scenario {
    name: "",
    outcome: Outcome::Tiers,
    weights: &[EVEN, LARGER_TREATMENT, SMALL_CONTROL],
    sizes: &SIZES,
    lifts: &[],
    delay: Delay::Any,
    edited: false,
    spending: Spending::Even,
    hypothesis: Hypothesis::Different,
    redrawn: Redrawn::ByPropensity,
    operator: Operator::Absent,
};

const BINARY_5: Outcome = Outcome::Plain(Goal::Binary(5.0));
const BINARY_20: Outcome = Outcome::Plain(Goal::Binary(20.0));
const SUM: Outcome = Outcome::Plain(Goal::Skewed);
const RATIO: Outcome = Outcome::Plain(Goal::Ratio);

const fn level(name: &'static str, outcome: Outcome) -> Scenario {
    Scenario { name, outcome, ..PLAIN }
}

const fn two_sizes(name: &'static str, outcome: Outcome, weights: &'static [Weights]) -> Scenario {
    Scenario { name, outcome, weights, sizes: &[40, 100], ..PLAIN }
}

/// Tests without a difference between the compared arms.
pub const LEVELS: &[Scenario] = &[
    level("ratio, visitors lognormal σ 1", Outcome::Visitors(Visitors::Lognormal(1.0))),
    level("ratio, visitors lognormal σ 1.5", Outcome::Visitors(Visitors::Lognormal(1.5))),
    level("ratio, visitors lognormal σ 2", Outcome::Visitors(Visitors::Lognormal(2.0))),
    level("ratio, visitors Pareto 1.2", Outcome::Visitors(Visitors::Pareto(1.2))),
    level("sum, zero-inflated gamma", Outcome::ZeroInflatedGamma),
    level("sum, lognormal σ 1.5", Outcome::Lognormal(1.5)),
    level("sum, Pareto 1.5 and one unit of 1,000", Outcome::Whale),
    level("binary, accounts of 5, 20 and 60 %", Outcome::Tiers),
    level("binary 5 %", BINARY_5),
    level("binary 20 %", BINARY_20),
    level("skewed sum", SUM),
    Scenario { weights: &[EVEN], ..level("ratio", RATIO) },
    Scenario { weights: &[CHANGED], ..level("binary, trend and weekly season", Outcome::Season) },
    Scenario { weights: &[CHANGED], delay: Delay::Late, ..level("skewed sum, late outcomes", SUM) },
    Scenario { edited: true, ..level("skewed sum, erased and corrected units", SUM) },
    Scenario {
        lifts: &[5.4, 3.75, 2.64, 1.62, 0.78],
        weights: &[FOUR, LARGE_CONTROL],
        ..level("skewed sum, one of three treatments works", SUM)
    },
    Scenario { weights: &[EVEN], ..level("normal, covariate r 0.7", Outcome::Covariate(0.7)) },
    Scenario { spending: Spending::Early, ..two_sizes("skewed sum, early", SUM, &[EVEN, SMALL_CONTROL]) },
    Scenario { spending: Spending::Late, ..two_sizes("skewed sum, late", SUM, &[EVEN, SMALL_CONTROL]) },
    Scenario {
        hypothesis: Hypothesis::Greater,
        ..two_sizes("skewed sum, treatment greater", SUM, &[EVEN, SMALL_CONTROL])
    },
];

const fn power(
    name: &'static str,
    outcome: Outcome,
    weights: &'static [Weights],
    lifts: &'static [f64],
) -> Scenario {
    Scenario { lifts, ..two_sizes(name, outcome, weights) }
}

/// Tests whose first treatment raises the mean by what the two-sided permutation test of two equal arms finds in
/// about 80 % of tests.
pub const POWER: &[Scenario] = &[
    power("binary 5 %", BINARY_5, &[EVEN], &[4.44, 2.52]),
    power("binary 20 %", BINARY_20, &[EVEN, SMALLER_TREATMENT, LARGER_TREATMENT], &[1.51, 0.90]),
    power("skewed sum", SUM, &[EVEN, SMALLER_TREATMENT, LARGER_TREATMENT], &[2.64, 1.62]),
    power("ratio", RATIO, &[EVEN, SMALLER_TREATMENT, LARGER_TREATMENT], &[0.81, 0.45]),
    power(
        "ratio, visitors lognormal σ 1.5",
        Outcome::Visitors(Visitors::Lognormal(1.5)),
        &[EVEN],
        &[1.3, 0.85],
    ),
    power("normal, covariate r 0.7", Outcome::Covariate(0.7), &[EVEN], &[0.626, 0.396]),
    Scenario { spending: Spending::Early, ..power("skewed sum, early", SUM, &[EVEN], &[2.64, 1.62]) },
    Scenario { spending: Spending::Late, ..power("skewed sum, late", SUM, &[EVEN], &[2.64, 1.62]) },
];

const fn through(scenario: Scenario) -> Scenario {
    Scenario { weights: &[EVEN, LARGER_TREATMENT], sizes: &[10, 40], ..scenario }
}

/// Tests without a difference that the results of `domain` decide.
pub const RESULTS: &[Scenario] = &[
    through(level("binary, accounts of 5, 20 and 60 %", Outcome::Tiers)),
    through(level("skewed sum", SUM)),
    through(level("ratio, visitors lognormal σ 1.5", Outcome::Visitors(Visitors::Lognormal(1.5)))),
    through(Scenario { edited: true, ..level("skewed sum, erased and corrected units", SUM) }),
    through(level("normal, covariate r 0.7", Outcome::Covariate(0.7))),
];
