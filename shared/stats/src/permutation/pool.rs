//! All units of both arms, which are randomized again and again.

use rand_chacha::rand_core::Rng;

use super::tails::{Statistic, Tails};
use super::{Arm, Tested};
use crate::balance::below;

/// A variance below this is rounding: units are scaled to a variance of about 1.
const NOTHING: f64 = 1e-13;

/// Units with K numbers each. A statistic needs only the sums of one arm; the other arm has the rest.
pub(super) struct Pool<const K: usize> {
    rows: Vec<[f64; K]>,
    small: usize,
    total: [f64; K],
    arm: fn(&[f64; K], f64) -> Arm,
    tails: Tails,
}

impl<const K: usize> Pool<K> {
    pub(super) fn new(small: Vec<[f64; K]>, large: Vec<[f64; K]>, arm: fn(&[f64; K], f64) -> Arm) -> Self {
        let (randomized, sums) = (small.len(), sum(&small));
        let rows: Vec<_> = small.into_iter().chain(large).collect();
        let total = sum(&rows);
        let even = 2 * randomized == rows.len();
        let mut pool = Self { rows, small: randomized, total, arm, tails: Tails::new(Statistic::NONE, even) };
        pool.tails = Tails::new(pool.statistic(&sums), even);
        pool
    }

    /// Returns the number of permutations, or a number above every limit.
    pub(super) fn permutations(&self) -> f64 {
        ways(self.rows.len(), self.small)
    }

    pub(super) fn visit_all(mut self) -> Tested {
        self.visit(0, self.small, [0.0; K]);
        Tested { p_value: self.tails.p_value(), permutations: self.tails.seen(), all: true }
    }

    fn visit(&mut self, from: usize, left: usize, sums: [f64; K]) {
        if left == 0 {
            let statistic = self.statistic(&sums);
            return self.tails.add(statistic, 1.0);
        }
        for next in from..=self.rows.len() - left {
            self.visit(next + 1, left - 1, plus(sums, &self.rows[next]));
        }
    }

    /// Draws permutations. The observed assignment is one of them: it counts once, tied with itself.
    pub(super) fn draw(&mut self, random: &mut impl Rng, draws: u32) -> Tested {
        for _ in 0..draws {
            let mut sums = [0.0; K];
            for place in 0..self.small {
                let other = place + below(random, self.rows.len() - place);
                self.rows.swap(place, other);
                sums = plus(sums, &self.rows[place]);
            }
            let statistic = self.statistic(&sums);
            self.tails.add(statistic, 1.0);
        }
        self.tails.add_observed();
        Tested { p_value: self.tails.p_value(), permutations: u64::from(draws), all: false }
    }

    /// Returns the studentized difference of a permutation.
    fn statistic(&self, sums: &[f64; K]) -> Statistic {
        let mut rest = self.total;
        rest.iter_mut().zip(sums).for_each(|(all, own)| *all -= own);
        let (n, m) = (size(self.small), size(self.rows.len() - self.small));
        let ((a, a_variance), (b, b_variance)) = ((self.arm)(sums, n), (self.arm)(&rest, m));
        let (difference, variance) = (b - a, a_variance + b_variance);
        if !difference.is_finite() {
            Statistic::Undefined
        } else if variance > NOTHING / n {
            Statistic::of(difference, variance)
        } else if difference.powi(2) > NOTHING {
            Statistic::of(difference, 0.0)
        } else {
            Statistic::NONE
        }
    }
}

/// Returns the number of ways to choose `small` of `all` units for one arm.
pub(super) fn ways(all: usize, small: usize) -> f64 {
    let all = size(all);
    (0..small).map(size).fold(1.0, |ways, i| ways * (all - i) / (i + 1.0))
}

fn plus<const K: usize>(mut sums: [f64; K], row: &[f64; K]) -> [f64; K] {
    sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    sums
}

fn sum<const K: usize>(rows: &[[f64; K]]) -> [f64; K] {
    rows.iter().fold([0.0; K], plus)
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
fn size(n: usize) -> f64 {
    n as f64
}
