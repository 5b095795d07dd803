//! The e-value of a difference of two rates against a bound.
//!
//! An alternative is a pair of rates whose difference is above the bound. Its likelihood is divided by that of the
//! pair at the bound that is nearest to it in relative entropy, with the arms weighted by their share of units. Each
//! unit that is assigned at random by these shares then multiplies the quotient by at most 1 on average, whatever
//! the true rates at or below the bound are. The e-value is the mean over many alternatives. The probability that it
//! ever exceeds 1/α is at most α (Ville), for any number of units and looks.
//!
//! Source: Turner, Ly and Grünwald 2024, "Generic E-variables for exact sequential k-sample tests that allow for
//! optional stopping", for the projection; Turner and Grünwald 2023, "Exact anytime-valid confidence intervals for
//! contingency tables and beyond", for a bound other than 0.

use crate::agresti_caffo::Rate;
use crate::direction::Direction;
use crate::families::Guardrail;
use crate::moments::count;

/// The number of rates of an arm among the alternatives: quantiles of Jeffreys' prior Beta(½, ½).
const RATES: u32 = 40;

/// The number of halvings of an interval of length 1.
const HALVINGS: u32 = 40;

/// Returns the p-values of a guardrail: the reciprocals of e-values, valid at every interim look. `treated` is the
/// share of treatment by the weights of both arms, above 0 and below 1. `margin` is 0 or more.
#[must_use]
pub fn read(control: Rate, treatment: Rate, treated: f64, margin: f64, better: Direction) -> Guardrail {
    let arms = [(control, 1.0 - treated), (treatment, treated)];
    let [worse, other] = match better {
        Direction::Higher => arms,
        Direction::Lower => [arms[1], arms[0]],
    };
    Guardrail { met: at_most(worse, other, -margin), broken: at_most(other, worse, margin) }
}

/// Returns the p-value that the second arm's rate exceeds the first one's by at most `bound`. Each arm has its share
/// of the units.
fn at_most(first: (Rate, f64), second: (Rate, f64), bound: f64) -> f64 {
    if bound.abs() >= 1.0 {
        return 1.0;
    }
    let arms = [first, second].map(|(rate, share)| {
        let yes = rate.converted.min(rate.units);
        Arm { yes: count(yes), no: count(rate.units - yes), share }
    });
    let rates = rates();
    let every = rates.iter().flat_map(|a| rates.iter().map(move |b| [*a, *b]));
    let equal = rates.iter().map(|rate| [*rate, *rate]);
    // Equal arms are what most guardrails have, so they get half of the weight.
    let parts: Vec<Vec<f64>> = [evidence(every, &arms, bound), evidence(equal, &arms, bound)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let means: Vec<f64> = parts.iter().map(|part| log_mean(part)).collect();
    (-log_mean(&means)).exp().min(1.0)
}

#[derive(Debug, Clone, Copy)]
struct Arm {
    yes: f64,
    no: f64,
    share: f64,
}

impl Arm {
    /// Returns the logarithm of the quotient of likelihoods.
    fn log_quotient(&self, rate: f64, nearest: f64) -> f64 {
        self.yes * (rate / nearest).ln() + self.no * ((1.0 - rate) / (1.0 - nearest)).ln()
    }
}

fn rates() -> Vec<f64> {
    let angle = |n: u32| std::f64::consts::FRAC_PI_2 * (f64::from(n) + 0.5) / f64::from(RATES);
    (0..RATES).map(|n| angle(n).sin().powi(2)).collect()
}

/// Returns the logarithm of the evidence of each pair whose difference is above the bound.
fn evidence(pairs: impl Iterator<Item = [f64; 2]>, arms: &[Arm; 2], bound: f64) -> Vec<f64> {
    pairs
        .filter(|[a, b]| b - a > bound)
        .map(|pair| {
            let nearest = nearest(pair, arms, bound);
            arms[0].log_quotient(pair[0], nearest) + arms[1].log_quotient(pair[1], nearest + bound)
        })
        .collect()
}

/// Returns the first rate of the nearest pair at the bound. The relative entropy is convex, and its lowest point is
/// between the pair's own rates.
fn nearest([a, b]: [f64; 2], arms: &[Arm; 2], bound: f64) -> f64 {
    let pull = |rate: f64, at: f64| (rate - at) / (at * (1.0 - at));
    let (mut low, mut high) = (a.max(-bound), (b - bound).min(1.0));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let rises = arms[0].share * pull(a, middle) + arms[1].share * pull(b, middle + bound) > 0.0;
        if rises { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Returns the logarithm of the mean of numbers that are given by their logarithms.
#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn log_mean(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most.is_finite() {
        most + (logs.iter().map(|log| (log - most).exp()).sum::<f64>() / logs.len() as f64).ln()
    } else {
        0.0
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
