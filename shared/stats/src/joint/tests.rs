//! Tests of the joint moments.

use super::*;
use proptest::prelude::*;

fn of(pairs: &[(f64, f64)]) -> Joint {
    let mut joint = Joint::default();
    for &(x, y) in pairs {
        joint.add(x, y);
    }
    joint
}

#[test]
fn the_cross_moment_is_the_sum_of_products_of_deviations() {
    let joint = of(&[(1e9 + 1.0, 4.0), (1e9 + 2.0, 2.0), (1e9 + 6.0, 9.0)]);
    // Deviations −2, −1, 3 and −1, −3, 4.
    assert_eq!((joint.products(), joint.x().squares(), joint.y().squares()), (17.0, 14.0, 26.0));
}

#[test]
fn squares_along_a_slope_are_those_of_the_residuals() {
    let pairs = [(1.0, 4.0), (2.0, 2.0), (6.0, 9.0), (3.0, 3.5)];
    let mut left = Moments::default();
    for (x, y) in pairs {
        left.add(x - 0.7 * y);
    }
    assert!((of(&pairs).squares_along(0.7) - left.squares()).abs() < 1e-13);
    let line: Vec<_> = (0..9).map(|i| (f64::from(i) * 3.0, f64::from(i))).collect();
    assert!(of(&line).squares_along(3.0) < f64::MIN_POSITIVE);
}

proptest! {
    #[test]
    fn parts_agree_within_1e_12_in_any_order_and_exactly_in_the_same_order(
        mut pairs in prop::collection::vec((-1e3..1e3_f64, 0.0..50.0_f64), 2..60),
        offset in prop::sample::select(vec![0.0, 1e6, -1e9]),
        cut in 0_usize..60,
        turn in 0_usize..60,
    ) {
        for pair in &mut pairs {
            pair.0 += offset;
        }
        let whole = of(&pairs);
        let parts = |pairs: &[(f64, f64)]| {
            let (first, second) = pairs.split_at(cut % (pairs.len() + 1));
            let mut merged = of(second);
            merged.merge(&of(first));
            merged
        };
        let once = parts(&pairs);
        prop_assert_eq!(once, parts(&pairs));
        let len = pairs.len();
        pairs.rotate_left(turn % len);
        pairs.reverse();
        let size = (whole.x().squares() * whole.y().squares()).sqrt();
        for other in [once, parts(&pairs), of(&pairs)] {
            prop_assert_eq!(other.units(), whole.units());
            prop_assert!((other.products() - whole.products()).abs() <= 1e-12 * size);
            for (a, b) in [(other.x(), whole.x()), (other.y(), whole.y())] {
                prop_assert!((a.mean() - b.mean()).abs() <= 1e-12 * b.mean().abs());
                prop_assert!((a.squares() - b.squares()).abs() <= 1e-12 * b.squares());
            }
        }
    }
}
