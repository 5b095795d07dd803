//! Randomizes units into arms of given sizes, by a numbered seed.
//!
//! Source: Fisher and Yates 1938, as of Durstenfeld 1964, for the shuffle; Lemire 2019 for numbers below a
//! bound.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Returns how many of `units` each arm gets by its weight in basis points (10,000 in all): within one of its
/// share.
#[must_use]
pub fn sizes(weights: &[u32], units: usize) -> Vec<usize> {
    let whole: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let (mut weight, mut before) = (0, 0);
    let size = |own: &u32| {
        weight += u64::from(*own);
        let up_to = (2 * units as u64 * weight + whole) / (2 * whole.max(1));
        let size = up_to - before;
        before = up_to;
        usize::try_from(size).unwrap_or(0)
    };
    weights.iter().map(size).collect()
}

/// Writes the arm of each unit into arms of these `sizes`. Over the numbers of `root`'s seeds, all ways to
/// fill the arms are equally likely. If there are fewer units than the sizes require, the last units of the
/// sizes are left out.
pub fn randomize(root: &[u8; 32], number: u64, sizes: &[usize], arms: &mut [usize]) {
    let mut seed = *root;
    for (byte, own) in seed.iter_mut().zip(number.to_le_bytes()) {
        *byte ^= own;
    }
    let mut random = ChaCha8Rng::from_seed(seed);
    let in_order = sizes.iter().enumerate().flat_map(|(arm, size)| std::iter::repeat_n(arm, *size));
    arms.iter_mut().zip(in_order).for_each(|(place, arm)| *place = arm);
    for last in (1..arms.len()).rev() {
        arms.swap(last, below(&mut random, last + 1));
    }
}

/// Returns a uniform integer below `bound`.
pub(crate) fn below(random: &mut impl Rng, bound: usize) -> usize {
    let bound = bound as u64;
    let mut product = u64::from(random.next_u32()) * bound;
    if (product & 0xFFFF_FFFF) < bound {
        let least = (1_u64 << 32) % bound;
        while (product & 0xFFFF_FFFF) < least {
            product = u64::from(random.next_u32()) * bound;
        }
    }
    usize::try_from(product >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_within_one_unit_of_the_weights_and_sum_to_all_units() {
        assert_eq!(sizes(&[5_000, 5_000], 207), [104, 103]);
        assert_eq!(sizes(&[8_000, 2_000], 60), [48, 12]);
        assert_eq!(sizes(&[10_000, 0], 60), [60, 0]);
        for units in 10..300 {
            for weights in [[5_000, 5_000, 0], [3_334, 3_333, 3_333], [9_500, 250, 250], [1, 9_998, 1]] {
                let found = sizes(&weights, units);
                assert_eq!(found.iter().sum::<usize>(), units);
                for (size, weight) in found.iter().zip(weights) {
                    let share = units * weight as usize;
                    assert!((10_000 * size).abs_diff(share) <= 10_000, "{units} {weights:?} {found:?}");
                }
            }
        }
    }

    #[test]
    fn every_assignment_of_a_short_list_is_equally_likely() {
        let mut seen = std::collections::BTreeMap::new();
        for number in 0..6_000 {
            let mut arms = [9; 4];
            randomize(&[7; 32], number, &[2, 2], &mut arms);
            *seen.entry(arms).or_insert(0_i32) += 1;
        }
        assert_eq!(seen.len(), 6);
        // 1,000 each. Five standard deviations of a count are 144.
        assert!(seen.values().all(|times| (times - 1_000).abs() < 144), "{seen:?}");
    }

    #[test]
    fn an_assignment_depends_only_on_its_root_and_number() {
        let of = |root: u8, number: u64| {
            let mut arms = [0; 60];
            randomize(&[root; 32], number, &[30, 30], &mut arms);
            arms
        };
        assert_eq!(of(1, 5), of(1, 5));
        assert!(of(1, 5) != of(1, 6) && of(1, 5) != of(2, 5));
        assert_eq!(of(3, 3).iter().sum::<usize>(), 30);
    }
}
