//! How often the intervals of daily looks contain the true effect, at all looks of a test together.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal};

use super::*;
use crate::agresti_caffo::Rate;
use crate::rerandomization::drawn::{Drawn, Goal, Place, Unit, draw};
use crate::rerandomization::family::{Terms, Watch};
use crate::rerandomization::place::Propensity;
use crate::rerandomization::rates;
use crate::spending::{Hypothesis, Spending};

/// A kind of outcome and its effect.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// Lognormal with this sigma; doubled by treatment.
    Amount(f64),
    /// Visitors, and a lognormal amount per visitor that treatment doubles.
    Ratio(f64),
    /// A rate in each arm.
    Binary([f64; 2]),
}

/// The size of a test: half of its looks are before the plan.
#[derive(Debug, Clone, Copy)]
struct Size {
    plan: u32,
    looks: u32,
    draws: usize,
    treated: u32,
}

struct Row {
    treated: bool,
    key: [u8; 32],
    outcome: (f64, f64),
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (f64::from(random.next_u32()) + 0.5) / 2.0_f64.powi(32)
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    Normal::standard().inverse_cdf(uniform(random))
}

fn row(outcome: Outcome, treated: u32, random: &mut ChaCha8Rng) -> Row {
    let mut key = [0; 32];
    random.fill_bytes(&mut key);
    let treated = uniform(random) * 10_000.0 < f64::from(treated);
    let factor = if treated { 2.0 } else { 1.0 };
    let outcome = match outcome {
        Outcome::Amount(sigma) => (factor * (sigma * normal(random)).exp(), 1.0),
        Outcome::Ratio(sigma) => {
            let visitors = (1.0 + normal(random)).exp().ceil();
            (factor * visitors * (sigma * normal(random)).exp(), visitors)
        }
        Outcome::Binary(rates) => (f64::from(u8::from(uniform(random) < rates[usize::from(treated)])), 1.0),
    };
    Row { treated, key, outcome }
}

fn contains(interval: &Interval, truth: f64) -> bool {
    interval.low.is_none_or(|low| low <= truth) && interval.high.is_none_or(|high| truth <= high)
}

fn drawn(rows: &[Row], outcome: Outcome, size: Size) -> Drawn {
    let propensity = Propensity::new(10_000 - size.treated, size.treated).unwrap();
    let units: Vec<_> = rows
        .iter()
        .map(|row| Unit { treated: row.treated, place: Place::Alone { key: row.key, propensity } })
        .collect();
    let pairs: Vec<_> = rows.iter().map(|row| row.outcome).collect();
    let numbers: Vec<_> = pairs.iter().map(|pair| pair.0).collect();
    let is_ratio = matches!(outcome, Outcome::Ratio(_));
    let goal = if is_ratio { Goal::Ratios(&pairs) } else { Goal::Amounts(&numbers) };
    draw(&units, &[goal], size.draws).remove(0)
}

/// Takes a look and returns whether the interval contains the truth. Binary goals have two intervals.
fn look(rows: &[Row], outcome: Outcome, size: Size, watch: &mut Watch, terms: &Terms) -> bool {
    let drawn = drawn(rows, outcome, size);
    let ranks = drawn.ranks();
    watch.look(&ranks, f64::from(u32::try_from(rows.len()).unwrap()), terms);
    let tails = watch.tails(&ranks, terms.hypothesis);
    let Outcome::Binary([a, b]) = outcome else {
        return drawn.relative_interval(tails).is_ok_and(|found| contains(&found, 1.0));
    };
    let rate = |treated: bool| {
        let arm = || rows.iter().filter(|row| row.treated == treated);
        Rate {
            converted: arm().filter(|row| row.outcome.0 > 0.0).count() as u64,
            units: arm().count() as u64,
        }
    };
    let apart = rates::difference(rate(false), rate(true), tails).unwrap();
    let factor = rates::relative(rate(false), rate(true), tails);
    contains(&apart, b - a) && factor.is_ok_and(|found| contains(&found, b / a - 1.0))
}

/// Returns the share of tests whose intervals contain the truth at every look with 10 units and an outcome in each
/// arm.
fn coverage(outcome: Outcome, size: Size, tests: u32) -> f64 {
    let terms = Terms {
        planned_units: f64::from(size.plan),
        spending: Spending::Even,
        hypothesis: Hypothesis::Different,
        family: 1,
    };
    let mut covered = 0;
    for seed in 0..tests {
        let mut random = ChaCha8Rng::seed_from_u64(u64::from(seed));
        let rows: Vec<_> = (0..2 * size.plan).map(|_| row(outcome, size.treated, &mut random)).collect();
        let mut watch = Watch::new(&terms, size.draws);
        let all = (1..=size.looks).all(|number| {
            let seen = &rows[..(2 * size.plan * number / size.looks) as usize];
            let is_readable = [false, true].iter().all(|&treated| {
                let arm = || seen.iter().filter(|row| row.treated == treated);
                arm().count() >= 10 && arm().any(|row| row.outcome.0 > 0.0)
            });
            !is_readable || look(seen, outcome, size, &mut watch, &terms)
        });
        covered += u32::from(all);
    }
    f64::from(covered) / f64::from(tests)
}

const SHORT: Size = Size { plan: 100, looks: 12, draws: 199, treated: 5_000 };

#[test]
fn intervals_of_doubled_amounts_and_ratios_contain_the_truth_at_all_daily_looks() {
    for outcome in [Outcome::Amount(1.0), Outcome::Amount(1.5), Outcome::Ratio(1.0)] {
        let found = coverage(outcome, SHORT, 100);
        assert!(found >= 0.92, "{outcome:?} {found}");
    }
}

#[test]
fn intervals_of_rates_contain_the_truth_at_all_daily_looks() {
    for outcome in [Outcome::Binary([0.3, 0.5]), Outcome::Binary([0.1, 0.2])] {
        let found = coverage(outcome, SHORT, 300);
        assert!(found >= 0.92, "{outcome:?} {found}");
    }
}

#[test]
#[ignore = "takes minutes"]
fn intervals_of_many_sizes_and_uneven_weights_contain_the_truth_at_all_daily_looks() {
    for (outcome, tests) in [
        (Outcome::Binary([0.3, 0.5]), 2_000),
        (Outcome::Binary([0.1, 0.2]), 2_000),
        (Outcome::Binary([0.03, 0.06]), 2_000),
        (Outcome::Amount(1.0), 600),
        (Outcome::Amount(1.5), 600),
        (Outcome::Ratio(1.0), 600),
        (Outcome::Ratio(1.5), 600),
    ] {
        for (plan, treated) in [(60, 5_000), (200, 5_000), (100, 2_000)] {
            let size = Size { plan, looks: 40, draws: 499, treated };
            let found = coverage(outcome, size, tests);
            println!("{outcome:?} {size:?} {found:.3}");
            assert!(found >= 0.92, "{outcome:?} {size:?} {found}");
        }
    }
}
