//! Planned units: how often a test of the planned size finds the planned difference. Sequential tests have 20
//! interim looks, equally spaced, and spend their error rate over them.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
mod z_tests;

use stats::agresti_caffo::Rate as Units;
use stats::moments::Moments;
use stats::permutation::rates;
use stats::planning::boundary::Boundary;
use stats::planning::{Aim, Analysis, MAX_LOOKS, Outcome, Visitor, units_needed};
use stats::spending::{LEVEL, Spending};
use stats::welch::welch;

pub use self::z_tests::crossings;
use crate::chance::{Chance, Rate};

/// An account has 1 to this many visitors, with equal probability.
const MAX_VISITORS: u32 = 19;

/// The standard deviation of the number of visitors divided by its mean.
const UNEVENNESS: f64 = 0.547_722_557_505_166_1;

/// A plan.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The measured outcome. A ratio has a conversion rate of 20 %.
    pub outcome: Outcome,
    /// The true difference.
    pub effect: f64,
    /// Treatment's weight in basis points.
    pub weight: u32,
}

/// The conversion rate of a ratio's visitors.
const VISITOR_RATE: f64 = 0.2;

/// A conversion rate of 20 % over 1 to 19 visitors per account, with an intraclass correlation of 0.1.
#[must_use]
pub fn visitors() -> Outcome {
    let visitor = Visitor::Converts { rate: VISITOR_RATE };
    Outcome::Ratio { visitor, visitors: 10.0, unevenness: UNEVENNESS, correlation: 0.1 }
}

/// Returns the number of planned units, and how often the test found the difference with them.
#[must_use]
pub fn simulate(plan: &Plan, analysis: Analysis, runs: u32, seed: u64) -> (u64, Rate) {
    let weights = [10_000 - plan.weight, plan.weight];
    let Some(units) = units_needed(plan.outcome, plan.effect, &weights, 0, Aim::usual(analysis)) else {
        return (0, Rate::default());
    };
    let (mut chance, mut found) = (Chance::new(seed), Rate::default());
    let bounds = match analysis {
        Analysis::FixedHorizon => Vec::new(),
        Analysis::Sequential { spending, looks } => bounds(spending, looks, units.total),
    };
    for _ in 0..runs {
        found.count(match analysis {
            Analysis::FixedHorizon => once(plan, &units.arms, &mut chance),
            Analysis::Sequential { .. } => sequential(plan, &bounds, &mut chance),
        });
    }
    (units.total, found)
}

fn once(plan: &Plan, units: &[u64], chance: &mut Chance) -> bool {
    let arms: Vec<Vec<(f64, f64)>> = [0.0, plan.effect]
        .iter()
        .zip(units)
        .map(|(add, n)| (0..*n).map(|_| unit(plan, *add, chance)).collect())
        .collect();
    if let Outcome::Binary { .. } = plan.outcome {
        let rate = |arm: &[(f64, f64)]| Units {
            converted: arm.iter().filter(|unit| unit.0 > 0.5).count() as u64,
            units: arm.len() as u64,
        };
        return rates(rate(&arms[0]), rate(&arms[1])).is_some_and(|found| found.p_value < 0.05);
    }
    let [a, b] = [linear(&arms[0]), linear(&arms[1])];
    welch(&a, &b, 0.05).is_some_and(|found| found.p_value < 0.05)
}

/// Linearizes the ratio of an arm's totals: numbers whose mean varies as the ratio does (delta method).
fn linear(arm: &[(f64, f64)]) -> Moments {
    let totals = arm.iter().fold((0.0, 0.0), |sum, u| (sum.0 + u.0, sum.1 + u.1));
    let ratio = totals.0 / totals.1;
    let mut moments = Moments::default();
    for unit in arm {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
        moments.add(ratio + (unit.0 - ratio * unit.1) * arm.len() as f64 / totals.1);
    }
    moments
}

/// Returns the units of each interim look up to the plan, with the critical value of Student's t there.
fn bounds(spending: Spending, looks: u32, total: u64) -> Vec<(u64, f64)> {
    let critical = Boundary::of(spending, LEVEL, true, looks).critical_values();
    let look = |(k, z): (u64, f64)| {
        let units = total * k / u64::from(looks);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
        let t = StudentsT::new(0.0, 1.0, units as f64 - 2.0).ok()?;
        Some((units, t.inverse_cdf(Normal::standard().cdf(z))))
    };
    (1..).zip(critical).take(looks as usize).filter_map(look).collect()
}

/// Simulates a sequential test with a t test at each interim look, from 2 units in the smaller arm.
fn sequential(plan: &Plan, bounds: &[(u64, f64)], chance: &mut Chance) -> bool {
    let (mut arms, mut units) = ([Moments::default(); 2], 0);
    bounds.iter().any(|&(until, bound)| {
        for _ in units..until {
            let arm = usize::from(chance.happens(f64::from(plan.weight) / 10_000.0));
            arms[arm].add(unit(plan, if arm == 1 { plan.effect } else { 0.0 }, chance).0);
        }
        units = until;
        statistic(&arms).is_some_and(|t| t >= bound)
    })
}

/// Returns the difference in standard errors, of which the greater of the two usual ones is used.
fn statistic([a, b]: &[Moments; 2]) -> Option<f64> {
    let (va, vb) = (a.variance()?, b.variance()?);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
    let (na, nb) = (a.units() as f64, b.units() as f64);
    let pooled = ((na - 1.0) * va + (nb - 1.0) * vb) / (na + nb - 2.0) * (1.0 / na + 1.0 / nb);
    let error = pooled.max(va / na + vb / nb).sqrt();
    (error > 0.0).then(|| (b.mean() - a.mean()) / error)
}

/// Draws one unit's number and its denominator.
fn unit(plan: &Plan, add: f64, chance: &mut Chance) -> (f64, f64) {
    match plan.outcome {
        Outcome::Binary { rate } => (f64::from(u8::from(chance.happens(rate + add))), 1.0),
        Outcome::Mean { deviation } => (deviation * chance.normal() + add, 1.0),
        Outcome::Ratio { correlation, .. } => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 18")]
            let visitors = 1 + (chance.uniform() * f64::from(MAX_VISITORS)) as u32;
            let shared = chance.happens(VISITOR_RATE + add);
            // Each visitor follows the account's value with the square root of the correlation, so two
            // visitors have this correlation.
            let own = |chance: &mut Chance| {
                if chance.happens(correlation.sqrt()) { shared } else { chance.happens(VISITOR_RATE + add) }
            };
            let converted: u32 = (0..visitors).map(|_| u32::from(own(chance))).sum();
            (f64::from(converted), f64::from(visitors))
        }
    }
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    const RUNS: u32 = 4_000;
    let mut lines = format!(
        "{RUNS} runs with the planned difference, at a planned power of 80 %; runs that find it, %\n\n\
         | goal | difference | treatment | units, fixed horizon | power | units, sequential | power \
         |\n|---|---|---|---|---|---|---|\n"
    );
    let mean = Outcome::Mean { deviation: 1.0 };
    let rate = |rate| Outcome::Binary { rate };
    let plans = [
        ("mean, deviation 1", mean, 1.0, 5_000),
        ("mean, deviation 1", mean, 0.5, 5_000),
        ("mean, deviation 1", mean, 0.3, 5_000),
        ("mean, deviation 1", mean, 0.5, 2_000),
        ("binary, 5 %", rate(0.05), 0.15, 5_000),
        ("binary, 20 %", rate(0.2), 0.3, 5_000),
        ("binary, 20 %", rate(0.2), 0.15, 5_000),
        ("binary, 50 %", rate(0.5), 0.2, 5_000),
        ("binary, 20 %", rate(0.2), 0.2, 2_000),
        ("ratio, 20 %, 10 visitors, 0.1", visitors(), 0.1, 5_000),
        ("ratio, 20 %, 10 visitors, 0.1", visitors(), 0.06, 5_000),
    ];
    let daily = Analysis::Sequential { spending: Spending::Even, looks: MAX_LOOKS };
    for (seed, (name, outcome, effect, weight)) in (1..).zip(plans) {
        let plan = Plan { outcome, effect, weight };
        let (units, power) = simulate(&plan, Analysis::FixedHorizon, RUNS, seed);
        let sequential = if let Outcome::Ratio { .. } = outcome {
            "– | –".to_owned()
        } else {
            let (units, power) = simulate(&plan, daily, RUNS, seed);
            format!("{units} | {power}")
        };
        lines.extend([format!(
            "| {name} | {effect} | {} % | {units} | {power} | {sequential} |\n",
            weight / 100
        )]);
    }
    lines + &z_tests::table()
}
