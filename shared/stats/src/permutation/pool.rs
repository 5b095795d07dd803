//! All units of both arms, which are randomized again and again.

use rand_chacha::rand_core::Rng;

use super::{Arm, Tested};
use crate::balance::below;

/// Squared statistics whose relative difference is below this are ties: they differ by rounding.
const TIE: f64 = 1e-9;

/// A variance below this is rounding: units are scaled to a variance of about 1.
const NOTHING: f64 = 1e-13;

/// Units with K numbers each. A statistic needs only the sums of one arm; the other arm has the rest.
pub(super) struct Pool<const K: usize> {
    rows: Vec<[f64; K]>,
    small: usize,
    total: [f64; K],
    arm: fn(&[f64; K], f64) -> Arm,
    tally: Tally,
}

impl<const K: usize> Pool<K> {
    pub(super) fn new(small: Vec<[f64; K]>, large: Vec<[f64; K]>, arm: fn(&[f64; K], f64) -> Arm) -> Self {
        let (randomized, sums) = (small.len(), sum(&small));
        let rows: Vec<_> = small.into_iter().chain(large).collect();
        let total = sum(&rows);
        let mut pool = Self { rows, small: randomized, total, arm, tally: Tally::default() };
        pool.tally.real = pool.square(&sums);
        pool
    }

    /// Returns the number of permutations, or a number above every limit.
    pub(super) fn permutations(&self) -> f64 {
        ways(self.rows.len(), self.small)
    }

    pub(super) fn visit_all(mut self) -> Tested {
        self.visit(0, self.small, [0.0; K]);
        let seen = self.tally.seen;
        Tested { p_value: self.tally.extreme / size(seen), permutations: seen as u64, all: true }
    }

    fn visit(&mut self, from: usize, left: usize, sums: [f64; K]) {
        if left == 0 {
            let square = self.square(&sums);
            return self.tally.add(square);
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
            let square = self.square(&sums);
            self.tally.add(square);
        }
        let p_value = (0.5 + self.tally.extreme) / (1.0 + size(self.tally.seen));
        Tested { p_value, permutations: u64::from(draws), all: false }
    }

    /// Returns the squared studentized difference of a permutation, or infinity when nothing varies within
    /// the arms.
    fn square(&self, sums: &[f64; K]) -> f64 {
        let mut rest = self.total;
        rest.iter_mut().zip(sums).for_each(|(all, own)| *all -= own);
        let (n, m) = (size(self.small), size(self.rows.len() - self.small));
        let ((a, a_variance), (b, b_variance)) = ((self.arm)(sums, n), (self.arm)(&rest, m));
        let (distance, variance) = ((a - b).powi(2), a_variance + b_variance);
        if variance > NOTHING / n {
            distance / variance
        } else if distance > NOTHING {
            f64::INFINITY
        } else {
            0.0
        }
    }
}

/// Returns the number of ways to choose `small` of `all` units for one arm.
pub(super) fn ways(all: usize, small: usize) -> f64 {
    let all = size(all);
    (0..small).map(size).fold(1.0, |ways, i| ways * (all - i) / (i + 1.0))
}

/// Counts permutations and those that are at least as extreme as the observed assignment, with ties counted
/// half.
#[derive(Default)]
pub(super) struct Tally {
    real: f64,
    seen: usize,
    extreme: f64,
}

impl Tally {
    fn add(&mut self, square: f64) {
        self.seen += 1;
        self.extreme += share(square, self.real);
    }
}

/// Returns 1 for a statistic beyond the observed one, ½ for a tie, and 0 otherwise.
pub(super) fn share(square: f64, real: f64) -> f64 {
    let slack = if real.is_finite() { TIE * real + TIE * TIE } else { 0.0 };
    if square > real + slack {
        1.0
    } else if square >= real - slack {
        0.5
    } else {
        0.0
    }
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
