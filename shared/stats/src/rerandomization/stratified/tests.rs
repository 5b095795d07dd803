use super::*;
use crate::rerandomization::rates;

const TAILS: Tails = Tails { higher: 0.025, lower: 0.025 };

fn rate(converted: u64, units: u64) -> Rate {
    Rate { converted, units }
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} {expected}");
}

#[test]
fn the_estimates_are_those_of_mantel_and_haenszel() {
    // Σ x_b m / N = 20·100/150 + 30·40/200, Σ x_a n / N = 20·50/150 + 4·160/200.
    let tables = [Table([[20.0, 100.0], [20.0, 50.0]]), Table([[4.0, 40.0], [30.0, 160.0]])];
    let (control, treatment) = (1_000.0 / 150.0 + 3.2, 2_000.0 / 150.0 + 6.0);
    near(ratio(&tables).unwrap(), treatment / control);
    near(difference(&tables).unwrap(), (treatment - control) / (5_000.0 / 150.0 + 32.0));
    assert_eq!(difference(&[Table([[0.0, 0.0], [1.0, 5.0]])]), None);
    assert_eq!(ratio(&[Table([[0.0, 9.0], [1.0, 5.0]])]), None);
}

#[test]
fn one_stratum_has_the_intervals_of_two_rates() {
    for (a, b) in [(rate(48, 80), rate(56, 70)), (rate(3, 10), rate(9, 10)), (rate(12, 40), rate(0, 40))] {
        let (found, plain) =
            (difference_of_rates(&[[a, b]], TAILS).unwrap(), rates::difference(a, b, TAILS).unwrap());
        near(found.low.unwrap(), plain.low.unwrap());
        near(found.high.unwrap(), plain.high.unwrap());
        let (found, plain) =
            (relative_change_of_rates(&[[a, b]], TAILS).unwrap(), rates::relative(a, b, TAILS).unwrap());
        near(found.low.unwrap_or(-1.0), plain.low.unwrap_or(-1.0));
        near(found.high.unwrap(), plain.high.unwrap());
    }
}

#[test]
fn equal_rates_within_strata_are_no_difference_although_pooled_rates_differ() {
    let strata = [[rate(10, 100), rate(10, 100)], [rate(20, 50), rate(80, 200)]];
    let found = difference_of_rates(&strata, TAILS).unwrap();
    near(found.estimate, 0.0);
    assert!(found.low.unwrap() < -0.05 && found.high.unwrap() > 0.05);
    let pooled = rates::difference(rate(30, 150), rate(90, 300), TAILS).unwrap();
    assert!(pooled.low.unwrap() > 0.0, "{pooled:?}");
    assert!(relative_change_of_rates(&strata, TAILS).unwrap().low.unwrap() < 0.0);
}

#[test]
fn strata_that_say_the_same_give_a_shorter_interval_than_each() {
    let own = [rate(48, 80), rate(56, 70)];
    let (one, two) =
        (difference_of_rates(&[own], TAILS).unwrap(), difference_of_rates(&[own, own], TAILS).unwrap());
    let width = |found: Interval| found.high.unwrap() - found.low.unwrap();
    near(one.estimate, two.estimate);
    assert!((width(two) / width(one) - 0.5_f64.sqrt()).abs() < 0.02);
}

#[test]
fn a_stratum_with_too_few_units_is_left_out() {
    let own = [rate(48, 80), rate(56, 70)];
    let few = [rate(9, 9), rate(0, 90)];
    assert_eq!(difference_of_rates(&[own, few], TAILS), difference_of_rates(&[own], TAILS));
    assert_eq!(difference_of_rates(&[few], TAILS), Err(NoInterval::TooFewUnits));
    let none = [rate(0, 40), rate(9, 40)];
    assert_eq!(relative_change_of_rates(&[none], TAILS), Err(NoInterval::ArmWithoutOutcomes));
}
