//! The e-process of counts and amounts, whose stakes follow from the ranks of numbers.

use std::collections::BTreeMap;

use super::{Evidence, effects};
use crate::adaptive::sizes::Sizes;
use crate::adaptive::{Batch, Pair};

/// The units of a class and its rank, from −1 for the lowest to 1 for the highest.
type Ranked = (i32, f64, f64);

/// Returns the evidence that the arms numbered `control` and `treatment` differ, from the batches of a count or sum in
/// the order of their revisions. It is valid at every interim look, for outcomes of any distribution. The stakes follow
/// the rank of a unit's number among all earlier units of both arms, so the first batch has none.
#[must_use]
pub fn evidence_of_numbers(batches: &[Batch], control: usize, treatment: usize) -> Evidence {
    let effects = effects();
    let mut capitals = vec![0.0; effects.len()];
    let (mut before, mut found) = (Sizes::default(), Evidence::NONE);
    for batch in batches {
        let sizes = batch.sizes.get(control).zip(batch.sizes.get(treatment));
        let Some((pair, (a, b))) = batch.pair(control, treatment).zip(sizes) else { continue };
        let ranks = ranks(&before, [a, b]);
        for (capital, effect) in capitals.iter_mut().zip(&effects) {
            *capital += log_growth(&pair, (a, b), &ranks, *effect);
        }
        before.merge(a);
        before.merge(b);
        found.follow(&pair, &capitals);
    }
    found
}

/// Returns the rank of each class among earlier units. Classes of the batch that no earlier unit has are included,
/// without units.
fn ranks(before: &Sizes, batch: [&Sizes; 2]) -> Vec<Ranked> {
    let mut classes: BTreeMap<i32, u64> = before.classes().collect();
    for (class, _) in batch.iter().flat_map(|sizes| sizes.classes()) {
        classes.entry(class).or_default();
    }
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
    let count = |units: u64| units as f64;
    let all = count(classes.values().sum()).max(1.0);
    let mut below = 0.0;
    let is_first = before.classes().next().is_none();
    let rank = |(class, units)| {
        let (units, lower) = (count(units), below);
        below += units;
        let rank = if is_first { 0.0 } else { (2.0 * lower + units) / all - 1.0 };
        (class, units, rank)
    };
    classes.into_iter().map(rank).collect()
}

/// Returns the logarithm of the factor by which a batch multiplies the capital, for the alternative that the odds of
/// treatment are e^effect times as great among the highest numbers as among the middle ones.
fn log_growth(pair: &Pair<'_>, (control, treatment): (&Sizes, &Sizes), ranks: &[Ranked], effect: f64) -> f64 {
    // Each arm has the distribution of earlier units, tilted by the rank.
    let normal = |tilt: f64| {
        let (mut sum, mut all) = (0.0, 0.0);
        for (_, units, rank) in ranks {
            sum += units * (tilt * rank).exp();
            all += units;
        }
        if all > 0.0 { (sum / all).ln() } else { 0.0 }
    };
    let tilts = [-pair.share * effect, (1.0 - pair.share) * effect];
    let [low, high] = tilts.map(normal);
    let of = |class: i32, arm: usize| {
        let rank = ranks.iter().find(|own| own.0 == class).map_or(0.0, |own| own.2);
        let own = [tilts[0] * rank - low, tilts[1] * rank - high];
        own[arm] - (pair.share * own[1].exp() + (1.0 - pair.share) * own[0].exp()).ln()
    };
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
    let sum =
        |sizes: &Sizes, arm| sizes.classes().map(|(class, units)| units as f64 * of(class, arm)).sum::<f64>();
    sum(control, 0) + sum(treatment, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::Moments;

    fn batch(weight: u32, control: &[f64], treatment: &[f64]) -> Batch {
        let (mut arms, mut sizes) = (vec![Moments::default(); 2], vec![Sizes::default(); 2]);
        for (arm, numbers) in [control, treatment].into_iter().enumerate() {
            for number in numbers {
                arms[arm].add(*number);
                sizes[arm].add(*number);
            }
        }
        Batch { weights: vec![10_000 - weight, weight], arms, sizes }
    }

    #[test]
    fn without_a_difference_the_capital_stays_the_same_on_average() {
        let before = vec![batch(5_000, &[0.0, 0.0, 3.0, 9.0], &[0.0, 4.0, 40.0, 7.0])];
        let next = [0.0, 2.0, 0.0, 900.0, -5.0, 12.0];
        for (before, held) in [(&[][..], 1.0), (&before, evidence_of_numbers(&before, 0, 1).e_value)] {
            for weight in [1_000, 5_000, 9_000] {
                let share = f64::from(weight) / 10_000.0;
                let mut mean = 0.0;
                for arms in 0..1_u32 << next.len() {
                    let is_treated = |unit: usize| arms >> unit & 1 == 1;
                    let of = |treated| {
                        let own =
                            next.iter().enumerate().filter(move |(unit, _)| is_treated(*unit) == treated);
                        own.map(|(_, number)| *number).collect::<Vec<_>>()
                    };
                    let drawn = batch(weight, &of(false), &of(true));
                    let treated = f64::from(arms.count_ones());
                    let chance = share.powf(treated) * (1.0 - share).powf(6.0 - treated);
                    mean += chance * evidence_of_numbers(&[before, &[drawn]].concat(), 0, 1).e_value;
                }
                assert!((mean / held - 1.0).abs() < 1e-12, "{weight} {mean} {held}");
            }
        }
    }

    #[test]
    fn greater_numbers_in_one_arm_are_evidence_and_exchanged_arms_give_the_same() {
        let numbers = |factor: f64| (0..12).map(|i| f64::from(i % 4) * factor).collect::<Vec<_>>();
        let of = |a: &[f64], b: &[f64]| vec![batch(5_000, a, b); 12];
        let found = evidence_of_numbers(&of(&numbers(1.0), &numbers(4.0)), 0, 1);
        assert!(found.p_value < 0.01 && found.units == 288, "{found:?}");
        let other = evidence_of_numbers(&of(&numbers(4.0), &numbers(1.0)), 0, 1);
        assert!((found.e_value / other.e_value - 1.0).abs() < 1e-9);
        assert_eq!((found.higher, other.higher), (Some(true), Some(false)));
        assert!(evidence_of_numbers(&of(&numbers(1.0), &numbers(1.0)), 0, 1).p_value > 0.9);
    }

    #[test]
    fn the_direction_is_that_of_the_ranks_when_the_mean_has_the_other_one() {
        let of = |paying: &[f64]| [vec![0.0; 10 - paying.len()], paying.to_vec()].concat();
        let batches = vec![batch(5_000, &of(&[10.0; 6]), &of(&[10.0, 120.0])); 20];
        let found = evidence_of_numbers(&batches, 0, 1);
        let mean = |arm: usize| batches[0].arms[arm].mean();
        assert!(mean(1) > mean(0) && found.p_value < 0.01, "{found:?}");
        assert_eq!(found.higher, Some(false));
    }

    #[test]
    fn the_first_batch_has_no_stakes() {
        let first = [batch(5_000, &[0.0, 1.0], &[900.0, 700.0])];
        assert!((evidence_of_numbers(&first, 0, 1).e_value - 1.0).abs() < 1e-12);
    }
}
