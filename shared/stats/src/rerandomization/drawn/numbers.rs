//! The outcomes of one goal as sums of every draw.

use super::Goal;
use crate::moments::Moments;
use crate::rerandomization::sums::{Arms, Sums};

/// Numbers per unit, centered and scaled.
#[derive(Debug, Clone)]
pub(super) struct Amounts {
    pub(super) center: f64,
    pub(super) scale: f64,
    pub(super) least: f64,
    pub(super) is_binary: bool,
    pub(super) sums: Sums<3>,
}

/// Numerators and denominators, each divided by its mean.
#[derive(Debug, Clone)]
pub(super) struct Ratios {
    pub(super) numerator: f64,
    pub(super) denominator: f64,
    pub(super) sums: Sums<6>,
}

impl Amounts {
    pub(super) fn new(numbers: &[f64], draws: usize) -> Self {
        let mut moments = Moments::default();
        for number in numbers {
            moments.add(*number);
        }
        let spread = moments.variance().map_or(0.0, f64::sqrt);
        let scale = if spread > 0.0 { spread } else { 1.0 };
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let is_binary = numbers.iter().all(|number| (number * (number - 1.0)).abs() <= 0.0);
        Self { center: moments.mean(), scale, least, is_binary, sums: Sums::new(draws) }
    }

    pub(super) fn scaled(&self, number: f64) -> f64 {
        (number - self.center) / self.scale
    }

    pub(super) fn add(&mut self, arm: usize, treated: &[f64], number: f64) {
        let own = self.scaled(number);
        self.sums.add(arm, treated, &[1.0, own, own * own]);
    }

    /// Returns the sums of the numbers themselves, in units of the scale.
    pub(super) fn plain(&self, [n, u, uu]: [f64; 3]) -> [f64; 3] {
        let m = self.center / self.scale;
        [n, u + m * n, (uu + 2.0 * m * u + m * m * n).max(0.0)]
    }

    pub(super) fn histories_of_plain_numbers(
        &self,
        removed: impl Fn([f64; 3]) -> [f64; 3],
    ) -> impl Iterator<Item = Arms<3>> {
        self.sums.histories_by_arm(|sums| self.plain(sums), removed)
    }
}

impl Ratios {
    pub(super) fn new(pairs: &[(f64, f64)], draws: usize) -> Self {
        let (mut x, mut y) = (Moments::default(), Moments::default());
        for pair in pairs {
            x.add(pair.0);
            y.add(pair.1);
        }
        let or_one = |mean: f64| if mean > 0.0 { mean } else { 1.0 };
        Self { numerator: or_one(x.mean()), denominator: or_one(y.mean()), sums: Sums::new(draws) }
    }

    pub(super) fn add(&mut self, arm: usize, treated: &[f64], (x, y): (f64, f64)) {
        let (x, y) = (x / self.numerator, y / self.denominator);
        self.sums.add(arm, treated, &[1.0, x, y, x * x, x * y, y * y]);
    }
}

/// Returns the mean of each covariate.
pub(super) fn covariate_centers(goal: &Goal<'_>) -> [f64; 2] {
    let Goal::Adjusted(_, _, covariates) = goal else { return [0.0; 2] };
    [0, 1].map(|index| {
        let mut moments = Moments::default();
        for own in *covariates {
            moments.add(own[index]);
        }
        moments.mean()
    })
}
