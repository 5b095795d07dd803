//! Tests of the always-valid readings. `calibrate` measures their error rates.

use super::*;
use crate::moments::Moments;

fn converted(yes: u64, n: u64) -> Sample {
    Moments::of_counts(yes, n).sample().unwrap()
}

#[test]
fn the_evidence_follows_the_formula() {
    // 20 of 100 and 35 of 100, planned 200: ν 198 and pooled variance, computed in Python.
    let sequential_test = SequentialTest::new(0.05, 200.0).unwrap();
    assert!((sequential_test.spread - 0.039_680_773_008_687_82).abs() < 1e-15);
    let contrast = Contrast::pooled(&converted(20, 100), &converted(35, 100)).unwrap();
    assert!((contrast.t() - 2.397_579_424_497_59).abs() < 1e-12);
    assert!((sequential_test.log_evidence(&contrast, 200.0) - 1.429_781_492_362_888).abs() < 1e-12);
}

#[test]
fn the_interval_ends_where_the_p_value_is_alpha() {
    for (a, n, b, m, planned) in [(20, 100, 35, 100, 200.0), (3, 10, 5, 90, 100.0), (9, 20, 10, 21, 400.0)] {
        let sequential_test = SequentialTest::new(0.05, planned).unwrap();
        let (control, treatment) = (converted(a, n), converted(b, m));
        let look = sequential_test.look(&control, &treatment).unwrap();
        let (low, high) = look.interval.unwrap();
        for end in [low, high] {
            let moved = Sample { mean: treatment.mean - end, ..treatment };
            assert!((sequential_test.look(&control, &moved).unwrap().p_value - 0.05).abs() < 1e-9);
        }
        assert!((f64::midpoint(low, high) - look.estimate).abs() < 1e-12);
        assert_eq!(low > 0.0 || high < 0.0, look.p_value < 0.05);
    }
}

#[test]
fn the_wider_of_both_intervals_is_used() {
    // The small arm varies more than the large one: Welch's reading is wider. In the reverse case, the pooled
    // one is.
    let sequential_test = SequentialTest::new(0.05, 100.0).unwrap();
    let sample = |units, variance| Sample { units, mean: 0.0, variance };
    for (small, large) in [(4.0, 1.0), (1.0, 4.0)] {
        let (control, treatment) = (sample(10.0, small), sample(90.0, large));
        let (_, high) = sequential_test.look(&control, &treatment).unwrap().interval.unwrap();
        for contrast in [Contrast::pooled(&control, &treatment), Contrast::separate(&control, &treatment)] {
            let contrast = contrast.unwrap();
            assert!(high >= sequential_test.half_width(&contrast, 100.0).unwrap());
        }
    }
}

#[test]
fn there_is_a_reading_from_ten_units_in_the_smaller_arm() {
    let sequential_test = SequentialTest::new(0.05, 80.0).unwrap();
    assert_eq!(sequential_test.look(&converted(1, 9), &converted(5, 30)), None);
    assert!(sequential_test.look(&converted(1, 10), &converted(5, 30)).is_some());
}

fn all(mean: f64, units: f64) -> Sample {
    Sample { units, mean, variance: 0.0 }
}

#[test]
fn arms_without_variance_are_read_as_the_limit_of_the_formula() {
    let sequential_test = SequentialTest::new(0.05, 80.0).unwrap();
    for units in [10.0, 20.0, 60.0, 200.0] {
        let apart = sequential_test.look(&all(5.0, units), &all(6.0, units)).unwrap();
        assert!(apart.p_value < 0.01 && apart.interval.is_none(), "{units} {apart:?}");
        let nearly = |mean| Sample { variance: 1e-12, ..all(mean, units) };
        let near = sequential_test.look(&nearly(5.0), &nearly(6.0)).unwrap();
        assert!(apart.p_value >= 0.99 * near.p_value, "no less certain than an arm close to the limit");
        let alike = sequential_test.look(&all(5.0, units), &all(5.0, units)).unwrap();
        assert!(alike.p_value >= 1.0, "{units} {alike:?}");
    }
    assert_eq!(sequential_test.look(&all(5.0, 9.0), &all(6.0, 9.0)), None);
}

#[test]
fn arms_without_variance_exceed_a_bound_only_when_they_differ() {
    let sequential_test = SequentialTest::new(0.05, 80.0).unwrap();
    let broken = |a, b, margin| sequential_test.at_most(&all(a, 30.0), &all(b, 30.0), margin).unwrap();
    assert!(broken(0.0, 1.0, 0.02) < 0.001);
    assert!(broken(0.0, 0.01, 0.02) >= 1.0, "the difference is below the margin");
    assert!(broken(0.0, 0.0, -0.02) >= 1.0, "units that have not converted yet may still convert");
}

#[test]
fn a_permutation_test_confirms_a_reading_or_makes_it_less_certain() {
    let sequential_test = SequentialTest::new(0.05, 80.0).unwrap();
    let look = sequential_test.look(&converted(4, 40), &converted(20, 40)).unwrap();
    assert!(look.p_value < 0.01);
    assert_eq!(sequential_test.confirmed(&look, 1e-12, 80.0), look, "the permutation test is more certain");
    let doubted = sequential_test.confirmed(&look, 0.154, 80.0);
    assert!(doubted.p_value > 0.4, "{doubted:?}");
    let (low, high) = doubted.interval.unwrap();
    assert!(low < 0.0 && high > 0.0, "{doubted:?}");
    assert!((f64::midpoint(low, high) - look.estimate).abs() < 1e-12);
    // The score whose mixture is 20: 0 is then an end of the interval.
    let edge = sequential_test.confirmed(&look, 0.002_43, 80.0);
    let end = edge.interval.unwrap().0 / look.estimate;
    assert_eq!(end > 0.0, edge.p_value < 0.05, "{edge:?}");
    assert!(end.abs() < 0.05, "{edge:?}");
    let one = sequential_test.confirmed_one_sided(0.001, 0.154, 80.0);
    assert!(one > doubted.p_value / 2.0 && one <= doubted.p_value, "{one} {doubted:?}");
}

#[test]
fn a_one_sided_p_value_is_about_half_on_its_side_and_large_on_the_other() {
    let sequential_test = SequentialTest::new(0.05, 200.0).unwrap();
    let (a, b) = (converted(20, 100), converted(40, 100));
    let two = sequential_test.look(&a, &b).unwrap().p_value;
    let one = sequential_test.at_most(&a, &b, 0.0).unwrap();
    assert!(one > two / 2.0 && one < 0.51 * two, "{one} {two}");
    assert_eq!(sequential_test.at_most(&b, &a, 0.0), Some(1.0));
    assert!(sequential_test.at_most(&a, &b, 0.1).unwrap() > one);
}

#[test]
fn plans_out_of_range_are_refused_and_the_lowest_p_value_is_kept() {
    for (alpha, planned) in [(0.0, 80.0), (0.5, 80.0), (0.05, 0.0), (0.05, f64::NAN)] {
        assert_eq!(SequentialTest::new(alpha, planned), None);
    }
    assert_eq!(lowest(None, None), None);
    assert_eq!(lowest(Some(0.2), None), Some(0.2));
    assert_eq!(lowest(None, Some(0.1)), Some(0.1));
    assert_eq!(lowest(Some(0.02), Some(0.1)), Some(0.02));
}
