//! Balance for lists of units that are known before a test begins (rerandomization).
//!
//! A seed determines the arms of a test. The first 1,000 seeds, numbered from 0, show how unequal the arms
//! usually are, and the best tenth of them sets a threshold. The first later seed at or under the threshold
//! is used. All seeds under the threshold are equally likely, so the test compares the outcome with the
//! outcomes under further such seeds. Never use the best of many seeds: it gives the same few assignments
//! every time, and leaves no set of seeds with which to compare it.
//!
//! Source: Morgan and Rubin 2012, "Rerandomization to improve covariate balance in experiments".

mod randomize;
mod randomized;

pub(crate) use randomize::below;
pub use randomize::{randomize, sizes};
pub use randomized::{DRAWS, Randomized, Statistic, accepted, studentised, studentised_ratios, test};

/// The number of seeds that set the threshold.
pub const TRIAL: u64 = 1_000;

/// The best one in this many of them is at or under the threshold.
pub const BEST_OF: u64 = 10;

/// The maximum number of later seeds. One in ten is under the threshold, so even 200 would be enough. Only
/// seeds that are not random exhaust this number.
pub const MAX_TRIED: u64 = 1_000;

/// Writes the arm of each unit under the seed with this number. Arms are numbered from 0, and each is below
/// the number of arms.
pub trait Draw: FnMut(u64, &mut [usize]) {}
impl<F: FnMut(u64, &mut [usize])> Draw for F {}

/// The known values of each unit, as columns of mean 0 and variance 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    units: usize,
    columns: Vec<Vec<f64>>,
}

impl Sheet {
    /// Creates a sheet without values for `units` units.
    #[must_use]
    pub fn new(units: usize) -> Self {
        Self { units, columns: Vec::new() }
    }

    /// Adds an attribute with unordered values, such as the industry. Each value, numbered from 0, becomes a
    /// column of ones and zeros. Give unknown values a number of their own. The attribute is ignored unless
    /// there is one value per unit.
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

    /// Adds a number of each unit, such as the covariate. It is ignored when it is the same for all units,
    /// when a number is not finite, or unless there is one number per unit.
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

    /// Returns the greatest standardized difference of means between any two of `count` arms, over all
    /// columns. It is infinite when an arm is empty. `arms` has the arm of each unit, each below `count`.
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

    /// Returns whether [`Self::imbalance`] is at most `threshold`. For most seeds, one of the first columns
    /// decides.
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

/// Returns the greatest difference of the means of two arms in one column.
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

/// The seed of a balanced test. Store it with the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The number of the seed.
    pub seed: u64,
    /// The greatest imbalance that a seed of this test may have.
    pub threshold: f64,
    /// The imbalance under the seed.
    pub imbalance: f64,
}

/// Chooses the seed of a test with `count` arms.
///
/// Returns None when less than a tenth of the first 1,000 seeds gives every arm a unit, or when
/// [`MAX_TRIED`] later seeds are all over the threshold. In these cases, the list is too short or the seeds
/// are not random, and the test must start without balance. At most 2,000 seeds are drawn.
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
    let mut later = (TRIAL..TRIAL + MAX_TRIED).map(|seed| (seed, imbalance(seed)));
    let (seed, imbalance) = later.find(|(_, imbalance)| *imbalance <= threshold)?;
    Some(Choice { seed, threshold, imbalance })
}

#[expect(clippy::cast_precision_loss, reason = "a number of units")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;
