//! The fixed-horizon test of a simulated test: a permutation test with equal tails, of the planned units with all
//! their outcomes.

use stats::moments::Moments;
use stats::rerandomization::covariance::{NUMBERS, Products};
use stats::rerandomization::statistic::{means, rank, ratios};
use stats::rerandomization::sums::Arms;

use super::cell::Cell;
use super::outcome::{Kind, Value};
use super::test::Unit;
use crate::goals::{Random, real};

/// Permutations of one test.
const DRAWS: usize = 1_999;

/// Returns the mid-p of no difference: twice that of the smaller tail, at most 1. None with fewer than two units in
/// an arm.
#[must_use]
pub fn p_value(cell: &Cell, units: &[Unit], repetition: usize) -> Option<f64> {
    let planned = &units[..units.len() / 2];
    let arms: Vec<usize> = planned.iter().map(|unit| unit.arm).collect();
    let values: Vec<Value> = planned.iter().map(|unit| unit.value).collect();
    let treated = arms.iter().filter(|arm| **arm == 1).count();
    if treated.min(arms.len() - treated) < 2 {
        return None;
    }
    let mut random = Random::of("fixed", cell.seed(), repetition);
    let numbers: Vec<_> = values.iter().map(|value| value.pair.0).collect();
    let (center, scale) = center(&numbers);
    let scaled = |x: f64| (x - center) / scale;
    Some(match cell.scenario.outcome.kind() {
        Kind::Amounts => {
            let rows = numbers.iter().map(|x| [1.0, scaled(*x), scaled(*x).powi(2)]).collect();
            tails(rows, &arms, means, &mut random)
        }
        Kind::Ratios => {
            let row = |(x, y): (f64, f64)| [1.0, x, y, x * x, x * y, y * y];
            tails(values.iter().map(|value| row(value.pair)).collect(), &arms, ratios, &mut random)
        }
        Kind::Adjusted => {
            let covariates: Vec<_> = values.iter().map(|value| value.covariate).collect();
            let middle = self::center(&covariates).0;
            let both = numbers.iter().zip(&covariates);
            let rows: Vec<[f64; NUMBERS]> = both.map(|(x, z)| [1.0, scaled(*x), z - middle, 0.0]).collect();
            let mut products = Products::default();
            for row in &rows {
                products.add(row);
            }
            tails(rows, &arms, |arms| products.statistic(arms), &mut random)
        }
    })
}

fn center(numbers: &[f64]) -> (f64, f64) {
    let mut moments = Moments::default();
    for number in numbers {
        moments.add(*number);
    }
    let spread = moments.variance().map_or(0.0, f64::sqrt);
    (moments.mean(), if spread > 0.0 { spread } else { 1.0 })
}

/// Permutes the arms and compares the statistic of each permutation with the real one.
fn tails<const K: usize>(
    mut rows: Vec<[f64; K]>,
    arms: &[usize],
    statistic: impl Fn(&Arms<K>) -> f64,
    random: &mut Random,
) -> f64 {
    let of = |rows: &[[f64; K]]| {
        let mut sums: Arms<K> = [[0.0; K]; 2];
        for (row, arm) in rows.iter().zip(arms) {
            sums[*arm].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        rank(statistic(&sums))
    };
    let real_rank = of(&rows);
    // The real assignment is one of the permutations, and a tie with itself.
    let (mut above, mut below, mut ties) = (0, 0, 1);
    for _ in 0..DRAWS {
        for place in (1..rows.len()).rev() {
            rows.swap(place, random.below(place + 1));
        }
        match of(&rows).cmp(&real_rank) {
            std::cmp::Ordering::Greater => above += 1,
            std::cmp::Ordering::Less => below += 1,
            std::cmp::Ordering::Equal => ties += 1,
        }
    }
    let smaller = real(above.min(below)) + 0.5 * real(ties);
    (2.0 * smaller / real(DRAWS + 1)).min(1.0)
}
