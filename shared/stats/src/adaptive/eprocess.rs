//! The reading of an adaptive test while it runs: an e-process against the hypothesis that the arms do not
//! differ.
//!
//! An e-process is the capital of a betting strategy. If the arms do not differ, the outcome of a unit
//! contains no information about its arm: the probability of each arm is its stored propensity for every
//! outcome. A strategy places stakes on the arm of each unit after seeing the unit's outcome, at the odds of the
//! propensities, with rules that are fixed before the unit's batch begins. On average, it gains nothing. The
//! capital is a product over units of (probability that the strategy gives to the unit's arm) / (propensity).
//! The probability that it ever exceeds 20 is at most 1 in 20 (Ville), for every drift of the base rate,
//! every way in which weights follow the outcomes, and every number of interim looks.
//!
//! The stakes of a batch depend on earlier batches only, so within a batch the product depends only on counts
//! by arm and outcome. Units are processed in the order of their assignment, batch by batch. Within a batch,
//! their order has no effect. Pass batches in the order of their revisions. The units of a batch that is not
//! yet full must be its first by time of assignment, as the units past a goal's window are.
//!
//! For numbers, the stakes depend on the rank of a unit's number among the numbers of earlier batches, in
//! [`evidence_of_numbers`]. The outcomes may have any distribution.
//!
//! Source: Ville 1939; Shafer 2021, "Testing by betting"; Waudby-Smith and others 2024, "Anytime-valid
//! off-policy inference for contextual bandits", for e-processes with logged propensities.

mod numbers;

pub use numbers::evidence_of_numbers;

use super::{Batch, Pair, count};

/// The alternatives, as logarithms of odds ratios. Each is used in both directions with equal stakes.
const EFFECTS: [f64; 6] = [0.3, 0.6, 0.9, 1.2, 1.6, 2.2];

/// The assumed base rate before there are outcomes, and how many units this assumption is worth.
const GUESS: (f64, f64) = (0.2, 2.0);

/// The evidence against the hypothesis that the arms do not differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The current capital; it begins with 1. On average, it is at most 1 when the arms do not differ.
    pub e_value: f64,
    /// 1 / the highest capital at the end of any batch, at most 1. It never rises.
    pub p_value: f64,
    /// Whether the alternatives in which treatment is higher had more capital when the p-value was lowest. None while the
    /// capital was never above 1.
    pub higher: Option<bool>,
    /// The number of units in the e-process.
    pub units: u64,
}

/// Returns the evidence that the arms numbered `control` and `treatment` differ, from a binary goal's batches
/// in the order of their revisions. It is valid at every interim look. Without units, the evidence is 1.
#[must_use]
pub fn evidence(batches: &[Batch], control: usize, treatment: usize) -> Evidence {
    let effects = effects();
    let mut capitals = vec![0.0; effects.len()];
    let (mut converted, mut units) = (GUESS.0 * GUESS.1, GUESS.1);
    let mut found = Evidence::NONE;
    for pair in batches.iter().filter_map(|batch| batch.pair(control, treatment)) {
        for (capital, effect) in capitals.iter_mut().zip(&effects) {
            *capital += log_growth(&pair, converted / units, *effect);
        }
        converted += pair.control.total() + pair.treatment.total();
        units += count(pair.control) + count(pair.treatment);
        found.follow(&pair, &capitals);
    }
    found
}

/// Returns the alternatives in both directions.
fn effects() -> Vec<f64> {
    EFFECTS.iter().flat_map(|effect| [-effect, *effect]).collect()
}

impl Evidence {
    /// The evidence before there are units.
    const NONE: Self = Self { e_value: 1.0, p_value: 1.0, higher: None, units: 0 };

    /// Continues with a batch, after which the alternatives have these capitals, given as logarithms.
    fn follow(&mut self, pair: &Pair<'_>, capitals: &[f64]) {
        self.units += pair.control.units() + pair.treatment.units();
        self.e_value = mixture(capitals);
        let p_value = 1.0 / self.e_value;
        if p_value < self.p_value {
            // The alternatives come in pairs: lower, higher.
            let side =
                |first: usize| mixture(&capitals.iter().skip(first).step_by(2).copied().collect::<Vec<_>>());
            (self.p_value, self.higher) = (p_value, Some(side(1) > side(0)));
        }
    }
}

/// Returns the logarithm of the factor by which a batch multiplies the capital, for the alternative that the
/// arms' log odds differ by `effect` around the base rate.
fn log_growth(pair: &Pair<'_>, base: f64, effect: f64) -> f64 {
    let middle = (base / (1.0 - base)).ln();
    let rate = |shift: f64| 1.0 / (1.0 + (-(middle + shift)).exp());
    let (a, b) = (rate(-pair.share * effect), rate((1.0 - pair.share) * effect));
    // The shares of converted units and of other units over both arms, under the alternative.
    let yes = pair.share * b + (1.0 - pair.share) * a;
    let no = 1.0 - yes;
    let of = |rate: f64, units: f64, converted: f64| {
        converted * (rate / yes).ln() + (units - converted) * ((1.0 - rate) / no).ln()
    };
    of(a, count(pair.control), pair.control.total()) + of(b, count(pair.treatment), pair.treatment.total())
}

/// Returns the mean of capitals that are given as logarithms.
pub(super) fn mixture(capitals: &[f64]) -> f64 {
    let most = capitals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let stakes = capitals.len() as f64;
    most.exp() * (capitals.iter().map(|capital| (capital - most).exp()).sum::<f64>() / stakes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::testing::{arm, batch};

    /// Returns the mean of the capital over all ways to randomize a batch's units.
    fn fair(before: &[Batch], weight: u32, outcomes: (u32, u32)) -> f64 {
        let share = f64::from(weight) / 10_000.0;
        let choose = |n: u32, k: u32| (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
        let mut mean = 0.0;
        for yes in 0..=outcomes.0 {
            for no in 0..=outcomes.1 {
                let (treated, others) = (yes + no, outcomes.0 + outcomes.1 - yes - no);
                let chance = choose(outcomes.0, yes)
                    * choose(outcomes.1, no)
                    * share.powi(treated.try_into().unwrap())
                    * (1.0 - share).powi(others.try_into().unwrap());
                let next = batch(weight, (others, outcomes.0 - yes), (treated, yes));
                mean += chance * evidence(&[before.to_vec(), vec![next]].concat(), 0, 1).e_value;
            }
        }
        mean
    }

    #[test]
    fn without_a_difference_the_capital_does_not_grow_on_average() {
        for weight in [500, 1_000, 5_000, 9_000] {
            for outcomes in [(0, 6), (3, 4), (7, 1), (9, 0)] {
                let mean = fair(&[], weight, outcomes);
                assert!((mean - 1.0).abs() < 1e-12, "{weight} {outcomes:?} {mean}");
            }
        }
    }

    #[test]
    fn the_capital_stays_the_same_on_average_after_a_batch_without_a_difference() {
        let before = [batch(5_000, (10, 1), (10, 6)), batch(8_000, (4, 1), (16, 7))];
        let held = evidence(&before, 0, 1).e_value;
        assert!(held > 1.5);
        for weight in [1_000, 9_000] {
            assert!((fair(&before, weight, (3, 9)) / held - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_p_value_uses_the_highest_capital_so_far() {
        let mut batches = vec![batch(5_000, (10, 1), (10, 7)); 3];
        let then = evidence(&batches, 0, 1);
        assert!(then.p_value < 0.05 && (then.p_value * then.e_value - 1.0).abs() < 1e-12, "{then:?}");
        batches.extend(vec![batch(5_000, (10, 6), (10, 1)); 3]);
        let now = evidence(&batches, 0, 1);
        assert!(now.e_value < then.e_value && (now.p_value - then.p_value).abs() < 1e-15, "{now:?}");
    }

    #[test]
    fn without_units_or_randomization_there_is_no_evidence() {
        let none = Evidence::NONE;
        assert_eq!(evidence(&[], 0, 1), none);
        let forced = Batch { weights: vec![0, 10_000], arms: vec![arm(0, 0), arm(9, 9)], sizes: Vec::new() };
        assert_eq!(evidence(&[forced], 0, 1), none);
    }
}
