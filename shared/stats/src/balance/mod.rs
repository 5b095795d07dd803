//! Balance for lists of units that are known before a test begins.
//!
//! The arms of a test follow from a seed. Of the seeds numbered from 0, the first 1,000 show how unequal
//! the arms usually are; the best tenth of them sets a threshold; the first later seed at or under the
//! threshold is kept. Among all seeds under the threshold each is as likely as any other, so the test
//! compares the outcome with what further such seeds would have shown. The best seed of many must never
//! be kept: it is the same few assignments every time, and no set of seeds is left to compare it with.
//!
//! Source: Morgan and Rubin 2012, "Rerandomization to improve covariate balance in experiments".

mod randomize;
mod randomized;

pub(crate) use randomize::below;
pub use randomize::{randomize, sizes};
pub use randomized::{DRAWS, Randomized, Statistic, studentised, studentised_ratios, test};

/// How many seeds set the threshold.
pub const TRIAL: u64 = 1_000;

/// The best one in so many of them lies at or under it.
pub const BEST_OF: u64 = 10;

/// Later seeds that are tried before giving up. One in ten fits, so that even 200 would do; only seeds
/// that do not act as chance exhaust these.
pub const MOST_TRIED: u64 = 1_000;

/// Writes the arm of each unit under the seed with this number; arms are numbered from 0 and all below
/// the number of arms.
pub trait Draw: FnMut(u64, &mut [usize]) {}
impl<F: FnMut(u64, &mut [usize])> Draw for F {}

/// What is known of each unit up front, as columns of mean 0 and variance 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    units: usize,
    columns: Vec<Vec<f64>>,
}

impl Sheet {
    /// Nothing known of so many units.
    #[must_use]
    pub fn new(units: usize) -> Self {
        Self { units, columns: Vec::new() }
    }

    /// Adds an attribute with values of no order, such as the industry: each value, numbered from 0,
    /// becomes a column of ones and zeros. Give unknown values a number of their own. Ignored unless
    /// there is one a unit.
    #[must_use]
    pub fn with_levels(mut self, levels: &[usize]) -> Self {
        let most = levels.iter().max().map_or(0, |most| most + 1);
        let mut units = vec![0_u64; most];
        for &level in levels {
            units[level] += 1;
        }
        for level in (0..most).filter(|&level| units[level] > 0) {
            let column = levels.iter().map(|&own| f64::from(u8::from(own == level)));
            self = self.with_numbers(&column.collect::<Vec<_>>());
        }
        self
    }

    /// Adds a number known of each unit, such as the covariate. Ignored when it is the same for all
    /// units, when one is not finite, or unless there is one a unit.
    #[must_use]
    pub fn with_numbers(mut self, numbers: &[f64]) -> Self {
        let n = as_f64(self.units);
        let mean = numbers.iter().sum::<f64>() / n;
        let spread = (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        if numbers.len() == self.units && spread.is_finite() && spread > 1e-12 * mean.abs() {
            self.columns.push(numbers.iter().map(|x| (x - mean) / spread).collect());
        }
        self
    }

    /// The greatest standardised difference of means between any two of `count` arms, over all columns;
    /// infinite when an arm is empty. `arms` has the arm of each unit, each below `count`.
    #[must_use]
    pub fn imbalance(&self, arms: &[usize], count: usize) -> f64 {
        let mut units = vec![0.0; count];
        for &arm in arms {
            units[arm] += 1.0;
        }
        if units.iter().any(|&n| n < 0.5) {
            return f64::INFINITY;
        }
        let mut sums = vec![0.0; count];
        self.columns.iter().fold(0.0, |worst: f64, column| worst.max(apart(column, arms, &units, &mut sums)))
    }

    /// Whether [`Self::imbalance`] is at most `threshold`: with most seeds one of the first columns tells.
    fn is_within(&self, arms: &[usize], count: usize, threshold: f64) -> bool {
        let mut units = vec![0.0; count];
        for &arm in arms {
            units[arm] += 1.0;
        }
        let mut sums = vec![0.0; count];
        units.iter().all(|&n| n > 0.5)
            && self.columns.iter().all(|column| apart(column, arms, &units, &mut sums) <= threshold)
    }
}

/// The greatest difference of the means of two arms in one column.
fn apart(column: &[f64], arms: &[usize], units: &[f64], sums: &mut [f64]) -> f64 {
    sums.fill(0.0);
    for (x, &arm) in column.iter().zip(arms) {
        sums[arm] += x;
    }
    let (mut least, mut most) = (f64::MAX, f64::MIN);
    for (sum, n) in sums.iter().zip(units) {
        (least, most) = (least.min(sum / n), most.max(sum / n));
    }
    most - least
}

/// The seed of a balanced test; to be stored with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The number of the seed.
    pub seed: u64,
    /// The greatest imbalance that a seed of this test may have.
    pub threshold: f64,
    /// That of the seed.
    pub imbalance: f64,
}

/// Chooses the seed of a test with `count` arms.
///
/// None when not even a tenth of the first 1,000 seeds gives every arm a unit, or when [`MOST_TRIED`]
/// later seeds are all over the threshold: the list is too short, or the seeds are not chance. The test
/// then has to start without balance. At most 2,000 seeds are drawn.
#[must_use]
pub fn choose(sheet: &Sheet, count: usize, mut draw: impl Draw) -> Option<Choice> {
    let mut arms = vec![0; sheet.units];
    let mut imbalance = |seed: u64| {
        draw(seed, &mut arms);
        sheet.imbalance(&arms, count)
    };
    let mut trial: Vec<f64> = (0..TRIAL).map(&mut imbalance).collect();
    trial.sort_by(f64::total_cmp);
    let rank = usize::try_from(TRIAL / BEST_OF - 1).ok()?;
    let threshold = *trial.get(rank).filter(|threshold| threshold.is_finite())?;
    let mut later = (TRIAL..TRIAL + MOST_TRIED).map(|seed| (seed, imbalance(seed)));
    let (seed, imbalance) = later.find(|(_, imbalance)| *imbalance <= threshold)?;
    Some(Choice { seed, threshold, imbalance })
}

#[expect(clippy::cast_precision_loss, reason = "a number of units")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;
