//! Weights by Thompson sampling: each arm gets units in proportion to its probability of being the best.

use crate::bayes::{Direction, Posterior, standings};

/// All units, in basis points.
pub const WHOLE: u32 = 10_000;

/// The default lowest weight of an arm, in basis points: 10 %. It is also the least that can be set. At 5 %, one batch
/// of 20 units in three leaves an arm empty, and the running interval misses the true difference too often.
pub const FLOOR: u32 = 1_000;

/// The other floor that can be set.
pub const HIGH_FLOOR: u32 = 2_000;

/// A posterior probability of 1, as an integer.
const ONE: f64 = 1e9;

/// Returns the next weights in basis points, one per arm. They sum to exactly 10,000.
///
/// `arms` contains the posterior of each arm's goal, from the units past their window. Every arm keeps at least
/// `floor`. With `control`, an arm's index and its weight, that arm keeps this weight and the others share
/// the rest. Equal posteriors get the same weight, except for one point of rounding.
///
/// Returns None when the arguments are not valid: fewer than two arms, posteriors of shares and of means together,
/// floors above the shared weight, or a fixed weight below the floor.
///
/// Source: Thompson 1933; Scott 2010, "A modern Bayesian look at the multi-armed bandit".
#[must_use]
pub fn weights(
    arms: &[Posterior],
    better: Direction,
    floor: u32,
    control: Option<(usize, u32)>,
) -> Option<Vec<u32>> {
    let (fixed, kept) = control.map_or((None, 0), |(arm, weight)| (Some(arm), weight));
    let sound = fixed.is_none_or(|arm| arm < arms.len() && kept >= floor);
    let shared = WHOLE.checked_sub(kept)?;
    let free = arms.iter().enumerate().filter(|(arm, _)| Some(*arm) != fixed);
    let posteriors: Vec<_> = free.map(|(_, posterior)| *posterior).collect();
    if arms.len() < 2 || !sound {
        return None;
    }
    let best: Vec<f64> = standings(&posteriors, better)?.iter().map(|arm| arm.best).collect();
    let mut found = round(&best, shared, floor)?;
    if let Some(arm) = fixed {
        found.insert(arm, kept);
    }
    Some(found)
}

/// Divides `shared` in proportion to `best`, with no part under `floor`. The amounts above the floor are
/// divided again in proportion.
fn round(best: &[f64], shared: u32, floor: u32) -> Option<Vec<u32>> {
    let floors = floor.checked_mul(u32::try_from(best.len()).ok()?)?;
    let rest = shared.checked_sub(floors)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1e9")]
    let parts: Vec<u64> = best.iter().map(|share| (share.clamp(0.0, 1.0) * ONE) as u64).collect();
    let wanted = apportion(&parts, shared);
    let beyond: Vec<u64> = wanted.iter().map(|part| u64::from(part.saturating_sub(floor))).collect();
    Some(apportion(&beyond, rest).into_iter().map(|part| floor + part).collect())
}

/// Returns integers in proportion to `parts` that sum to `total`, by largest remainder (Hamilton). Of equal
/// remainders, the first arm's is used. Parts of 0 get 0.
fn apportion(parts: &[u64], total: u32) -> Vec<u32> {
    let sum: u64 = parts.iter().sum();
    if sum == 0 {
        return vec![0; parts.len()];
    }
    let total = u64::from(total);
    let mut found: Vec<u64> = parts.iter().map(|part| part * total / sum).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&arm| (std::cmp::Reverse(parts[arm] * total % sum), arm));
    let missing = total - found.iter().sum::<u64>();
    for (arm, _) in order.into_iter().zip(0..missing) {
        found[arm] += 1;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 10,000")]
    found.into_iter().map(|part| part as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn higher(arms: &[(u64, u64)], floor: u32, control: Option<(usize, u32)>) -> Option<Vec<u32>> {
        weights(&shares(arms)?, Direction::Higher, floor, control)
    }

    fn shares(arms: &[(u64, u64)]) -> Option<Vec<Posterior>> {
        arms.iter().map(|(units, converted)| Posterior::share(*units, *converted)).collect()
    }

    #[test]
    fn weights_sum_to_all_units_and_keep_the_floor() {
        for arms in 2..=8_usize {
            for seed in 0..200_u64 {
                let counts: Vec<_> = (0..arms as u64)
                    .map(|arm| {
                        let units = (seed * 7 + arm * 13) % 60;
                        (units, (seed * 11 + arm * 5) % (units + 1))
                    })
                    .collect();
                for floor in [500, FLOOR] {
                    let found = higher(&counts, floor, None).unwrap();
                    assert_eq!(found.iter().sum::<u32>(), WHOLE, "{counts:?}");
                    assert!(found.iter().all(|weight| *weight >= floor), "{found:?}");
                }
            }
        }
    }

    #[test]
    fn equal_arms_get_equal_weights() {
        assert_eq!(higher(&[(0, 0); 2], FLOOR, None), Some(vec![5_000; 2]));
        assert_eq!(higher(&[(40, 9); 4], FLOOR, None), Some(vec![2_500; 4]));
        let three = higher(&[(20, 3); 3], FLOOR, None).unwrap();
        assert!(three.iter().all(|weight| (3_333..=3_334).contains(weight)), "{three:?}");
    }

    #[test]
    fn a_weight_is_the_probability_of_being_best_above_the_floor() {
        let arms = [(50, 10), (50, 14)];
        let best = standings(&arms.map(|(n, yes)| Posterior::share(n, yes).unwrap()), Direction::Higher);
        let wanted = best.unwrap()[1].best * 10_000.0;
        let found = higher(&arms, FLOOR, None).unwrap();
        assert!((f64::from(found[1]) - wanted).abs() <= 1.0, "{found:?} {wanted}");
        assert_eq!(
            weights(&shares(&arms).unwrap(), Direction::Lower, FLOOR, None),
            Some(vec![found[1], found[0]])
        );
        assert_eq!(higher(&[(200, 10), (200, 90)], FLOOR, None), Some(vec![1_000, 9_000]));
        assert_eq!(higher(&[(200, 10), (200, 90)], HIGH_FLOOR, None), Some(vec![2_000, 8_000]));
    }

    #[test]
    fn a_fixed_weight_of_control_does_not_change() {
        let arms = [(100, 40), (100, 10), (100, 20)];
        let found = higher(&arms, FLOOR, Some((0, 5_000))).unwrap();
        assert_eq!((found[0], found.iter().sum::<u32>()), (5_000, WHOLE));
        assert!(found[2] > found[1] && found[1] >= FLOOR);
    }

    #[test]
    fn invalid_arguments_give_no_weights() {
        assert_eq!(higher(&[(10, 2)], FLOOR, None), None);
        assert_eq!(higher(&[(10, 2), (3, 4)], FLOOR, None), None);
        assert_eq!(higher(&[(10, 2); 11], FLOOR, None), None);
        assert_eq!(higher(&[(10, 2); 3], FLOOR, Some((0, 9_000))), None);
        assert_eq!(higher(&[(10, 2); 3], FLOOR, Some((0, 900))), None);
        assert_eq!(higher(&[(10, 2); 3], FLOOR, Some((3, 2_000))), None);
        assert_eq!(higher(&[(10, 2); 10], FLOOR, None), Some(vec![1_000; 10]));
    }
}
