//! Tests of the adjustment. Reference values are in `tests/cases.rs`.

use super::*;
use crate::welch::Difference;

fn of(pairs: &[(f64, f64)]) -> Joint {
    let mut joint = Joint::default();
    for &(x, y) in pairs {
        joint.add(x, y);
    }
    joint
}

const CONTROL: [(f64, f64); 6] = [(1.2, 1.0), (2.3, 2.0), (2.9, 3.0), (4.4, 4.0), (4.8, 5.0), (6.1, 6.0)];
const TREATMENT: [(f64, f64); 5] = [(3.1, 2.0), (3.8, 3.0), (6.2, 5.0), (7.9, 7.0), (9.3, 8.0)];

#[test]
fn the_adjustment_is_the_regression_on_arm_and_covariate() {
    // NumPy's least squares of x on 1, arm and y give the same three values.
    let found = cuped(&of(&CONTROL), &of(&TREATMENT)).unwrap();
    assert!((found.theta - 1.001_149_425_287_356_5).abs() < 1e-12, "{found:?}");
    assert!((found.contrast.estimate - 0.941_609_195_402_298_7).abs() < 1e-12, "{found:?}");
    assert!((found.contrast.standard_error - 0.151_742_945_542_775_2).abs() < 1e-12, "{found:?}");
    assert!((found.contrast.freedom - 8.0).abs() < 1e-12);
    assert!(found.variance_saved > 0.9);
}

#[test]
fn a_real_difference_does_not_bias_theta() {
    let moved = TREATMENT.map(|(x, y)| (x + 50.0, y));
    let (before, after) = (cuped(&of(&CONTROL), &of(&TREATMENT)), cuped(&of(&CONTROL), &of(&moved)));
    let (before, after) = (before.unwrap(), after.unwrap());
    assert!((before.theta - after.theta).abs() < 1e-9);
    assert!((after.contrast.estimate - before.contrast.estimate - 50.0).abs() < 1e-9);
}

#[test]
fn a_useless_covariate_costs_a_little_and_a_constant_one_is_refused() {
    let useless = |arm: &[(f64, f64)]| {
        let ends = [0, arm.len() - 1];
        let pair = |(i, unit): (usize, &(f64, f64))| (unit.0, f64::from(u8::from(ends.contains(&i))));
        arm.iter().enumerate().map(pair).collect::<Vec<_>>()
    };
    let found = cuped(&of(&useless(&CONTROL)), &of(&useless(&TREATMENT))).unwrap();
    assert!(found.variance_saved < 0.0, "{found:?}");
    assert!(Difference::new(&found.contrast, 0.05).is_some());
    let constant = |arm: &[(f64, f64)]| arm.iter().map(|(x, _)| (*x, 3.0)).collect::<Vec<_>>();
    assert_eq!(cuped(&of(&constant(&CONTROL)), &of(&constant(&TREATMENT))), None);
    assert_eq!(cuped(&of(&CONTROL[..1]), &of(&TREATMENT)), None);
}

#[test]
fn both_variances_agree_for_arms_of_equal_size_and_variance() {
    let found = cuped(&of(&CONTROL), &of(&CONTROL.map(|(x, y)| (x + 1.0, y)))).unwrap();
    assert!((found.separate.standard_error - found.contrast.standard_error).abs() < 1e-12);
    assert!((found.separate.freedom - found.contrast.freedom).abs() < 1e-9);
}
