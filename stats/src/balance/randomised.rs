//! The test of a balanced test: what would other seeds under the same threshold have shown?

use super::{BEST_OF, Choice, Draw, Sheet};
use crate::delta;
use crate::joint::Joint;
use crate::moments::Moments;
use crate::sample::Sample;

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

/// What maps the arm of each unit to a number that is great when the arms differ, such as [`studentised`].
pub type Statistic<'a> = dyn Fn(&[usize]) -> f64 + 'a;

/// Compares each statistic under the chosen seed with the same under `draws` further seeds (take [`DRAWS`]
/// or more) at or under the same threshold, the next ones by number.
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
    statistics: &[&Statistic<'_>],
) -> Option<Vec<Randomised>> {
    let mut own = vec![0; sheet.units];
    draw(choice.seed, &mut own);
    let mut tallies: Vec<_> = statistics.iter().map(|statistic| Tally::new(statistic(&own))).collect();
    let (mut kept, mut tried) = (0, 0);
    let seeds = sheet.imbalances(count, choice.seed + 1, u64::from(draws) * PATIENCE, &mut draw);
    for (_, imbalance, arms) in seeds {
        tried += 1;
        if imbalance > choice.threshold {
            continue;
        }
        tallies.iter_mut().zip(statistics).for_each(|(tally, statistic)| tally.add(statistic(&arms)));
        kept += 1;
        if kept == draws {
            let p_value = |tally: &Tally| tally.extreme / (f64::from(draws) + 1.0);
            return Some(
                tallies.iter().map(|tally| Randomised { p_value: p_value(tally), draws, tried }).collect(),
            );
        }
    }
    None
}

/// How many seeds set the arms as far apart as the chosen one, ties by half. It ties with itself.
struct Tally {
    observed: f64,
    extreme: f64,
}

impl Tally {
    fn new(observed: f64) -> Self {
        Self { observed, extreme: 0.5 }
    }

    fn add(&mut self, other: f64) {
        // An observed statistic without bound is near to nothing but another one.
        let near = self.observed.is_finite() && (other - self.observed).abs() <= SAME * self.observed.abs();
        if near || other.total_cmp(&self.observed).is_eq() {
            self.extreme += 0.5;
        } else if other > self.observed {
            self.extreme += 1.0;
        }
    }
}

/// The absolute difference of the means of two arms over its standard error (Welch's t), as a statistic
/// for [`test`]. Units without an outcome are left out: that they have none must not depend on their arm.
/// 0 when the arms are equal or one is empty; infinite when they differ without varying.
///
/// Studentised, since an unstudentised difference would also answer to arms that vary differently
/// (Chung and Romano 2013, "Exact and asymptotically robust permutation tests").
pub fn studentised(
    outcomes: &[Option<f64>],
    control: usize,
    treatment: usize,
) -> impl Fn(&[usize]) -> f64 + use<'_> {
    move |arms| {
        let mut sides = [Moments::default(); 2];
        for (outcome, side) in dealt(outcomes, arms, control, treatment) {
            sides[side].add(outcome);
        }
        let variance = sides.iter().map(Moments::variance_of_mean).sum();
        apart(sides[1].mean() - sides[0].mean(), variance)
    }
}

/// The same for ratios Σx/Σy of units given as (x, y), by the delta method ([`crate::delta`]).
pub fn studentised_ratios(
    outcomes: &[Option<(f64, f64)>],
    control: usize,
    treatment: usize,
) -> impl Fn(&[usize]) -> f64 + use<'_> {
    move |arms| {
        let mut sides = [Joint::default(); 2];
        for ((x, y), side) in dealt(outcomes, arms, control, treatment) {
            sides[side].add(x, y);
        }
        let Some(samples) = sides.iter().map(delta::sample).collect::<Option<Vec<_>>>() else { return 0.0 };
        let variance = samples.iter().map(Sample::variance_of_mean).sum();
        apart(samples[1].mean - samples[0].mean, Some(variance))
    }
}

/// The outcomes that there are, with 0 for control's and 1 for treatment's.
fn dealt<T: Copy>(
    outcomes: &[Option<T>],
    arms: &[usize],
    control: usize,
    treatment: usize,
) -> impl Iterator<Item = (T, usize)> {
    outcomes.iter().zip(arms).filter_map(move |(outcome, &arm)| {
        let side = (arm == control).then_some(0).or((arm == treatment).then_some(1))?;
        Some(((*outcome)?, side))
    })
}

fn apart(difference: f64, variance: Option<f64>) -> f64 {
    match variance {
        Some(variance) if difference.abs() > 0.0 => difference.abs() / variance.sqrt(),
        _ => 0.0,
    }
}
