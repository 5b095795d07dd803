use proptest::prelude::*;

use super::*;
use crate::rerandomization::place::Propensity;

/// Units with keys of their own, half of them treated, and an amount and a ratio each.
fn units(keys: &[u8]) -> Vec<Unit<'static>> {
    let place = |key: u8| Place::Alone {
        key: std::array::from_fn(|index| key.wrapping_mul(31).wrapping_add(u8::try_from(index).unwrap())),
        propensity: Propensity::new(5_000, 5_000).unwrap(),
    };
    keys.iter().map(|&key| Unit { treated: key % 2 == 0, place: place(key) }).collect()
}

fn amount(key: u8) -> f64 {
    f64::from(key % 7) * f64::from(key)
}

fn amounts(keys: &[u8]) -> Vec<f64> {
    keys.iter().map(|key| amount(*key)).collect()
}

fn ranks(keys: &[u8]) -> Vec<Option<Rank>> {
    draw(&units(keys), &[Goal::Amounts(&amounts(keys))], 200)[0].ranks()
}

#[test]
fn the_real_history_runs_through_the_same_code_as_a_draw_with_the_same_arms() {
    let keys: Vec<u8> = (0..60).collect();
    let arms: Vec<[bool; 2]> = keys.iter().map(|key| [key % 2 == 0, key % 3 == 0]).collect();
    let listed: Vec<Unit<'_>> = keys
        .iter()
        .zip(&arms)
        .map(|(key, arms)| Unit { treated: key % 2 == 0, place: Place::Listed(arms) })
        .collect();
    let (numbers, pairs) =
        (amounts(&keys), keys.iter().map(|key| (amount(*key), f64::from(*key))).collect::<Vec<_>>());
    let covariates: Vec<_> = keys.iter().map(|key| [f64::from(key % 5), 0.0]).collect();
    let ranked: Vec<_> = numbers.iter().zip(&pairs).map(|(number, pair)| number - pair.1).collect();
    let goals = [
        Goal::Amounts(&numbers),
        Goal::Maturing(&numbers, &ranked),
        Goal::Ratios(&pairs),
        Goal::Adjusted(&numbers, &numbers, &covariates),
    ];
    for drawn in draw(&listed, &goals, 2) {
        for ranks in [drawn.ranks(), drawn.ranks_without_factor(1.0), drawn.ranks_without_shift(0.0)] {
            assert_eq!(ranks[0], ranks[1]);
            assert!(ranks[0].is_some() && ranks[0] != ranks[2]);
        }
    }
}

#[test]
fn a_list_of_arms_is_drawn_like_the_key_that_gives_it_and_ends_in_control() {
    let keys: Vec<u8> = (0..60).collect();
    let (alone, mut treated) = (units(&keys), vec![0.0; 99]);
    let lists: Vec<Vec<bool>> = alone
        .iter()
        .map(|unit| {
            let Place::Alone { key, propensity } = unit.place else { unreachable!() };
            crate::rerandomization::place::place(&key, propensity, &mut treated);
            treated.iter().map(|treated| *treated > 0.5).collect()
        })
        .collect();
    let listed = |length: usize| {
        let units: Vec<_> = alone
            .iter()
            .zip(&lists)
            .map(|(unit, list)| Unit { place: Place::Listed(&list[..length]), ..*unit })
            .collect();
        draw(&units, &[Goal::Amounts(&amounts(&keys))], 99)[0].ranks()
    };
    assert_eq!(listed(99), draw(&alone, &[Goal::Amounts(&amounts(&keys))], 99)[0].ranks());
    assert_eq!(listed(40)[..=40], listed(99)[..=40]);
    assert!(listed(40)[41..].iter().all(Option::is_none), "without treated units");
}

#[test]
fn a_removed_effect_makes_the_real_arms_equal() {
    let keys: Vec<u8> = (0..120).collect();
    let scaled: Vec<f64> =
        keys.iter().map(|key| f64::from(key / 2 + 1) * if key % 2 == 0 { 3.0 } else { 1.0 }).collect();
    let shifted: Vec<f64> =
        keys.iter().map(|key| f64::from(key / 2) + if key % 2 == 0 { 3.0 } else { 0.0 }).collect();
    let tripled: Vec<_> = scaled.iter().zip(&keys).map(|(x, key)| (*x, f64::from(key % 4 / 2 + 1))).collect();
    let goals = [Goal::Amounts(&scaled), Goal::Ratios(&tripled), Goal::Amounts(&shifted)];
    let drawn = draw(&units(&keys), &goals, 50);
    assert_eq!(drawn[0].ranks_without_factor(3.0)[0], Some(0));
    assert_eq!(drawn[1].ranks_without_factor(3.0)[0], Some(0));
    assert_eq!(drawn[2].ranks_without_shift(3.0)[0], Some(0));
    assert!(drawn[0].ranks()[0] > Some(1_000_000) && drawn[2].ranks_without_shift(6.0)[0] < Some(0));
}

#[test]
fn histories_are_ranked_by_one_number_and_effects_are_removed_from_the_other() {
    let keys: Vec<u8> = (0..60).collect();
    let (numbers, ranked) = (amounts(&keys), keys.iter().map(|key| f64::from(key % 5)).collect::<Vec<_>>());
    let none = vec![[0.0; 2]; keys.len()];
    let goals = [
        Goal::Amounts(&numbers),
        Goal::Amounts(&ranked),
        Goal::Maturing(&numbers, &ranked),
        Goal::Adjusted(&numbers, &numbers, &none),
        Goal::Adjusted(&numbers, &ranked, &none),
    ];
    let [plain, other, both, same, adjusted] = draw(&units(&keys), &goals, 50).try_into().unwrap();
    assert_eq!(both.ranks(), other.ranks());
    assert_ne!(adjusted.ranks(), same.ranks());
    for own in [&both, &adjusted] {
        assert_eq!(own.ranks_without_factor(1.5), plain.ranks_without_factor(1.5));
        assert_eq!(own.ranks_without_shift(1.5), plain.ranks_without_shift(1.5));
    }
}

#[test]
fn a_history_with_fewer_than_ten_units_in_an_arm_may_not_be_stopped() {
    let keys: Vec<u8> = (0..20).collect();
    let found = ranks(&keys);
    assert!(found[0].is_some(), "ten in each arm");
    let open = found.iter().filter(|rank| rank.is_some()).count();
    assert!(open > 10 && open < 80, "18 % of draws are even: {open}");
    assert!(ranks(&keys[..18]).iter().all(Option::is_none));
}

proptest! {
    #[test]
    fn draws_do_not_depend_on_the_order_of_the_units_or_on_other_units(
        keys in proptest::collection::hash_set(0_u8..250, 30..120), erased in 0_usize..30,
    ) {
        let mut sorted: Vec<u8> = keys.iter().copied().collect();
        let shuffled = sorted.clone();
        sorted.sort_unstable();
        // Centers and scales are sums over all units, so the last digit of a statistic may differ.
        for (a, b) in ranks(&sorted).into_iter().zip(ranks(&shuffled)) {
            prop_assert_eq!(a.is_some(), b.is_some());
            prop_assert!(a.unwrap_or(0).abs_diff(b.unwrap_or(0)) <= 1);
        }
        let mut fewer = sorted.clone();
        let gone = fewer.remove(erased % fewer.len());
        let of = |keys: &[u8]| {
            let (mut arms, mut treated) = (Vec::new(), vec![0.0; 50]);
            for (key, unit) in keys.iter().zip(units(keys)) {
                let Place::Alone { key: secret, propensity } = unit.place else { continue };
                place(&secret, propensity, &mut treated);
                arms.push((*key, treated.clone()));
            }
            arms
        };
        let (before, after) = (of(&sorted), of(&fewer));
        let rest: Vec<_> = before.into_iter().filter(|(key, _)| *key != gone).collect();
        prop_assert_eq!(rest, after);
    }
}
