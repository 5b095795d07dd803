use super::*;
use crate::rerandomization::drawn::{Goal, Place, Unit, draw};
use crate::rerandomization::place::Propensity;

const TAILS: Tails = Tails { higher: 0.025, lower: 0.025 };

/// Units of a stage: their arms follow `weights`, and treated outcomes are multiplied by `factor`.
fn stage(first: u8, units: u8, (weights, level, factor): ((u8, u8), f64, f64)) -> Drawn {
    let propensity = Propensity::new(u32::from(weights.0), u32::from(weights.1)).unwrap();
    let treated = |n: u8| n % (weights.0 + weights.1) >= weights.0;
    let placed: Vec<_> = (0..units)
        .map(|n| Unit { treated: treated(n), place: Place::Alone { key: [first + n; 32], propensity } })
        .collect();
    let numbers: Vec<_> = (0..units)
        .map(|n| level * f64::from(1 + u32::from(n) * 7 % 11) * if treated(n) { factor } else { 1.0 })
        .collect();
    draw(&placed, &[Goal::Amounts(&numbers)], 399).remove(0)
}

#[test]
fn a_change_of_level_between_stages_is_not_an_effect() {
    let (first, second) = (stage(0, 120, ((1, 1), 1.0, 1.5)), stage(120, 100, ((1, 4), 10.0, 1.5)));
    let found = relative_interval(&[(&first, 30.0), (&second, 16.0)], TAILS).unwrap();
    assert!((found.estimate - 0.5).abs() < 0.2, "{found:?}");
    assert!(found.low.unwrap() > 0.1 && found.high.unwrap() < 1.3, "{found:?}");
    let tables = [first.table(), second.table()];
    let pooled: Vec<f64> = (0..2)
        .map(|arm| {
            tables.iter().map(|own| own.0[arm][0]).sum::<f64>()
                / tables.iter().map(|own| own.0[arm][1]).sum::<f64>()
        })
        .collect();
    assert!(pooled[1] / pooled[0] > 2.2, "pooled totals mistake the change for an effect: {pooled:?}");
}

#[test]
fn one_stage_has_nearly_the_interval_of_a_test_without_a_change() {
    let only = stage(0, 120, ((1, 1), 1.0, 1.5));
    let (found, plain) =
        (relative_interval(&[(&only, 30.0)], TAILS).unwrap(), only.relative_interval(TAILS).unwrap());
    let apart = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs();
    assert!(
        apart(found.low, plain.low) < 0.02 && apart(found.high, plain.high) < 0.02,
        "{found:?} {plain:?}"
    );
    let open = relative_interval(&[(&only, 30.0)], Tails { higher: 0.025, lower: 0.0 }).unwrap();
    assert_eq!((open.low, open.high), (found.low, None));
}

#[test]
fn where_no_stage_contributes_there_is_no_interval() {
    let (small, zero) = (stage(0, 12, ((1, 1), 1.0, 1.0)), stage(0, 60, ((1, 1), 0.0, 1.0)));
    assert_eq!(relative_interval(&[(&small, 3.0)], TAILS), Err(NoInterval::TooFewUnits));
    assert_eq!(relative_interval(&[(&zero, 9.0), (&small, 3.0)], TAILS), Err(NoInterval::ArmWithoutOutcomes));
    let negative = stage(0, 60, ((1, 1), -1.0, 1.0));
    assert_eq!(relative_interval(&[(&negative, 9.0)], TAILS), Err(NoInterval::NegativeAmounts));
    assert_eq!(relative_interval(&[], TAILS), Err(NoInterval::TooFewUnits));
}
