//! Tests of the permutation test.

use super::*;
use crate::agresti_caffo::Rate;

const DRAWING: Drawing = Drawing { seed: [7; 32], draws: DRAWS };

fn units(yes: u64, n: u64) -> Vec<f64> {
    (0..n).map(|i| if i < yes { 1.0 } else { 0.0 }).collect()
}

#[test]
fn a_small_case_is_counted_by_hand() {
    // Of the 6 permutations of 1, 2, 4, 8 into pairs, {1, 2} and {4, 8} are the two farthest apart.
    let found = means(&[1.0, 2.0], &[4.0, 8.0], &DRAWING).unwrap();
    assert_eq!((found.permutations, found.all), (6, true));
    assert!((found.p_value - 1.0 / 6.0).abs() < 1e-12, "{found:?}");
}

#[test]
fn completely_separated_arms_have_half_the_share_of_the_two_extreme_permutations() {
    let found = means(&units(0, 10), &units(10, 10), &DRAWING).unwrap();
    assert_eq!(found.permutations, 184_756);
    assert!((found.p_value * 184_756.0 - 1.0).abs() < 1e-9);
}

#[test]
fn counts_give_the_same_result_as_evaluating_every_permutation() {
    for (a, n, b, m) in
        [(2, 8, 5, 9), (0, 6, 3, 12), (1, 2, 7, 40), (4, 4, 0, 5), (3, 10, 3, 10), (9, 9, 1, 9)]
    {
        let wanted = means(&units(a, n), &units(b, m), &DRAWING).unwrap();
        let found = rates(Rate { converted: a, units: n }, Rate { converted: b, units: m }).unwrap();
        assert!(wanted.all);
        assert!((found.p_value - wanted.p_value).abs() < 1e-12, "{a}/{n} {b}/{m}: {found:?} {wanted:?}");
    }
}

#[test]
fn ratios_over_one_visitor_are_means_and_a_change_of_scale_changes_nothing() {
    let (a, b) = ([0.1, 0.7, 0.3, 1.9, 0.2], [2.0, 0.4, 1.1, 3.3, 0.6, 2.2]);
    let wanted = means(&a, &b, &DRAWING).unwrap();
    let over = |arm: &[f64]| arm.iter().map(|x| (1e6 * x, 3.0)).collect::<Vec<_>>();
    let found = ratios(&over(&a), &over(&b), &DRAWING).unwrap();
    assert!((found.p_value - wanted.p_value).abs() < 1e-12);
    let moved = |arm: &[f64]| arm.iter().map(|x| 1e7 - 1e3 * x).collect::<Vec<_>>();
    assert!((means(&moved(&a), &moved(&b), &DRAWING).unwrap().p_value - wanted.p_value).abs() < 1e-12);
}

#[test]
fn the_statistic_is_studentized_and_not_the_plain_difference() {
    // With arms of one size, both statistics rank the permutations in the same order. With 2 and 4 units,
    // they do not.
    let (control, treatment) = ([2.0, 2.2], [1.0, 3.0, 4.0, 5.0]);
    let found = means(&control, &treatment, &DRAWING).unwrap();
    let all = [control.as_slice(), treatment.as_slice()].concat();
    let permutations: Vec<(f64, f64)> = (0..64_u32)
        .filter(|permutation| permutation.count_ones() == 2)
        .map(|permutation| {
            let arm = |own: bool| {
                let mut moments = Moments::default();
                (0..6).filter(|i| (permutation >> i & 1 == 1) == own).for_each(|i| moments.add(all[i]));
                moments.sample().unwrap()
            };
            let (a, b) = (arm(true), arm(false));
            let apart = a.mean - b.mean;
            (apart, apart / (a.variance_of_mean() + b.variance_of_mean()).sqrt())
        })
        .collect();
    assert!((found.p_value - equal_tails(&permutations, |own| own.1)).abs() < 1e-12);
    assert!((found.p_value - equal_tails(&permutations, |own| own.0)).abs() > 0.05);
}

/// Returns twice the mid-p of the smaller tail. The first permutation is the observed assignment.
fn equal_tails(permutations: &[(f64, f64)], of: fn(&(f64, f64)) -> f64) -> f64 {
    let tail = |sign: f64| -> f64 {
        let observed = sign * of(&permutations[0]);
        let share = |own: f64| match own - observed {
            apart if apart.abs() < 1e-9 => 0.5,
            apart => f64::from(u8::from(apart > 0.0)),
        };
        permutations.iter().map(|own| share(sign * of(own))).sum()
    };
    (2.0 * tail(1.0).min(tail(-1.0)) / f64::from(u32::try_from(permutations.len()).unwrap())).min(1.0)
}

#[test]
fn uneven_arms_have_twice_the_smaller_tail() {
    // 2 of 10 units are in control. It has one, both or none of the 3 converted units in 21, 3 and 21 of 45
    // ways.
    let p = |yes| {
        rates(Rate { converted: yes, units: 2 }, Rate { converted: 3 - yes, units: 8 }).unwrap().p_value
    };
    assert!((p(2) - 2.0 * 1.5 / 45.0).abs() < 1e-12, "{}", p(2));
    assert!((p(1) - 2.0 * (3.0 + 10.5) / 45.0).abs() < 1e-12, "{}", p(1));
    assert!((p(0) - 2.0 * 10.5 / 45.0).abs() < 1e-12, "{}", p(0));
    let swapped = rates(Rate { converted: 1, units: 8 }, Rate { converted: 2, units: 2 }).unwrap();
    assert!((swapped.p_value - p(2)).abs() < 1e-12, "which arm is control has no effect");
}

#[test]
fn a_permutation_without_denominator_is_farther_apart_in_both_directions() {
    // 2 of 5 units have no denominator. In 1 of 10 ways, they are the small arm.
    let found = ratios(&[(1.0, 2.0), (0.0, 0.0)], &[(0.0, 0.0), (2.0, 2.0), (1.5, 2.0)], &DRAWING).unwrap();
    assert!(found.p_value >= 2.0 * 0.1, "{found:?}");
    let [up, down] = [1.0, -1.0].map(|sign| {
        let turned = |arm: &[(f64, f64)]| arm.iter().map(|(x, y)| (sign * x, *y)).collect::<Vec<_>>();
        let (control, treatment) = ([(1.0, 2.0), (0.0, 0.0)], [(0.0, 0.0), (2.0, 2.0), (1.5, 2.0)]);
        ratios(&turned(&control), &turned(&treatment), &DRAWING).unwrap().p_value
    });
    assert!((up - down).abs() < 1e-12);
}

#[test]
fn draws_approximate_the_exact_value_and_depend_only_on_the_seed() {
    let exact = rates(Rate { converted: 14, units: 60 }, Rate { converted: 25, units: 70 }).unwrap();
    let drawn = means(&units(14, 60), &units(25, 70), &DRAWING).unwrap();
    assert!(!drawn.all);
    assert!((drawn.p_value - exact.p_value).abs() < 0.01, "{drawn:?} {exact:?}");
    assert_eq!(means(&units(14, 60), &units(25, 70), &DRAWING), Some(drawn));
    let other = means(&units(14, 60), &units(25, 70), &Drawing { seed: [8; 32], draws: DRAWS }).unwrap();
    assert_ne!(other, drawn);
}

#[test]
fn a_binary_goal_with_many_units_is_tested_exactly() {
    let (a, b) =
        (Rate { converted: 100_000, units: 1_000_000 }, Rate { converted: 101_000, units: 1_000_000 });
    // Far from any discreteness, the test equals the z test: z = 2.352, p = 0.0187.
    assert!((rates(a, b).unwrap().p_value - 0.0187).abs() < 2e-4);
}

#[test]
fn equal_units_and_too_few_or_too_many_units_have_no_test() {
    assert_eq!(means(&[3.0; 5], &[3.0; 6], &DRAWING), None);
    assert_eq!(means(&[3.0], &[4.0, 5.0], &DRAWING), None);
    assert_eq!(means(&vec![3.0; MAX_UNITS + 1], &units(7, 9_999), &DRAWING), None);
    assert_eq!(ratios(&[(1.0, 2.0), (2.0, 4.0)], &[(3.0, 6.0), (4.0, 8.0)], &DRAWING), None);
    assert_eq!(ratios(&[(0.0, 0.0), (0.0, 0.0)], &[(3.0, 7.0), (4.0, 8.0)], &DRAWING), None);
    assert_eq!(rates(Rate { converted: 0, units: 9 }, Rate { converted: 0, units: 9 }), None);
}

#[test]
fn the_test_is_used_for_ratios_small_arms_and_uneven_arms() {
    assert!(called_for(true, 5_000, 5_000));
    assert!(called_for(false, 199, 300) && called_for(false, 401, 200));
    assert!(!called_for(false, 200, 400));
}

#[test]
fn the_cost_of_a_test_is_the_number_of_evaluated_permutations_times_their_size() {
    let tested = means(&units(3, 10), &units(5, 10), &DRAWING).unwrap();
    assert_eq!((tested.all, tested.permutations), (true, 184_756));
    assert_eq!(cost(10, 10, DRAWS), 5 * 184_756, "all permutations are evaluated");
    assert_eq!(cost(2, 600, DRAWS), cost(600, 2, DRAWS));
    assert_eq!(cost(2, 600, DRAWS), 5 * 180_901, "one arm is small");
    assert_eq!(cost(2, 6_000, DRAWS), 10_000 * 7, "too many to evaluate all");
    assert_eq!(cost(200, 300, DRAWS), 10_000 * 205);
}
