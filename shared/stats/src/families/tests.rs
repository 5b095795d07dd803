//! Tests of families and guardrails.

use super::*;
use crate::moments::Moments;

#[test]
fn holm_multiplies_by_the_remaining_number_and_never_decreases() {
    let found = holm(&[Some(0.01), Some(0.04), Some(0.03), Some(0.005)]);
    let wanted = [0.03, 0.06, 0.06, 0.02];
    for (found, wanted) in found.into_iter().zip(wanted) {
        assert!((found.unwrap() - wanted).abs() < 1e-15);
    }
    assert_eq!(holm(&[Some(0.6), None, Some(0.02)]), [Some(1.0), None, Some(0.06)]);
    assert_eq!(holm(&[]), []);
}

#[test]
fn a_guardrail_is_tested_in_the_harmful_direction() {
    let contrast = Contrast { estimate: -0.03, standard_error: 0.01, freedom: 200.0 };
    let more = guardrail(&contrast, 0.01, Direction::Higher).unwrap();
    assert!((more.broken - 0.023_426_593_093_535_484).abs() < 1e-12 && more.met > 0.97, "{more:?}");
    let less = guardrail(&contrast, 0.01, Direction::Lower).unwrap();
    assert!(less.met < 1e-4 && less.broken > 0.999, "{less:?}");
    assert!((more.met + more.broken - 1.0).abs() < 1e-12);
}

#[test]
fn a_sequential_guardrail_needs_more_units_than_one_at_a_fixed_horizon() {
    let sequential_test = SequentialTest::new(0.05, 400.0).unwrap();
    let (control, treatment) =
        (Moments::of_counts(100, 200).sample().unwrap(), Moments::of_counts(60, 200).sample().unwrap());
    let contrast = Contrast::separate(&control, &treatment).unwrap();
    for better in [Direction::Higher, Direction::Lower] {
        let planned = guardrail(&contrast, 0.02, better).unwrap();
        let sequential = sequential_guardrail(&sequential_test, &control, &treatment, 0.02, better).unwrap();
        assert!(sequential.broken > planned.broken && sequential.met > planned.met, "{better:?}");
        let worse = better == Direction::Higher;
        assert_eq!((sequential.broken < 0.05, sequential.met < 0.05), (worse, !worse), "{better:?}");
    }
}
