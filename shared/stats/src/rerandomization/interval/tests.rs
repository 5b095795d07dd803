use super::*;
use crate::rerandomization::drawn::{Drawn, Goal, Place, Unit, draw};
use crate::rerandomization::place::Propensity;
use crate::rerandomization::tails::Tails;

const TAILS: Tails = Tails { higher: 0.025, lower: 0.025 };

fn keyed(number: u32) -> [u8; 32] {
    std::array::from_fn(|index| number.to_le_bytes()[index % 4].wrapping_mul(31).wrapping_add(7))
}

/// Every second unit of these is treated.
fn drawn(goal: &Goal<'_>, units: u32) -> Drawn {
    let propensity = Propensity::new(5_000, 5_000).unwrap();
    let units: Vec<_> = (0..units)
        .map(|number| Unit {
            treated: number % 2 == 1,
            place: Place::Alone { key: keyed(number), propensity },
        })
        .collect();
    draw(&units, &[*goal], 999).remove(0)
}

/// Skewed amounts of which the treated ones are multiplied.
fn amounts(units: u32, factor: f64) -> Vec<f64> {
    let amount = |number: u32| {
        let pair = number / 2 * 37 % 101;
        f64::from(pair).powi(2) * if number % 2 == 1 { factor } else { 1.0 }
    };
    (0..units).map(amount).collect()
}

#[test]
fn a_factor_is_in_the_interval_unless_its_own_draws_put_the_real_history_in_the_tail() {
    let numbers = amounts(200, 1.5);
    let pairs: Vec<_> = numbers.iter().zip(0_u32..).map(|(x, n)| (*x, f64::from(1 + n / 2 % 3))).collect();
    for goal in [Goal::Amounts(&numbers), Goal::Ratios(&pairs)] {
        let drawn = drawn(&goal, 200);
        let found = drawn.relative_interval(TAILS).unwrap();
        let (low, high) = (found.low.unwrap(), found.high.unwrap());
        assert!((found.estimate - 0.5).abs() < 1e-9 && low < 0.2 && high > 0.9, "{found:?}");
        for (factor, nearer, sign) in [(1.0 + low, 1.000_2, 1), (1.0 + high, 0.999_8, -1)] {
            let tail = |factor: f64| {
                let ranks = drawn.ranks_without_factor(factor);
                let real = ranks[0].unwrap() * sign;
                ranks.iter().flatten().filter(|rank| **rank * sign >= real).count()
            };
            let (outside, inside) = (tail(factor), tail(factor * nearer));
            assert!(outside <= 25 && inside > 25, "{outside} {inside}");
        }
    }
}

#[test]
fn multiplied_outcomes_move_the_interval_by_the_same_factor() {
    let [one, three] = [1.0, 3.0].map(|factor| {
        let found = drawn(&Goal::Amounts(&amounts(200, factor)), 200).relative_interval(TAILS).unwrap();
        [found.estimate, found.low.unwrap(), found.high.unwrap()].map(f64::ln_1p)
    });
    for (a, b) in one.iter().zip(three) {
        assert!((b - a - 3.0_f64.ln()).abs() < 2e-4, "{a} {b}");
    }
}

#[test]
fn a_smaller_tail_gives_a_longer_interval_and_a_tail_of_0_an_open_end() {
    let drawn = drawn(&Goal::Amounts(&amounts(200, 2.0)), 200);
    let of = |higher, lower| drawn.relative_interval(Tails { higher, lower }).unwrap();
    assert!(of(0.01, 0.01).low < of(0.025, 0.025).low && of(0.01, 0.01).high > of(0.025, 0.025).high);
    assert!(of(0.0, 0.05).low.is_none() && of(0.0, 0.05).high.is_some());
    assert!(of(0.05, 0.0).low.is_some() && of(0.05, 0.0).high.is_none());
    // Fewer than one history: no factor can be excluded.
    assert_eq!((of(5e-4, 5e-4).low, of(5e-4, 5e-4).high), (None, None));
}

#[test]
fn there_is_a_reason_without_an_interval() {
    let of = |numbers: &[f64]| {
        drawn(&Goal::Amounts(numbers), u32::try_from(numbers.len()).unwrap()).relative_interval(TAILS)
    };
    let mut numbers = amounts(60, 1.0);
    assert!(of(&numbers).is_ok());
    assert_eq!(of(&numbers[..19]), Err(NoInterval::TooFewUnits));
    numbers[7] = -1.0;
    assert_eq!(of(&numbers), Err(NoInterval::NegativeAmounts));
    let untreated: Vec<_> = (0..60).map(|number| f64::from(number % 2)).collect();
    assert_eq!(of(&untreated), Err(NoInterval::ArmWithoutOutcomes));
    let pairs = vec![(0.0, 1.0); 60];
    assert_eq!(
        drawn(&Goal::Ratios(&pairs), 60).relative_interval(TAILS),
        Err(NoInterval::ArmWithoutOutcomes)
    );
}

#[test]
fn a_decision_cuts_the_interval_at_no_effect_and_no_decision_stretches_it() {
    let of = |low, high, decided| {
        let found = Interval { estimate: 0.1, low, high }.reconciled(decided);
        (found.low, found.high)
    };
    assert_eq!(of(Some(-0.1), Some(0.3), Some(Side::Higher)), (Some(0.0), Some(0.3)));
    assert_eq!(of(None, None, Some(Side::Higher)), (Some(0.0), None));
    assert_eq!(of(Some(0.1), Some(0.3), Some(Side::Higher)), (Some(0.1), Some(0.3)));
    assert_eq!(of(Some(0.1), Some(0.3), Some(Side::Lower)), (Some(0.0), Some(0.0)), "later units contradict");
    assert_eq!(of(Some(-0.3), None, Some(Side::Lower)), (Some(-0.3), Some(0.0)));
    assert_eq!(of(Some(0.1), None, None), (Some(0.0), None));
    assert_eq!(of(Some(-0.3), Some(-0.1), None), (Some(-0.3), Some(0.0)));
    assert_eq!(of(Some(-0.1), Some(0.3), None), (Some(-0.1), Some(0.3)));
}
