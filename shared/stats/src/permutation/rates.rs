//! The permutation test of a binary goal, from counts alone and without drawing.

use super::Tested;
use super::tails::{Statistic, Tails};
use crate::agresti_caffo::Rate;
use crate::moments::count;

/// Tests the difference of two conversion rates. Under permutation, the number of converted units in control
/// is hypergeometric. All permutations are evaluated by that number, for any number of units.
///
/// Returns None with fewer than two units in an arm, or when all units converted or none did.
///
/// Source: as in [`super`]; the exact distribution is Fisher's of 1935, the statistic is studentized.
#[must_use]
pub fn rates(control: Rate, treatment: Rate) -> Option<Tested> {
    let (n, m) = (control.units, treatment.units);
    let converted = control.converted + treatment.converted;
    if n.min(m) < 2 || converted == 0 || converted >= n + m {
        return None;
    }
    let (least, most) = (converted.saturating_sub(m), converted.min(n));
    let statistic = |k: u64| statistic(k, n, converted - k, m);
    let mut tails = Tails::new(statistic(control.converted), n == m);
    // Goes from the most likely number outwards, with weights as multiples of its weight.
    let middle = middle(n, m, converted).clamp(least, most);
    tails.add(statistic(middle), 1.0);
    let mut weight = 1.0;
    for k in middle..most {
        weight *= step(k, n, m, converted);
        if weight <= 0.0 {
            break;
        }
        tails.add(statistic(k + 1), weight);
    }
    weight = 1.0;
    for k in (least..middle).rev() {
        weight /= step(k, n, m, converted);
        if weight <= 0.0 {
            break;
        }
        tails.add(statistic(k), weight);
    }
    Some(Tested { p_value: tails.p_value(), permutations: tails.seen(), all: true })
}

/// Returns the weight of k + 1 converted units of n as a multiple of that of k.
fn step(k: u64, n: u64, m: u64, converted: u64) -> f64 {
    count(converted - k) * count(n - k) / (count(k + 1) * count(m + k + 1 - converted))
}

/// Returns the number of greatest weight, within one.
fn middle(n: u64, m: u64, converted: u64) -> u64 {
    let product = u128::from(converted) * u128::from(n);
    u64::try_from(product / u128::from(n + m)).unwrap_or(u64::MAX)
}

/// Returns the studentized difference of k of n and l of m, each with the unbiased variance.
fn statistic(k: u64, n: u64, l: u64, m: u64) -> Statistic {
    let arm = |yes: u64, units: u64| {
        let share = count(yes) / count(units);
        (share, share * (1.0 - share) / (count(units) - 1.0))
    };
    let (control, treatment) = (arm(k, n), arm(l, m));
    // Without variance, all units of one arm converted and none of the other, so the arms do differ.
    Statistic::of(treatment.0 - control.0, control.1 + treatment.1)
}
