//! The randomization test of a balanced test: how great is the difference under other seeds that meet the
//! same threshold?

use super::{BEST_OF, Choice, Draw, Sheet};
use crate::moments::Moments;

/// The number of seeds under the threshold with which a test is compared.
pub const DRAWS: u32 = 1_000;

/// The maximum number of seeds drawn per seed under the threshold, on average: three times the expected
/// number.
const PATIENCE: u64 = 3 * BEST_OF;

/// Statistics that are this close relative to each other are ties: they differ by the order of additions.
const SAME: f64 = 1e-9;

/// The outcome of a randomization test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Randomized {
    /// Two-sided mid-p-value: statistics as great as the observed one count half.
    pub p_value: f64,
    /// The number of seeds under the threshold in the comparison.
    pub draws: u32,
    /// The number of seeds drawn to find them.
    pub tried: u64,
}

/// A function from the arm of each unit to a number that is great when the arms differ, such as
/// [`studentised`].
pub type Statistic<'a> = dyn Fn(&[usize]) -> f64 + 'a;

/// Compares each statistic under the chosen seed with the same statistic under `draws` further seeds at or
/// under the same threshold, in the order of their numbers. Pass [`DRAWS`] or more.
///
/// The hypothesis is that no unit's outcome depends on its arm. With more than two arms, the hypothesis is
/// about all arms at once, even when the statistic compares two: a difference in a third arm can then make
/// the p-value wrong.
///
/// Returns None when 30 times `draws` seeds do not give `draws` seeds under the threshold.
#[must_use]
pub fn test(
    sheet: &Sheet,
    count: usize,
    choice: &Choice,
    draws: u32,
    mut draw: impl Draw,
    statistics: &[&Statistic<'_>],
) -> Option<Vec<Randomized>> {
    let mut own = vec![0; sheet.units];
    draw(choice.seed, &mut own);
    let mut tallies: Vec<_> = statistics.iter().map(|statistic| Tally::new(statistic(&own))).collect();
    let mut kept = 0;
    for tried in 1..=u64::from(draws) * PATIENCE {
        draw(choice.seed + tried, &mut own);
        if !sheet.is_within(&own, count, choice.threshold) {
            continue;
        }
        tallies.iter_mut().zip(statistics).for_each(|(tally, statistic)| tally.add(statistic(&own)));
        kept += 1;
        if kept == draws {
            let p_value = |tally: &Tally| tally.extreme / (f64::from(draws) + 1.0);
            return Some(
                tallies.iter().map(|tally| Randomized { p_value: p_value(tally), draws, tried }).collect(),
            );
        }
    }
    None
}

/// Passes the arms under `draws` further seeds at or under the threshold to `each`, in the order of their numbers.
///
/// Returns false when 30 times `draws` seeds do not give `draws` seeds under the threshold.
pub fn accepted(
    sheet: &Sheet,
    count: usize,
    choice: &Choice,
    draws: usize,
    mut draw: impl Draw,
    mut each: impl FnMut(&[usize]),
) -> bool {
    let mut own = vec![0; sheet.units];
    let mut kept = 0;
    for tried in 1..=draws as u64 * PATIENCE {
        draw(choice.seed + tried, &mut own);
        if sheet.is_within(&own, count, choice.threshold) {
            each(&own);
            kept += 1;
            if kept == draws {
                return true;
            }
        }
    }
    false
}

/// How many seeds give a difference at least as great as the chosen one, with ties counted half. The chosen
/// seed ties with itself.
struct Tally {
    observed: f64,
    extreme: f64,
}

impl Tally {
    fn new(observed: f64) -> Self {
        Self { observed, extreme: 0.5 }
    }

    fn add(&mut self, other: f64) {
        // An infinite observed statistic ties only with another infinite one.
        let near = self.observed.is_finite() && (other - self.observed).abs() <= SAME * self.observed.abs();
        if near || other.total_cmp(&self.observed).is_eq() {
            self.extreme += 0.5;
        } else if other > self.observed {
            self.extreme += 1.0;
        }
    }
}

/// Returns the absolute difference of the means of two arms divided by its standard error (Welch's t), as a
/// statistic for [`test()`]. Units without an outcome are left out; whether a unit has an outcome must not
/// depend on its arm. Returns 0 when the arms are equal or one is empty, and infinity when they differ
/// without variance.
///
/// The statistic is studentized, because an unstudentized difference would also react to arms with different
/// variances (Chung and Romano 2013, "Exact and asymptotically robust permutation tests").
pub fn studentised(
    outcomes: &[Option<f64>],
    control: usize,
    treatment: usize,
) -> impl Fn(&[usize]) -> f64 + use<> {
    let (mean, scale) = centre(outcomes.iter().flatten().copied());
    let rows: Vec<_> = outcomes.iter().map(|own| own.map(|x| (x - mean) / scale)).collect();
    move |arms| {
        let mut sides = [[0.0; 3]; 2];
        for (x, side) in randomized(&rows, arms, control, treatment) {
            let [n, sum, squares] = &mut sides[side];
            (*n, *sum, *squares) = (*n + 1.0, *sum + x, *squares + x * x);
        }
        let [a, b] = sides.map(|[n, sum, squares]| {
            let mean = sum / n;
            (mean, ((squares - sum * mean) / (n - 1.0) / n).max(0.0))
        });
        apart(b.0 - a.0, a.1 + b.1)
    }
}

/// Returns the same for ratios Σx/Σy of units given as (x, y), by the delta method ([`crate::delta`]).
pub fn studentised_ratios(
    outcomes: &[Option<(f64, f64)>],
    control: usize,
    treatment: usize,
) -> impl Fn(&[usize]) -> f64 + use<> {
    let all = || outcomes.iter().flatten();
    let (x, y) = all().fold((0.0, 0.0), |(x, y), own| (x + own.0, y + own.1));
    let ratio = x / y;
    // The difference of a unit from the common ratio, which keeps the numbers small.
    let (_, scale) = centre(all().map(|(x, y)| x - ratio * y));
    let (_, base) = centre(all().map(|(_, y)| *y));
    let rows: Vec<_> =
        outcomes.iter().map(|own| own.map(|(x, y)| ((x - ratio * y) / scale, y / base))).collect();
    move |arms| {
        let mut sides = [[0.0; 6]; 2];
        for ((u, v), side) in randomized(&rows, arms, control, treatment) {
            let own = [1.0, u, v, u * u, u * v, v * v];
            sides[side].iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
        if sides.iter().any(|[n, _, v, ..]| *n < 2.0 || *v <= 0.0) {
            return 0.0;
        }
        let [a, b] = sides.map(|[n, u, v, uu, uv, vv]| {
            let ratio = u / v;
            (ratio, ((uu - 2.0 * ratio * uv + ratio * ratio * vv) * n / (n - 1.0) / (v * v)).max(0.0))
        });
        apart(b.0 - a.0, a.1 + b.1)
    }
}

/// Returns the mean and the standard deviation, or 1 for a standard deviation of 0.
fn centre(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut moments = Moments::default();
    numbers.for_each(|x| moments.add(x));
    let spread = moments.variance().map_or(0.0, f64::sqrt);
    (moments.mean(), if spread > 0.0 { spread } else { 1.0 })
}

/// Returns the existing outcomes, with 0 for control and 1 for treatment.
fn randomized<T: Copy>(
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

/// A variance below this is rounding: outcomes are scaled to a variance of about 1.
const NOTHING: f64 = 1e-15;

fn apart(difference: f64, variance: f64) -> f64 {
    if !difference.is_finite() || difference.abs() <= NOTHING {
        0.0
    } else if variance > NOTHING {
        difference.abs() / variance.sqrt()
    } else {
        f64::INFINITY
    }
}
