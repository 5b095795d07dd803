//! Tests of balance and of the randomization test.

use super::*;

/// Assigns arms of equal weight, by a hash of seed and unit (Steele, Lea and Flood 2014, splitmix64).
fn fair(count: usize) -> impl FnMut(u64, &mut [usize]) + Copy {
    move |seed, arms| {
        for (unit, arm) in (0_u64..).zip(arms) {
            let mut z = (seed << 32 | unit).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *arm = usize::try_from((z ^ (z >> 31)) % count as u64).unwrap();
        }
    }
}

fn numbers(units: u32) -> Vec<f64> {
    (0..units).map(|unit| f64::from(unit * unit % 101)).collect()
}

fn list() -> Sheet {
    let levels: Vec<usize> = (0..60).map(|unit| unit % 7 % 3).collect();
    Sheet::new(60).with_levels(&levels).with_numbers(&numbers(60))
}

fn known(outcomes: &[f64]) -> Vec<Option<f64>> {
    outcomes.iter().copied().map(Some).collect()
}

/// Tests one statistic with the usual number of seeds.
fn alone(sheet: &Sheet, choice: &Choice, statistic: &Statistic<'_>) -> Randomized {
    test(sheet, 2, choice, DRAWS, fair(2), &[statistic]).unwrap()[0]
}

#[test]
fn the_imbalance_is_the_greatest_difference_in_standard_deviations() {
    let sheet = Sheet::new(4).with_numbers(&[1.0, 2.0, 3.0, 6.0]);
    // Mean 3, variance 3.5; the arms' means are 1.5 and 4.5.
    assert!((sheet.imbalance(&[0, 0, 1, 1], 2) - 3.0 / 3.5_f64.sqrt()).abs() < 1e-12);
    // Three quarters of the first arm have the level, and none of the second: share ½, deviation ½.
    let sheet = Sheet::new(6).with_levels(&[0, 0, 0, 1, 1, 1]);
    assert!((sheet.imbalance(&[0, 0, 0, 0, 1, 1], 2) - 1.5).abs() < 1e-12);
    assert!(sheet.imbalance(&[0, 0, 0, 1, 1, 1], 3).is_infinite());
    assert!(Sheet::new(2).with_numbers(&[7.0, 7.0]).imbalance(&[0, 1], 2) < 1e-12);
}

#[test]
fn the_chosen_seed_is_the_first_later_one_under_the_threshold_and_not_the_best() {
    for count in [2, 3] {
        let sheet = list();
        let choice = choose(&sheet, count, fair(count)).unwrap();
        let own = |seed| {
            let mut arms = vec![0; 60];
            fair(count)(seed, &mut arms);
            sheet.imbalance(&arms, count)
        };
        let (under, at_most) = (0..TRIAL).map(own).fold((0, 0), |(under, at_most), x| {
            (under + u32::from(x < choice.threshold), at_most + u32::from(x <= choice.threshold))
        });
        assert!(under < 100 && at_most >= 100, "{under} {at_most}");
        assert!((TRIAL..choice.seed).all(|seed| own(seed) > choice.threshold));
        assert!(choice.seed >= TRIAL && choice.imbalance <= choice.threshold);
        assert!((own(choice.seed) - choice.imbalance).abs() < 1e-15);
        assert!((0..TRIAL).map(own).fold(f64::MAX, f64::min) < choice.imbalance);
    }
}

#[test]
fn seeds_that_are_not_random_end_the_search() {
    assert_eq!(choose(&list(), 2, |_, arms: &mut [usize]| arms.fill(0)), None);
    let mut drawn = 0_u64;
    let worse_later = |seed: u64, arms: &mut [usize]| {
        drawn += 1;
        fair(2)(seed.min(TRIAL), arms);
        if seed >= TRIAL {
            arms.iter_mut().enumerate().for_each(|(unit, arm)| *arm = usize::from(unit >= 59));
        }
    };
    assert_eq!(choose(&list(), 2, worse_later), None);
    assert_eq!(drawn, TRIAL + MAX_TRIED);
}

#[test]
fn a_real_difference_is_found_and_no_difference_is_not() {
    let sheet = list();
    let choice = choose(&sheet, 2, fair(2)).unwrap();
    let mut arms = vec![0; 60];
    fair(2)(choice.seed, &mut arms);
    let noise: Vec<f64> = (0..60_u32).map(|unit| f64::from(unit * 37 % 61)).collect();
    let moved: Vec<f64> =
        noise.iter().zip(&arms).map(|(x, &arm)| if arm == 1 { x + 40.0 } else { *x }).collect();
    let p = |outcomes: &[f64]| alone(&sheet, &choice, &studentised(&known(outcomes), 0, 1));
    let (none, some) = (p(&noise), p(&moved));
    assert!(none.p_value > 0.05 && some.p_value < 0.002, "{none:?} {some:?}");
    assert!((5_000..20_000).contains(&none.tried), "{none:?}");
    assert_eq!(p(&noise), none);
}

#[test]
fn an_infinite_statistic_is_a_difference_and_not_a_tie() {
    let sheet = list();
    let choice = choose(&sheet, 2, fair(2)).unwrap();
    let mut arms = vec![0; 60];
    fair(2)(choice.seed, &mut arms);
    let outcomes: Vec<_> = arms.iter().map(|&arm| Some(f64::from(u8::from(arm == 1)))).collect();
    let found = alone(&sheet, &choice, &studentised(&outcomes, 0, 1));
    assert!((found.p_value - 0.5 / 1_001.0).abs() < 1e-12, "{found:?}");
}

#[test]
fn equal_outcomes_have_a_p_value_of_one_half() {
    // Every draw ties with the observed statistic, and ties count half.
    let sheet = list();
    let choice = choose(&sheet, 2, fair(2)).unwrap();
    let found = alone(&sheet, &choice, &studentised(&[Some(3.0); 60], 0, 1));
    assert!((found.p_value - 0.5).abs() < 1e-12);
}

#[test]
fn there_is_no_test_when_no_seed_is_under_the_threshold() {
    let choice = Choice { seed: 0, threshold: -1.0, imbalance: 0.0 };
    let mut drawn = 0;
    let counted = |seed, arms: &mut [usize]| {
        drawn += 1;
        fair(2)(seed, arms);
    };
    assert_eq!(test(&list(), 2, &choice, 10, counted, &[&|_: &[usize]| 0.0]), None);
    assert_eq!(drawn, 301);
}

#[test]
fn the_statistic_is_welchs_and_is_infinite_for_different_arms_without_variance() {
    let outcomes = known(&[1.0, 2.0, 3.0, 5.0, 9.0]);
    let statistic = studentised(&outcomes, 0, 1);
    let wanted = 5.0 / (1.0 / 3.0 + 4.0_f64).sqrt();
    assert!((statistic(&[0, 0, 0, 1, 1]) - wanted).abs() < 1e-12);
    assert!((statistic(&[1, 1, 1, 0, 0]) - wanted).abs() < 1e-12);
    assert!(statistic(&[2, 2, 2, 1, 1]).abs() < 1e-12);
    assert!(studentised(&known(&[1.0, 1.0, 2.0, 2.0]), 0, 1)(&[0, 0, 1, 1]).is_infinite());
}

#[test]
fn several_statistics_use_the_same_seeds_and_give_the_same_results_as_alone() {
    let sheet = list();
    let choice = choose(&sheet, 2, fair(2)).unwrap();
    let (low, high) = (known(&numbers(60)), known(&numbers(60).iter().map(|x| x % 7.0).collect::<Vec<_>>()));
    let (low, high) = (studentised(&low, 0, 1), studentised(&high, 0, 1));
    let both = test(&sheet, 2, &choice, DRAWS, fair(2), &[&low, &high]).unwrap();
    assert_eq!(both, [alone(&sheet, &choice, &low), alone(&sheet, &choice, &high)]);
    assert!((both[0].p_value - both[1].p_value).abs() > 1e-3, "{both:?}");
}

#[test]
fn units_without_an_outcome_are_left_out_of_the_statistic() {
    let some = [Some(1.0), Some(2.0), None, Some(5.0), Some(9.0), None];
    let all = studentised(&known(&[1.0, 2.0, 5.0, 9.0]), 0, 1)(&[0, 0, 1, 1]);
    assert!((studentised(&some, 0, 1)(&[0, 0, 0, 1, 1, 1]) - all).abs() < 1e-12);
}

#[test]
fn a_ratio_with_denominators_of_one_has_the_statistic_of_a_mean() {
    let numbers = [1.0, 2.0, 3.0, 5.0, 9.0];
    let pairs: Vec<_> = numbers.iter().map(|x| Some((*x, 1.0))).collect();
    let arms = [0, 0, 1, 1, 1];
    let (ratio, mean) = (studentised_ratios(&pairs, 0, 1)(&arms), studentised(&known(&numbers), 0, 1)(&arms));
    assert!((ratio - mean).abs() < 1e-12, "{ratio} {mean}");
    let larger = numbers.map(|x| Some((x, x)));
    assert!(studentised_ratios(&larger, 0, 1)(&arms).abs() < 1e-12, "every unit has the ratio 1");
    assert!(studentised_ratios(&[None; 5], 0, 1)(&arms).abs() < 1e-12);
}
