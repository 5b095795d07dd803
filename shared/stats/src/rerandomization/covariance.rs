//! The statistic of the analysis of covariance: T of the difference of means, adjusted by covariates that were
//! known before assignment.
//!
//! Source: Fisher 1932; Zhao and Ding 2021, "Covariate-adjusted Fisher randomization tests", on its use in
//! randomization tests.

use super::statistic::studentized;
use super::sums::Arms;

/// The numbers of a unit: 1, its outcome, and up to two covariates. An absent covariate is 0 for all units.
pub const NUMBERS: usize = 4;

/// The outcome and the covariates.
const VARIABLES: usize = NUMBERS - 1;

/// A covariate that has less than this share of its variance within the arms, or besides the other covariate, is
/// not used.
const NOTHING: f64 = 1e-9;

/// The sums of products of all units, which are the same in every draw.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Products([[f64; VARIABLES]; VARIABLES]);

impl Products {
    /// Adds a unit. Its numbers must be centered over all units: their sums over all units are 0.
    pub fn add(&mut self, numbers: &[f64; NUMBERS]) {
        for (i, row) in self.0.iter_mut().enumerate() {
            row.iter_mut().zip(&numbers[1..]).for_each(|(sum, own)| *sum += numbers[i + 1] * own);
        }
    }

    /// Returns T of the adjusted difference in a history. Covariates that do not vary are left out.
    #[must_use]
    pub fn statistic(&self, [control, treatment]: &Arms<NUMBERS>) -> f64 {
        let reach = 1.0 / control[0] + 1.0 / treatment[0];
        let apart: [f64; VARIABLES] =
            std::array::from_fn(|i| treatment[i + 1] / treatment[0] - control[i + 1] / control[0]);
        let between = 1.0 / reach;
        let within = |i: usize, j: usize| self.0[i][j] - apart[i] * apart[j] * between;
        let slopes = self.slopes(&within);
        let used = slopes.iter().filter(|slope| slope.is_some()).count();
        let [first, second] = slopes.map(Option::unwrap_or_default);
        let difference = apart[0] - first * apart[1] - second * apart[2];
        let left = within(0, 0) - first * within(0, 1) - second * within(0, 2);
        let freedom = control[0] + treatment[0] - 2.0 - f64::from(u8::try_from(used).unwrap_or(0));
        let leverage = leverage(&slopes, &apart, &within);
        let variance = left.max(0.0) / freedom * (reach + leverage);
        let all = self.0[0][0] / (control[0] + treatment[0]);
        studentized(difference, variance, 1e-12 * all * reach, 1e-6 * all.sqrt())
    }

    /// Returns the slope of each covariate within the arms. None for one that is not used.
    fn slopes(&self, within: &impl Fn(usize, usize) -> f64) -> [Option<f64>; 2] {
        let varies = |i: usize| self.0[i][i] > 0.0 && within(i, i) > NOTHING * self.0[i][i];
        let one = |i: usize| Some(within(0, i) / within(i, i));
        let determinant = within(1, 1) * within(2, 2) - within(1, 2).powi(2);
        match (varies(1), varies(2)) {
            (true, true) if determinant > NOTHING * within(1, 1) * within(2, 2) => [
                Some((within(0, 1) * within(2, 2) - within(0, 2) * within(1, 2)) / determinant),
                Some((within(0, 2) * within(1, 1) - within(0, 1) * within(1, 2)) / determinant),
            ],
            (true, _) => [one(1), None],
            (false, true) => [None, one(2)],
            (false, false) => [None, None],
        }
    }
}

/// Returns how much the difference of the covariates adds to the variance: d' W⁻¹ d.
fn leverage(
    slopes: &[Option<f64>; 2],
    apart: &[f64; VARIABLES],
    within: &impl Fn(usize, usize) -> f64,
) -> f64 {
    match slopes {
        [Some(_), Some(_)] => {
            let determinant = within(1, 1) * within(2, 2) - within(1, 2).powi(2);
            (apart[1].powi(2) * within(2, 2) - 2.0 * apart[1] * apart[2] * within(1, 2)
                + apart[2].powi(2) * within(1, 1))
                / determinant
        }
        [Some(_), None] => apart[1].powi(2) / within(1, 1),
        [None, Some(_)] => apart[2].powi(2) / within(2, 2),
        [None, None] => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cuped::cuped;
    use crate::joint::Joint;

    /// Outcome, covariate and arm of each unit.
    const UNITS: [(f64, f64, usize); 8] = [
        (1.0, 4.0, 0),
        (0.5, 3.0, 0),
        (5.0, 9.0, 0),
        (2.0, 8.0, 0),
        (3.0, 5.0, 1),
        (5.0, 2.0, 1),
        (4.0, 7.0, 1),
        (9.0, 9.0, 1),
    ];

    fn statistic(units: &[[f64; 3]], arms: &[usize]) -> f64 {
        let n = f64::from(u32::try_from(units.len()).unwrap());
        let mean: [f64; 3] = std::array::from_fn(|i| units.iter().map(|own| own[i]).sum::<f64>() / n);
        let (mut products, mut sums) = (Products::default(), [[0.0; NUMBERS]; 2]);
        for (own, &arm) in units.iter().zip(arms) {
            let row = [1.0, own[0] - mean[0], own[1] - mean[1], own[2] - mean[2]];
            products.add(&row);
            sums[arm].iter_mut().zip(row).for_each(|(sum, own)| *sum += own);
        }
        products.statistic(&sums)
    }

    fn arms() -> Vec<usize> {
        UNITS.iter().map(|own| own.2).collect()
    }

    #[test]
    fn with_one_covariate_it_is_the_analysis_of_covariance() {
        let mut joints = [Joint::default(), Joint::default()];
        for (y, x, arm) in UNITS {
            joints[arm].add(y, x);
        }
        let contrast = cuped(&joints[0], &joints[1]).unwrap().contrast;
        for place in [1, 2] {
            let units: Vec<_> = UNITS
                .iter()
                .map(|(y, x, _)| if place == 1 { [*y, *x, 0.0] } else { [*y, 0.0, *x] })
                .collect();
            assert!((statistic(&units, &arms()) - contrast.t()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_second_covariate_that_follows_from_the_first_changes_nothing() {
        let units = |factor: f64| UNITS.map(|(y, x, _)| [y, x, factor * x]).to_vec();
        assert!((statistic(&units(0.0), &arms()) - statistic(&units(-3.0), &arms())).abs() < 1e-9);
    }

    #[test]
    fn two_covariates_agree_with_a_regression_on_both() {
        // The reference comes from the normal equations of y = a + b z + c x + d w.
        let w = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
        let units: Vec<_> = UNITS.iter().zip(w).map(|((y, x, _), w)| [*y, *x, w]).collect();
        let rows: Vec<[f64; 4]> = units
            .iter()
            .zip(arms())
            .map(|(own, arm)| [1.0, if arm == 1 { 1.0 } else { 0.0 }, own[1], own[2]])
            .collect();
        let outcomes: Vec<f64> = units.iter().map(|own| own[0]).collect();
        assert!((statistic(&units, &arms()) - regression(&rows, &outcomes)).abs() < 1e-9);
    }

    /// Returns T of the second coefficient of a regression, by Gauss and Jordan's elimination.
    fn regression(rows: &[[f64; 4]], outcomes: &[f64]) -> f64 {
        let mut system = [[0.0; 9]; 4];
        for (row, y) in rows.iter().zip(outcomes) {
            for i in 0..4 {
                for j in 0..4 {
                    system[i][j] += row[i] * row[j];
                }
                system[i][8] += row[i] * y;
            }
        }
        for i in 0..4 {
            system[i][4 + i] = 1.0;
        }
        for i in 0..4 {
            let pivot = system[i][i];
            system[i].iter_mut().for_each(|cell| *cell /= pivot);
            for other in (0..4).filter(|other| *other != i) {
                let (factor, row) = (system[other][i], system[i]);
                system[other].iter_mut().zip(row).for_each(|(cell, own)| *cell -= factor * own);
            }
        }
        let fitted = |row: &[f64; 4]| (0..4).map(|i| system[i][8] * row[i]).sum::<f64>();
        let left: f64 = rows.iter().zip(outcomes).map(|(row, y)| (y - fitted(row)).powi(2)).sum();
        system[1][8] / (left / 4.0 * system[1][5]).sqrt()
    }
}
