//! Numbers of units, counted by size.

use std::collections::BTreeMap;

/// The classes of one doubling of a number.
const CLASSES: f64 = 2.0;

/// The class of a number of 1. Smaller numbers than 2^-500 share a class.
const ONE: i32 = 1_001;

/// How many units have a number of each size. A class holds the numbers between two successive powers of the square
/// root of 2, so its size does not grow with the units, and counts of two parts of a test can be added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sizes(BTreeMap<i32, u64>);

impl Sizes {
    /// Adds one unit's number.
    pub fn add(&mut self, number: f64) {
        *self.0.entry(class(number)).or_default() += 1;
    }

    /// Adds the units of another part of the same arm.
    pub fn merge(&mut self, other: &Self) {
        for (class, units) in &other.0 {
            *self.0.entry(*class).or_default() += units;
        }
    }

    /// Returns the classes in ascending order of their numbers, with the units of each.
    pub(super) fn classes(&self) -> impl Iterator<Item = (i32, u64)> {
        self.0.iter().map(|(class, units)| (*class, *units))
    }
}

/// Returns the class of a number: 0 for none, above 0 for positive numbers, below for negative ones.
fn class(number: f64) -> i32 {
    if number == 0.0 || number.is_nan() {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double is at most 1,024")]
    let size = (number.abs().log2() * CLASSES).floor().max(-1_000.0) as i32 + ONE;
    if number > 0.0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_in_the_order_of_their_numbers() {
        let numbers = [f64::MIN, -3.0, -1.0, -1e-300, 0.0, 1e-300, 0.5, 1.0, 1.5, 2.0, 3.0, 1e9, f64::MAX];
        assert!(numbers.windows(2).all(|pair| class(pair[0]) < class(pair[1])), "{:?}", numbers.map(class));
        assert_eq!((class(-0.0), class(1.0), class(1.4)), (0, class(1.2), class(1.0)));
    }

    #[test]
    fn merged_parts_are_the_whole() {
        let of = |numbers: &[f64]| {
            let mut sizes = Sizes::default();
            for number in numbers {
                sizes.add(*number);
            }
            sizes
        };
        let mut parts = of(&[0.0, 7.0, -2.0]);
        parts.merge(&of(&[7.1, 0.0]));
        assert_eq!(parts, of(&[7.0, 7.1, 0.0, 0.0, -2.0]));
        assert_eq!(parts.classes().map(|(_, units)| units).sum::<u64>(), 5);
    }
}
