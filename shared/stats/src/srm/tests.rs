//! Tests of the sample-ratio check: when it raises an alarm, and when it must not.

use super::*;

fn p(cases: &[(&[u32], &[u64])]) -> Option<f64> {
    let strata: Vec<_> =
        cases.iter().map(|(weights, units)| Stratum { weights: weights.to_vec(), units }).collect();
    p_value(&strata)
}

#[test]
fn a_change_of_weights_raises_no_alarm_when_each_part_matches_its_own() {
    let apart = p(&[(&[5_000, 5_000], &[500, 500]), (&[1_000, 9_000], &[100, 900])]);
    assert!(apart.unwrap() > 0.99);
    assert!(p(&[(&[5_000, 5_000], &[600, 1_400])]).unwrap() < THRESHOLD);
}

#[test]
fn a_unit_in_an_arm_without_weight_raises_an_alarm() {
    assert_eq!(p(&[(&[5_000, 5_000, 0], &[500, 500, 1])]), Some(0.0));
}

#[test]
fn too_few_units_give_no_p_value() {
    assert_eq!(p(&[(&[5_000, 5_000], &[9, 0])]), None);
    assert!(p(&[(&[5_000, 5_000], &[10, 0])]).is_some());
    assert_eq!(p(&[]), None);
}

#[test]
fn small_strata_are_checked_together() {
    let fitting = vec![(&[1_000_u32, 9_000][..], &[2_u64, 18][..]); 24];
    assert!(p(&fitting).unwrap() > 0.99);
    // Control lost its 2 units of each 20: of 48 expected units, there are none.
    let lost = vec![(&[1_000_u32, 9_000][..], &[0_u64, 20][..]); 24];
    assert!(p(&lost).unwrap() < THRESHOLD);
    // 2 strata expect 4 units in control, 3 expect 6.
    let few = vec![(&[1_000_u32, 9_000][..], &[0_u64, 20][..]); 3];
    assert_eq!((p(&few[..2]), p(&few).is_some()), (None, true));
}

#[test]
fn small_strata_form_one_part_next_to_the_large_stratum() {
    let large = (&[5_000_u32, 5_000][..], &[60_u64, 40][..]);
    let small = (&[1_000_u32, 9_000][..], &[5_u64, 25][..]);
    let found = p(&[large, small, small]).unwrap();
    // 4 of the large stratum, 16/6 + 16/54 of the small ones; 2 degrees of freedom.
    let wanted = (-(4.0 + 16.0 / 6.0 + 16.0 / 54.0) / 2.0_f64).exp();
    assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
}

#[test]
fn segments_are_corrected_for_their_number() {
    let of = |units| vec![Stratum { weights: vec![5_000, 5_000], units }];
    let found = by_segment(&[of(&[70, 30]), of(&[50, 50]), of(&[0, 0])]);
    let alone = sequential(&of(&[70, 30])).unwrap();
    assert_eq!(found[2], None);
    assert!((found[0].unwrap() - 2.0 * alone).abs() < 1e-12 && found[1].unwrap() > 0.99);
}

fn seen(cases: &[(&[u32], &[u64])]) -> Option<f64> {
    let strata: Vec<_> =
        cases.iter().map(|(weights, units)| Stratum { weights: weights.to_vec(), units }).collect();
    sequential(&strata)
}

/// Returns the mean of 1 over the p-value, over all assignments of units to two arms.
fn fair(before: &[(&[u32], &[u64])], weight: u32, units: u64) -> f64 {
    let share = f64::from(weight) / 10_000.0;
    let weights = [weight, 10_000 - weight];
    let e_process =
        |strata: &[Stratum<'_>]| log_mean(&[strata.iter().map(dirichlet).sum(), tilted(strata)]).exp();
    let mut mean = 0.0;
    for first in 0..=units {
        let ways = (0..first).fold(1.0, |c, i| c * count(units - i) / count(i + 1));
        let chance = ways * share.powf(count(first)) * (1.0 - share).powf(count(units - first));
        let next = [first, units - first];
        let mut strata: Vec<_> =
            before.iter().map(|(weights, units)| Stratum { weights: weights.to_vec(), units }).collect();
        strata.push(Stratum { weights: weights.to_vec(), units: &next });
        mean += chance * e_process(&strata);
    }
    mean
}

#[test]
fn the_evidence_does_not_grow_on_average_when_units_follow_the_weights() {
    let before: (&[u32], &[u64]) = (&[5_000, 5_000], &[14, 6]);
    let held = fair(&[before], 5_000, 0);
    for weight in [500, 5_000, 9_000] {
        for units in [1, 7, 30] {
            let (alone, after) = (fair(&[], weight, units), fair(&[before], weight, units));
            assert!((alone - 1.0).abs() < 1e-9, "{weight} {units} {alone}");
            assert!((after / held - 1.0).abs() < 1e-9, "{weight} {units} {after} {held}");
        }
    }
}

#[test]
fn the_e_value_of_one_set_of_weights_has_lindon_and_maleks_closed_form() {
    // Beta(10, 10) is the prior, Beta(15, 12) the posterior of 5 and 2 units: 2^7 B(15, 12) / B(10, 10).
    let stratum = Stratum { weights: vec![5_000, 5_000], units: &[5, 2] };
    let rising = |from: u32, n: u32| (from..from + n).map(f64::from).product::<f64>();
    let wanted = 2.0_f64.powi(7) * rising(10, 5) * rising(10, 2) / rising(20, 7);
    assert!((dirichlet(&stratum).exp() / wanted - 1.0).abs() < 1e-12);
}

#[test]
fn the_e_value_is_finite_and_its_p_value_is_one_divided_by_it() {
    let of = |units: &[u64]| vec![Stratum { weights: vec![5_000, 5_000], units: units.to_vec().leak() }];
    let (e_value, p_value) = (e_value(&of(&[70, 30])).unwrap(), sequential(&of(&[70, 30])).unwrap());
    assert!((e_value * p_value - 1.0).abs() < 1e-12 && (evidence(p_value) / e_value - 1.0).abs() < 1e-12);
    assert_eq!(super::e_value(&of(&[100_000, 0])), Some(MAX_E));
    assert_eq!((sequential(&of(&[100_000, 0])), evidence(0.0)), (Some(0.0), MAX_E));
    assert_eq!(sequential(&of(&[50, 50])), Some(1.0), "the evidence is under 1");
}

#[test]
fn numbers_far_from_the_weights_raise_an_alarm_at_every_interim_look() {
    assert!(seen(&[(&[5_000, 5_000], &[40, 90])]).unwrap() < THRESHOLD);
    assert!(seen(&[(&[5_000, 5_000], &[50_900, 49_100])]).unwrap() < THRESHOLD);
    assert!(seen(&[(&[3_400, 3_300, 3_300], &[340, 330, 210])]).unwrap() < THRESHOLD);
    assert!(seen(&[(&[5_000, 5_000], &[58, 42])]).unwrap() > 0.1);
    assert_eq!(seen(&[(&[10_000, 0], &[5, 1])]), Some(0.0));
    assert_eq!((seen(&[]), seen(&[(&[5_000, 5_000], &[0, 0])])), (None, None));
    let apart = [(&[5_000_u32, 5_000][..], &[500_u64, 500][..]), (&[1_000, 9_000], &[100, 900])];
    assert!(seen(&apart).unwrap() > 0.99, "each part matches its own weights");
}

#[test]
fn units_lost_from_one_arm_add_up_over_small_strata() {
    let lost = vec![(&[1_000_u32, 9_000][..], &[0_u64, 18][..]); 12];
    assert!(seen(&lost).unwrap() < THRESHOLD);
    let half = vec![(&[3_000_u32, 7_000][..], &[3_u64, 14][..]); 24];
    assert!(seen(&half).unwrap() < THRESHOLD, "{:?}", seen(&half));
}
