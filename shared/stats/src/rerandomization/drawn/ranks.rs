//! The ranks of all histories, without an effect or after an assumed effect is removed.

use super::{Drawn, Kind};
use crate::rerandomization::statistic::{Rank, is_eligible, log_means, log_ratios, means, rank, ratios};
use crate::rerandomization::sums::Arms;

impl Drawn {
    /// Returns the rank of every history, the real one first, without an effect. None for histories that may not
    /// be stopped.
    #[must_use]
    pub fn ranks(&self) -> Vec<Option<Rank>> {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(_, own) => ranked(own.sums.histories(|sums| sums), means),
            Kind::Ratios(own) => ranked(own.sums.histories(|sums| sums), log_ratios),
            Kind::Adjusted(_, sums, products) => {
                ranked(sums.histories(|sums| sums), |arms| products.statistic(arms))
            }
        }
    }

    /// Returns the rank of every history after an assumed effect is removed: the outcomes of the real treatment
    /// arm, or the numerators of ratios, are divided by `factor` (above 0). The statistic is T of the logarithm
    /// of the ratio of means, or of ratios. Outcomes must not be negative.
    #[must_use]
    pub fn ranks_without_factor(&self, factor: f64) -> Vec<Option<Rank>> {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                let removed = |sums: [f64; 3]| {
                    let [n, sum, squares] = own.plain(sums);
                    [n, sum / factor, squares / factor.powi(2)]
                };
                // The sums of control are turned to plain numbers as well, so the histories are built here.
                ranked(own.histories_of_plain_numbers(removed), log_means)
            }
            Kind::Ratios(own) => {
                let removed = |[n, x, y, xx, xy, yy]: [f64; 6]| {
                    [n, x / factor, y, xx / factor.powi(2), xy / factor, yy]
                };
                ranked(own.sums.histories(removed), log_ratios)
            }
        }
    }

    /// Returns the rank of every history after an assumed shift is removed: `shift` is subtracted from the
    /// outcomes of the real treatment arm, or `shift` times the denominator from the numerators of ratios. The
    /// statistic is T of the difference of means, or of ratios.
    #[must_use]
    pub fn ranks_without_shift(&self, shift: f64) -> Vec<Option<Rank>> {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                let d = shift / own.scale;
                let removed = |[n, u, uu]: [f64; 3]| [n, u - d * n, uu - 2.0 * d * u + d * d * n];
                ranked(own.sums.histories(removed), means)
            }
            Kind::Ratios(own) => {
                let d = shift * own.denominator / own.numerator;
                let removed = |[n, x, y, xx, xy, yy]: [f64; 6]| {
                    [n, x - d * y, y, xx - 2.0 * d * xy + d * d * yy, xy - d * yy, yy]
                };
                ranked(own.sums.histories(removed), ratios)
            }
        }
    }
}

fn ranked<const K: usize>(
    histories: impl Iterator<Item = Arms<K>>,
    statistic: impl Fn(&Arms<K>) -> f64,
) -> Vec<Option<Rank>> {
    histories.map(|arms| is_eligible(&arms).then(|| rank(statistic(&arms)))).collect()
}
