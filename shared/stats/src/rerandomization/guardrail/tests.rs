use super::*;
use crate::rerandomization::drawn::{Goal, Place, Unit, draw};
use crate::rerandomization::place::Propensity;
use crate::spending::Spending;

fn rate(converted: u64, units: u64) -> Rate {
    Rate { converted, units }
}

fn terms(plan: u32, family: u32) -> Terms {
    let planned_units = f64::from(plan);
    Terms { planned_units, spending: Spending::Even, hypothesis: Hypothesis::Different, family }
}

/// Ranks of 200 histories in which the real one has `real`.
fn ranks_around(real: i64) -> Vec<Option<Rank>> {
    std::iter::once(real).chain(-99..=99).map(Some).collect()
}

#[test]
fn draws_need_arms_within_one_to_four_with_ten_units_and_five_conversions() {
    let enough = rate(5, 10);
    let of = |control, treatment, treated| method(control, treatment, treated, false);
    assert_eq!(of(enough, enough, 0.5), Ok(Method::Draws));
    assert_eq!(of(enough, enough, 0.2), Ok(Method::Draws));
    assert_eq!(of(enough, enough, 0.19), Err(NoReading::UnevenArms));
    assert_eq!(of(enough, enough, 0.81), Err(NoReading::UnevenArms));
    assert_eq!(of(rate(5, 9), enough, 0.5), Err(NoReading::TooFewUnits));
    assert_eq!(of(enough, rate(4, 10), 0.5), Err(NoReading::TooFewConversions));
    assert_eq!(method(enough, rate(4, 10), 0.5, true), Ok(Method::Evidence));
    assert_eq!(method(enough, enough, 0.1, true), Ok(Method::Evidence));
}

#[test]
fn less_harm_than_the_margin_is_met_and_more_is_broken_whichever_direction_is_better() {
    for (better, gain) in [(Direction::Higher, 1), (Direction::Lower, -1)] {
        for (real, expected) in [(98 * gain, Some(Shown::Met)), (-98 * gain, Some(Shown::Broken)), (0, None)]
        {
            let mut guarded = Guarded::new(&terms(100, 1), 199);
            guarded.look(&ranks_around(real), 100.0, &terms(100, 1), better);
            assert_eq!(guarded.shown(), expected, "{better:?} {real}");
            let p_values = guarded.p_values();
            assert!((p_values.met <= 0.05) == (expected == Some(Shown::Met)), "{p_values:?}");
        }
    }
}

#[test]
fn the_margin_is_removed_in_the_direction_that_is_worse() {
    let numbers: Vec<_> = (0..100_u32).map(|n| f64::from(n / 2 % 10) + f64::from(n % 2) * 2.0).collect();
    let propensity = Propensity::new(1, 1).unwrap();
    let units: Vec<_> = (0..100_u8)
        .map(|n| Unit { treated: n % 2 == 1, place: Place::Alone { key: [n; 32], propensity } })
        .collect();
    let drawn = draw(&units, &[Goal::Amounts(&numbers)], 9).remove(0);
    assert_eq!(ranks(&drawn, 2.0, Direction::Lower)[0], Some(0), "two more is exactly the harm");
    assert!(ranks(&drawn, 2.0, Direction::Higher)[0] > Some(5_000_000), "two more is far from the harm");
}

#[test]
fn more_guardrails_need_more_and_an_e_value_counts_as_well() {
    let (one, five) = (terms(100, 1), terms(100, 5));
    let shown = |terms: &Terms| {
        let mut guarded = Guarded::new(terms, 199);
        guarded.look(&ranks_around(97), 100.0, terms, Direction::Higher);
        (guarded.shown(), guarded)
    };
    let ((found, _), (not_found, mut guarded)) = (shown(&one), shown(&five));
    assert_eq!((found, not_found), (Some(Shown::Met), None), "1.5 % of 4 %, and of 0.8 %");
    guarded.look_at(Guardrail { met: 0.02, broken: 1.0 });
    assert_eq!(guarded.shown(), None);
    guarded.look_at(Guardrail { met: 0.009, broken: 1.0 });
    guarded.look_at(Guardrail { met: 1.0, broken: 1.0 });
    assert_eq!(guarded.shown(), Some(Shown::Met));
    assert!((guarded.p_values().met - 0.045).abs() < 1e-12);
}
