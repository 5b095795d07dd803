//! How often guardrails are met or broken that should not be, at all looks of a test together.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal};

use super::*;
use crate::rerandomization::drawn::{Goal, Place, Unit, draw};
use crate::rerandomization::place::Propensity;
use crate::spending::Spending;

/// Outcomes whose treated mean is worse by exactly the margin.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// Rates that differ by the margin.
    Binary(f64, f64),
    /// Lognormal amounts of a share of the units; treatment multiplies the amounts.
    Amounts(f64, f64),
    /// Lognormal amounts of a share of the units; treatment multiplies the share.
    Shares(f64, f64),
}

impl Outcome {
    fn margin(self) -> f64 {
        let mean = 0.5_f64.exp();
        match self {
            Self::Binary(_, margin) => margin,
            Self::Amounts(share, factor) | Self::Shares(share, factor) => share * mean * (factor - 1.0),
        }
    }

    /// Lower is better where treatment adds the margin.
    fn better(self) -> Direction {
        if self.margin() > 0.0 { Direction::Lower } else { Direction::Higher }
    }

    fn draw(self, treated: bool, random: &mut ChaCha8Rng) -> f64 {
        let (one, other) = (uniform(random), uniform(random));
        let amount = Normal::standard().inverse_cdf(other).exp();
        let by = |factor: f64| if treated { factor } else { 1.0 };
        match self {
            Self::Binary(share, margin) => {
                f64::from(u8::from(one < share + if treated { margin } else { 0.0 }))
            }
            Self::Amounts(share, factor) => {
                if one < share {
                    amount * by(factor)
                } else {
                    0.0
                }
            }
            Self::Shares(share, factor) => {
                if one < share * by(factor) {
                    amount
                } else {
                    0.0
                }
            }
        }
    }
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (f64::from(random.next_u32()) + 0.5) / 2.0_f64.powi(32)
}

/// A test with several guardrails of one kind.
#[derive(Debug, Clone, Copy)]
struct Size {
    plan: u32,
    looks: u32,
    draws: usize,
    treated: u32,
    guardrails: u32,
}

/// Returns the shares of tests in which any guardrail is met and in which any is broken.
fn shown(outcome: Outcome, margin: f64, size: Size, tests: u32) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for seed in 0..tests {
        let found = watched(outcome, margin, size, &mut ChaCha8Rng::seed_from_u64(u64::from(seed)));
        let any = |shown: fn(Guardrail) -> f64| found.iter().any(|own| shown(own.p_values()) <= ALPHA);
        sums[0] += f64::from(u8::from(any(|p_values| p_values.met)));
        sums[1] += f64::from(u8::from(any(|p_values| p_values.broken)));
    }
    sums.map(|sum| sum / f64::from(tests))
}

fn watched(outcome: Outcome, margin: f64, size: Size, random: &mut ChaCha8Rng) -> Vec<Guarded> {
    let propensity = Propensity::new(10_000 - size.treated, size.treated).unwrap();
    let arms: Vec<bool> = (0..2 * size.plan).map(|_| uniform(random) < propensity.value()).collect();
    let units: Vec<_> = arms
        .iter()
        .map(|&treated| {
            let mut key = [0; 32];
            random.fill_bytes(&mut key);
            Unit { treated, place: Place::Alone { key, propensity } }
        })
        .collect();
    let outcomes: Vec<Vec<f64>> = (0..size.guardrails)
        .map(|_| arms.iter().map(|&treated| outcome.draw(treated, random)).collect())
        .collect();
    let terms = Terms {
        planned_units: f64::from(size.plan),
        spending: Spending::Even,
        hypothesis: Hypothesis::Different,
        family: size.guardrails,
    };
    let mut guarded = vec![Guarded::new(&terms, size.draws); outcomes.len()];
    for look in 1..=size.looks {
        let seen = (2 * size.plan * look / size.looks) as usize;
        let goals: Vec<_> = outcomes.iter().map(|own| Goal::Amounts(&own[..seen])).collect();
        let drawn = draw(&units[..seen], &goals, size.draws);
        for ((own, drawn), outcomes) in guarded.iter_mut().zip(drawn).zip(&outcomes) {
            let counts = |treated: bool| {
                let arm = || arms[..seen].iter().zip(outcomes).filter(|(arm, _)| **arm == treated);
                let converted = arm().filter(|(_, outcome)| **outcome > 0.0).count() as u64;
                Rate { converted, units: arm().count() as u64 }
            };
            let (control, treatment, treated) = (counts(false), counts(true), propensity.value());
            match method(control, treatment, treated, matches!(outcome, Outcome::Binary(..))) {
                Ok(Method::Draws) => {
                    let matured = f64::from(2 * size.plan * look / size.looks);
                    own.look(
                        &ranks(&drawn, margin.abs(), outcome.better()),
                        matured,
                        &terms,
                        outcome.better(),
                    );
                }
                Ok(Method::Evidence) => {
                    own.look_at(evidence::read(control, treatment, treated, margin.abs(), outcome.better()));
                }
                Err(_) => {}
            }
        }
    }
    guarded
}

const SHORT: Size = Size { plan: 100, looks: 10, draws: 199, treated: 5_000, guardrails: 3 };

#[test]
fn of_three_guardrails_with_harm_by_exactly_the_margin_any_is_seldom_met_or_broken() {
    for (outcome, treated) in [
        (Outcome::Binary(0.1, 0.1), 5_000),
        (Outcome::Binary(0.2, 0.1), 2_000),
        (Outcome::Amounts(0.4, 1.3), 5_000),
        (Outcome::Shares(0.4, 0.7), 5_000),
    ] {
        let [met, broken] = shown(outcome, outcome.margin(), Size { treated, ..SHORT }, 100);
        assert!(met <= 0.1 && broken <= 0.1, "{outcome:?} {treated} {met} {broken}");
    }
}

#[test]
fn most_guardrails_without_harm_are_met_and_those_with_twice_the_margin_are_broken() {
    let size = Size { plan: 300, guardrails: 1, ..SHORT };
    let [met, broken] = shown(Outcome::Binary(0.1, 0.0), 0.1, size, 100);
    assert!(met > 0.85 && broken <= 0.03, "{met} {broken}");
    let [met, broken] = shown(Outcome::Binary(0.1, 0.2), 0.1, size, 100);
    assert!(met <= 0.03 && broken > 0.6, "{met} {broken}");
}

#[test]
#[ignore = "takes minutes"]
fn levels_of_many_outcomes_and_weights() {
    for (plan, guardrails) in [(100, 1), (100, 3), (400, 1)] {
        for treated in [5_000, 2_000, 8_000, 3_000] {
            for outcome in [
                Outcome::Binary(0.2, 0.1),
                Outcome::Binary(0.3, -0.1),
                Outcome::Amounts(0.4, 1.3),
                Outcome::Shares(0.4, 1.3),
                Outcome::Amounts(0.4, 0.7),
                Outcome::Shares(0.4, 0.7),
            ] {
                let size = Size { plan, treated, guardrails, draws: 499, ..SHORT };
                let [met, broken] = shown(outcome, outcome.margin(), size, 1_000);
                println!("{outcome:?} {plan} {treated} {guardrails} met {met:.3} broken {broken:.3}");
                assert!(met <= 0.1 && broken <= 0.1, "{outcome:?} {size:?} {met} {broken}");
            }
        }
    }
}
