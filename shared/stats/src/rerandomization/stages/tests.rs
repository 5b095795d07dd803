use proptest::prelude::*;

use super::*;

fn stage(ranks: &[i64], information: f64) -> Stage {
    Stage { ranks: ranks.iter().copied().map(Some).collect(), information }
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 2e-6, "{found} {expected}");
}

#[expect(clippy::cast_precision_loss, reason = "small ranks")]
fn value(rank: Option<Rank>) -> f64 {
    rank.unwrap() as f64 / 1e6
}

#[test]
fn a_single_stage_keeps_its_ranks() {
    let own = stage(&[7, -3, 7, 1_000_000], 4.0);
    assert_eq!(combined(std::slice::from_ref(&own)), own.ranks);
}

#[test]
fn scores_of_stages_are_weighted_by_the_root_of_their_information() {
    // Mid-p of 1/8 and of 7/8 of four histories, and of a half for two ties.
    let z = Normal::standard().inverse_cdf(0.875);
    let (first, second) = (stage(&[4, 3, 2, 1], 1.0), stage(&[5, 5, 9, 0], 4.0));
    let found = combined(&[first.clone(), second.clone()]);
    near(value(found[0]), z / 5.0_f64.sqrt());
    near(value(found[2]), (Normal::standard().inverse_cdf(0.375) + 2.0 * z) / 5.0_f64.sqrt());
    near(value(found[0]), real_score(&[first, second]).unwrap());
}

#[test]
fn a_stage_with_too_few_units_or_without_information_contributes_nothing() {
    let mut second = stage(&[9, 1, 5, 2], 3.0);
    second.ranks[0] = None;
    let first = stage(&[4, 3, 2, 1], 1.0);
    let found = combined(&[first.clone(), second.clone()]);
    near(value(found[0]), Normal::standard().inverse_cdf(0.875));
    assert!(found[1] < found[3], "the second stage counts where it has enough units: {found:?}");
    assert_eq!(combined(&[first.clone(), stage(&[1, 9, 9, 9], 0.0)])[0], found[0]);
    let none = Stage { ranks: vec![None; 4], information: 1.0 };
    assert_eq!(combined(&[none.clone(), none.clone()]), vec![None; 4]);
    assert_eq!((real_score(&[none]), combined(&[])), (None, Vec::new()));
}

proptest! {
    #[test]
    fn mirrored_ranks_have_mirrored_scores(
        first in proptest::collection::vec(-5_i64..5, 30), second in proptest::collection::vec(-5_i64..5, 30),
        information in 0.1..9.0_f64,
    ) {
        let of = |sign: i64| {
            let turned = |ranks: &[i64]| ranks.iter().map(|rank| sign * rank).collect::<Vec<_>>();
            combined(&[stage(&turned(&first), 1.0), stage(&turned(&second), information)])
        };
        for (up, down) in of(1).into_iter().zip(of(-1)) {
            prop_assert!((up.unwrap() + down.unwrap()).abs() <= 2);
        }
    }

    #[test]
    fn the_real_history_runs_through_the_same_code_as_a_draw(
        first in proptest::collection::vec(-50_i64..50, 30), second in proptest::collection::vec(-50_i64..50, 30),
        other in 1_usize..30,
    ) {
        let swapped = |ranks: &[i64]| {
            let mut own = ranks.to_vec();
            own.swap(0, other);
            own
        };
        let found = combined(&[stage(&first, 1.0), stage(&second, 2.0)]);
        let again = combined(&[stage(&swapped(&first), 1.0), stage(&swapped(&second), 2.0)]);
        prop_assert_eq!(found[0], again[other]);
        prop_assert_eq!(found[other], again[0]);
    }
}
