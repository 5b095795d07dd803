//! A binary guardrail of an adaptive test: whether the goal got worse by more than its margin, or by less.
//!
//! Each unit of the two arms gives a number whose mean is the difference of the arms' rates at that time: 1 / propensity
//! of treatment for a converted unit of treatment, less the same of control, with the rate that earlier batches predict
//! subtracted first. The number is bounded, so the capital of a strategy that stakes a share of it does not grow on
//! average while the difference is at most the margin. This holds for every drift of the base rate, for every way in
//! which weights follow the outcomes of any goal, and at every interim look.
//!
//! Source: Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting"; Waudby-Smith and
//! others 2024, "Anytime-valid off-policy inference for contextual bandits".

use super::eprocess::mixture;
use super::{Batch, Pair, count};
use crate::direction::Direction;

/// The stakes, as shares of the greatest stake that cannot lose everything. Each strategy keeps to its share.
const STAKES: [f64; 6] = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75];

/// The assumed rate before there are outcomes, and how many units this assumption is worth.
const GUESS: (f64, f64) = (0.1, 4.0);

/// The two one-sided p-values of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// Small when the goal is shown to be worse by less than the margin.
    pub met_p: f64,
    /// Small when it is shown to be worse by more.
    pub broken_p: f64,
    /// The number of units in the reading.
    pub units: u64,
}

/// Returns the reading of a binary guardrail from its batches in the order of their revisions, valid at every interim
/// look. `margin` is the difference by which the goal may get worse, 0 to 1.
#[must_use]
pub fn bound(
    batches: &[Batch],
    (control, treatment): (usize, usize),
    margin: f64,
    better: Direction,
) -> Bound {
    // By how much treatment is worse than control is by how much it is higher, or control is.
    let worse = if better == Direction::Lower { 1.0 } else { -1.0 };
    let mut capitals = [[0.0; STAKES.len()]; 2];
    let (mut converted, mut units) = (GUESS.0 * GUESS.1, GUESS.1);
    let mut found = Bound { met_p: 1.0, broken_p: 1.0, units: 0 };
    for pair in batches.iter().filter_map(|batch| batch.pair(control, treatment)) {
        let cells = cells(&pair, converted / units, worse);
        for (capitals, side) in capitals.iter_mut().zip([1.0, -1.0]) {
            stake(capitals, &cells.map(|(number, units)| (side * (number - margin), units)));
        }
        converted += pair.control.total() + pair.treatment.total();
        units += count(pair.control) + count(pair.treatment);
        found.units += pair.control.units() + pair.treatment.units();
        found.broken_p = found.broken_p.min(1.0 / mixture(&capitals[0]));
        found.met_p = found.met_p.min(1.0 / mixture(&capitals[1]));
    }
    found
}

/// Returns the number of each kind of unit, and how many there are: converted and other units of control, then of
/// treatment. The mean of the number is by how much treatment is worse.
fn cells(pair: &Pair<'_>, expected: f64, worse: f64) -> [(f64, f64); 4] {
    let of = |own: &crate::moments::Moments, factor: f64| {
        let (all, yes) = (count(own), own.total());
        [(factor * (1.0 - expected), yes), (factor * -expected, all - yes)]
    };
    let [a, b] = of(pair.control, -worse / (1.0 - pair.share));
    let [c, d] = of(pair.treatment, worse / pair.share);
    [a, b, c, d]
}

/// Multiplies the capital of each strategy, given as a logarithm, by that of a batch.
fn stake(capitals: &mut [f64], cells: &[(f64, f64)]) {
    let lowest = cells.iter().fold(0.0_f64, |low, (number, _)| low.min(*number));
    if lowest < 0.0 {
        for (capital, share) in capitals.iter_mut().zip(STAKES) {
            let stake = share / -lowest;
            *capital += cells.iter().map(|(number, units)| units * (stake * number).ln_1p()).sum::<f64>();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::testing::batch;

    #[test]
    fn a_unit_changes_no_capital_on_average_at_the_margin() {
        for (weight, rates, margin) in [(1_000, [0.2, 0.25], 0.05), (9_000, [0.5, 0.6], 0.1)] {
            let share = f64::from(weight) / 10_000.0;
            let mut means = [0.0; 2];
            for (arm, rate) in rates.into_iter().enumerate() {
                for yes in [0, 1] {
                    let own = if arm == 1 { share } else { 1.0 - share };
                    let chance = own * if yes == 1 { rate } else { 1.0 - rate };
                    let units = [[(1, yes), (0, 0)], [(0, 0), (1, yes)]][arm];
                    let pair = batch(weight, units[0], units[1]);
                    let cells = cells(&pair.pair(0, 1).unwrap(), 0.3, 1.0);
                    for (mean, side) in means.iter_mut().zip([1.0, -1.0]) {
                        let mut capitals = [0.0; STAKES.len()];
                        stake(&mut capitals, &cells.map(|(number, n)| (side * (number - margin), n)));
                        *mean += chance * mixture(&capitals);
                    }
                }
            }
            assert!(means.iter().all(|mean| (mean - 1.0).abs() < 1e-12), "{means:?}");
        }
    }

    #[test]
    fn a_goal_that_gets_much_worse_breaks_its_guardrail_and_an_equal_one_meets_it() {
        let broken = bound(&vec![batch(5_000, (20, 2), (20, 9)); 12], (0, 1), 0.05, Direction::Lower);
        assert!(broken.broken_p < 0.01 && broken.met_p > 0.5 && broken.units == 480, "{broken:?}");
        let met = bound(&vec![batch(5_000, (20, 4), (20, 4)); 20], (0, 1), 0.2, Direction::Lower);
        assert!(met.met_p < 0.01 && met.broken_p > 0.5, "{met:?}");
        let fewer = bound(&vec![batch(5_000, (20, 9), (20, 2)); 12], (0, 1), 0.05, Direction::Higher);
        assert!(fewer.broken_p < 0.01, "{fewer:?}");
    }

    #[test]
    fn without_units_nothing_is_shown() {
        let none = Bound { met_p: 1.0, broken_p: 1.0, units: 0 };
        assert_eq!(bound(&[], (0, 1), 0.1, Direction::Lower), none);
    }
}
