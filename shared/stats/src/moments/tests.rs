//! Tests of the moments.

use super::*;
use proptest::prelude::*;

fn of(numbers: &[f64]) -> Moments {
    let mut moments = Moments::default();
    for &x in numbers {
        moments.add(x);
    }
    moments
}

#[test]
fn a_large_offset_costs_the_variance_no_digits() {
    let moments = of(&[1e12 + 4.0, 1e12 + 7.0, 1e12 + 13.0, 1e12 + 16.0]);
    assert_eq!(moments.variance(), Some(30.0));
}

#[test]
fn a_total_keeps_small_amounts_next_to_large_ones() {
    assert!((of(&[1e15, 0.1, 0.1, -1e15, 0.1]).total() - 0.3).abs() < 1e-12);
    let mut parts = of(&[1e15, 0.1]);
    parts.merge(&of(&[0.1, -1e15, 0.1]));
    assert!((parts.total() - 0.3).abs() < 1e-12);
}

#[test]
fn merging_parts_gives_the_moments_of_the_whole() {
    let numbers: Vec<f64> = (0..100).map(|i| f64::from(i * i % 37)).collect();
    let (whole, mut parts) = (of(&numbers), of(&numbers[..31]));
    parts.merge(&Moments::default());
    parts.merge(&of(&numbers[31..]));
    assert_eq!(parts.units(), 100);
    assert!((parts.mean() - whole.mean()).abs() < 1e-12);
    let (a, b) = (parts.variance().unwrap(), whole.variance().unwrap());
    assert!((a - b).abs() < 1e-12 * b);
}

#[test]
fn counts_of_a_binary_goal_have_the_moments_of_their_units() {
    for (yes, n) in [(0_u64, 0_u64), (0, 5), (5, 5), (3, 17), (1, 1)] {
        let numbers: Vec<f64> = (0..n).map(|i| if i < yes { 1.0 } else { 0.0 }).collect();
        let (counted, summed) = (Moments::of_counts(yes, n), of(&numbers));
        assert_eq!((counted.units(), counted.total()), (n, summed.total()), "{yes} of {n}");
        assert!((counted.squares() - summed.squares()).abs() < 1e-15);
    }
}

proptest! {
    #[test]
    fn parts_agree_within_1e_12_in_any_order_and_exactly_in_the_same_order(
        mut numbers in prop::collection::vec(-1e3..1e3_f64, 2..60),
        offset in prop::sample::select(vec![0.0, 1.0, 1e6, -1e9]),
        cuts in prop::collection::vec(0_usize..60, 0..5),
        turn in 0_usize..60,
    ) {
        for x in &mut numbers {
            *x += offset;
        }
        let whole = of(&numbers);
        let parts = |numbers: &[f64]| {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (numbers.len() + 1)).collect();
            cuts.extend([0, numbers.len()]);
            cuts.sort_unstable();
            let mut merged = Moments::default();
            for ends in cuts.windows(2).rev() {
                merged.merge(&of(&numbers[ends[0]..ends[1]]));
            }
            merged
        };
        let once = parts(&numbers);
        prop_assert_eq!(once, parts(&numbers));
        numbers.reverse();
        let len = numbers.len();
        numbers.rotate_left(turn % len);
        for other in [once, parts(&numbers), of(&numbers)] {
            prop_assert_eq!(other.units(), whole.units());
            for (a, b) in [(other.mean(), whole.mean()), (other.total(), whole.total()),
                (other.squares(), whole.squares())] {
                prop_assert!((a - b).abs() <= 1e-12 * b.abs(), "{} is not {}", a, b);
            }
        }
    }
}
