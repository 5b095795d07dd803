//! The test of a balanced test: what would other seeds under the same threshold have shown?

use super::{BEST_OF, Choice, Draw, Sheet};
use crate::moments::Moments;

/// Seeds under the threshold that a test is compared with.
pub const DRAWS: u32 = 1_000;

/// Seeds drawn for each one that is kept, on average, before giving up: three times what is expected.
const PATIENCE: u64 = 3 * BEST_OF;

/// Statistics this close, relative to each other, are the same: they differ by the order of additions.
const SAME: f64 = 1e-9;

/// The outcome of a randomisation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Randomised {
    /// Two-sided mid-p-value: statistics as great as the observed one count half.
    pub p_value: f64,
    /// Seeds under the threshold that it was compared with.
    pub draws: u32,
    /// Seeds drawn for them.
    pub tried: u64,
}

/// Compares the statistic under the chosen seed with that under `draws` further seeds (take [`DRAWS`] or
/// more) at or under the same threshold, the next ones by number. `statistic` maps the arm of each unit
/// to a number that is great when the arms differ, such as [`studentised`].
///
/// The hypothesis is that no unit's outcome depends on its arm. With more than two arms that is said of
/// all arms at once, also when the statistic looks at two: then a difference in a third arm can make the
/// p-value wrong.
///
/// None when 30 times `draws` seeds do not give `draws` of them.
#[must_use]
pub fn test(
    sheet: &Sheet,
    count: usize,
    choice: &Choice,
    draws: u32,
    mut draw: impl Draw,
    mut statistic: impl FnMut(&[usize]) -> f64,
) -> Option<Randomised> {
    let mut own = vec![0; sheet.units];
    draw(choice.seed, &mut own);
    let observed = statistic(&own);
    let (mut greater, mut same, mut kept, mut tried) = (0.0, 1.0, 0, 0);
    let seeds = sheet.imbalances(count, choice.seed + 1, u64::from(draws) * PATIENCE, &mut draw);
    for (_, imbalance, arms) in seeds {
        tried += 1;
        if imbalance > choice.threshold {
            continue;
        }
        let other = statistic(&arms);
        if other.total_cmp(&observed).is_eq() || (other - observed).abs() <= SAME * observed.abs() {
            same += 1.0;
        } else if other > observed {
            greater += 1.0;
        }
        kept += 1;
        if kept == draws {
            let p_value = (greater + same / 2.0) / (f64::from(draws) + 1.0);
            return Some(Randomised { p_value, draws, tried });
        }
    }
    None
}

/// The absolute difference of the means of two arms over its standard error (Welch's t), as a statistic
/// for [`test`]. 0 when the arms are equal or one is empty; infinite when they differ without varying.
///
/// Studentised, since an unstudentised difference would also answer to arms that vary differently
/// (Chung and Romano 2013, "Exact and asymptotically robust permutation tests").
pub fn studentised(outcomes: &[f64], control: usize, treatment: usize) -> impl Fn(&[usize]) -> f64 + use<'_> {
    move |arms| {
        let mut sides = [Moments::default(); 2];
        for (outcome, arm) in outcomes.iter().zip(arms) {
            if *arm == control {
                sides[0].add(*outcome);
            } else if *arm == treatment {
                sides[1].add(*outcome);
            }
        }
        let difference = (sides[1].mean() - sides[0].mean()).abs();
        let variance: Option<f64> = sides.iter().map(Moments::variance_of_mean).sum();
        match variance {
            Some(variance) if difference > 0.0 => difference / variance.sqrt(),
            _ => 0.0,
        }
    }
}
