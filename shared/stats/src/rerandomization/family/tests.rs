use super::*;

const TERMS: Terms =
    Terms { planned_units: 100.0, spending: Spending::Even, hypothesis: Hypothesis::Different, family: 3 };

/// Ranks of 10,000 histories of which `above` draws are beyond the real one.
fn ranks(above: i64) -> Vec<Option<i64>> {
    let real = 5_000 - above;
    std::iter::once(2 * real - 1).chain((-4_999..=4_999).map(|n| 2 * n)).map(Some).collect()
}

fn watched(looks: &[(i64, f64)]) -> Watch {
    let mut watch = Watch::new(&TERMS, 9_999);
    for (above, units) in looks {
        watch.look(&ranks(*above), *units, &TERMS);
    }
    watch
}

#[test]
fn a_decision_stays_with_its_look_whatever_comes_later() {
    let watch = watched(&[(400, 50.0), (80, 100.0), (5_000, 150.0)]);
    let decided = watch.levels[0].decided.unwrap();
    assert_eq!(
        (decided.side, decided.look, decided.information.to_bits()),
        (Side::Higher, 2, 1.0_f64.to_bits())
    );
    assert!(decided.p_value <= 0.04 && decided.anytime_p <= 0.05, "{decided:?}");
    assert!((decided.anytime_p - decided.p_value / 0.04 * 0.05).abs() < 1e-12);
    assert_eq!(watch.levels[2].decided, None, "1.6 % is more than a third of 4 %");
    assert_eq!(watch.levels[0].p_value, Some(decided.p_value));
    assert!(watch.levels[2].p_value.unwrap() > 0.9, "the p-value of the last look");
}

#[test]
fn the_information_never_falls() {
    let watch = watched(&[(400, 80.0), (400, 60.0)]);
    assert_eq!((watch.information.to_bits(), watch.looks), (0.8_f64.to_bits(), 2));
}

#[test]
fn fewer_draws_than_before_are_a_part_of_them() {
    let mut watch = watched(&[(400, 50.0)]);
    watch.look(&ranks(0)[..5_000], 60.0, &TERMS);
    watch.look(&ranks(0), 70.0, &TERMS);
    assert_eq!(watch.draws, 4_999);
}

#[test]
fn holms_steps_use_the_level_of_the_comparisons_that_are_left() {
    // About 0.1 %, 1.5 % and 3.4 % at the plan, at which 4 % are spent.
    let [first, second, third] = [4, 74, 169].map(|above| watched(&[(above, 100.0)]));
    let found = decide(&[Some(&third), Some(&first), Some(&second)]);
    assert!(found.iter().all(Option::is_some), "1/3, then 1/2, then all of 4 %");
    let corrected: Vec<f64> = found.iter().map(|own| own.unwrap().1).collect();
    assert!(corrected[1] < corrected[2] && corrected[2] < corrected[0] && corrected[0] <= ALPHA);
    let alone = decide(&[Some(&third), None, Some(&second)]);
    assert_eq!(alone, [None, None, None], "a comparison without a reading still counts in the family");
}

#[test]
fn large_families_have_a_bounded_number_of_levels_up_to_their_size() {
    assert_eq!(divisors(3), [1, 2, 3]);
    assert_eq!(divisors(0), [1]);
    for family in [25, 100, 399] {
        let found = divisors(family);
        assert_eq!((found.len(), found[0], found[23]), (24, 1, family));
        assert!(found.is_sorted_by(|a, b| a < b));
    }
}
