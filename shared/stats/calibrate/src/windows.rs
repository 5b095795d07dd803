//! Adaptive tests whose windows are longer than a batch, with interim looks within batches.

use std::fmt::Write as _;

use stats::adaptive::bols::bols;
use stats::adaptive::eprocess::evidence;
use stats::adaptive::ipw::sequence;
use stats::adaptive::{Batch, thompson};
use stats::bayes::Direction;
use stats::moments::Moments;

use crate::chance::{Chance, Rate};

/// The units between two interim looks.
const EVERY: usize = 5;

/// The units past their window that each arm needs before the first change of weights, as in a real test.
const MIN_KNOWN: u64 = 5;

/// An adaptive test without a difference, whose base rate rises from half to one and a half times.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// All units.
    pub units: usize,
    /// The fewest units of a batch.
    pub size: usize,
    /// How many units are assigned within a unit's window.
    pub window: usize,
    /// The base rate.
    pub base: f64,
    /// The lowest weight, in basis points.
    pub floor: u32,
    /// The basis points by which a weight must move to end a batch. With 0, a batch ends at its size.
    pub least_move: u32,
}

/// How often each reading found a difference, or its interval missed the true one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// The e-process, at any interim look.
    pub e_process: Rate,
    /// The interval of the confidence sequence, at any interim look.
    pub sequence_missed: Rate,
    /// The interval of the batch-stratified reading, at the end.
    pub stratified_missed: Rate,
}

/// A unit: its batch, its arm, and whether it converts.
type Unit = (usize, usize, bool);

/// Simulates `runs` tests.
#[must_use]
pub fn simulate(setting: &Setting, runs: u32, seed: u64) -> Found {
    let (mut chance, mut found) = (Chance::new(seed), Found::default());
    for _ in 0..runs {
        run(setting, &mut chance, &mut found);
    }
    found
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred units")]
fn run(setting: &Setting, chance: &mut Chance, found: &mut Found) {
    let Setting { units: all, window, .. } = *setting;
    let (mut units, mut weights) = (Vec::<Unit>::new(), vec![vec![5_000_u32, 5_000]]);
    let (mut evident, mut missed) = (false, false);
    for time in 1..=all + window {
        if time <= all {
            let batch = weights.len() - 1;
            let arm = usize::from(chance.happens(f64::from(weights[batch][1]) / 10_000.0));
            let rate = setting.base * (0.5 + (time - 1) as f64 / all as f64);
            units.push((batch, arm, chance.happens(rate)));
        }
        let past = &units[..time.saturating_sub(window)];
        if time % EVERY == 0 {
            let batches = batches(past, &weights);
            let interval = sequence(&batches, 0, 1, 0.05, all as f64);
            missed |= interval.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0);
            evident |= evidence(&batches, 0, 1).p_value < 0.05;
        }
        weights.extend(next(setting, &units, past, &weights));
    }
    found.e_process.count(evident);
    found.sequence_missed.count(missed);
    let end = bols(&batches(&units, &weights), 0, 1, 0.05);
    found.stratified_missed.count(end.is_some_and(|end| end.low > 0.0 || end.high < 0.0));
}

/// Returns the next weights when the batch has ended.
fn next(setting: &Setting, units: &[Unit], past: &[Unit], weights: &[Vec<u32>]) -> Option<Vec<u32>> {
    let now = weights.len() - 1;
    let own = units.iter().rev().take_while(|(batch, ..)| *batch == now).count();
    let arm = |arm: usize| {
        let of = past.iter().filter(|unit| unit.1 == arm);
        of.fold((0, 0), |(units, converted), unit| (units + 1, converted + u64::from(unit.2)))
    };
    let arms = [arm(0), arm(1)];
    if own < setting.size || arms.iter().any(|(units, _)| *units < MIN_KNOWN) {
        return None;
    }
    let next = thompson::weights(&arms, Direction::Higher, setting.floor, None)?;
    (next[0].abs_diff(weights[now][0]) >= setting.least_move).then_some(next)
}

fn batches(units: &[Unit], weights: &[Vec<u32>]) -> Vec<Batch> {
    let mut counts = vec![[(0, 0); 2]; weights.len()];
    for (batch, arm, converts) in units {
        let (units, converted) = &mut counts[*batch][*arm];
        (*units, *converted) = (*units + 1, *converted + u64::from(*converts));
    }
    let arms = |own: [(u64, u64); 2]| own.map(|(n, yes)| Moments::of_counts(yes, n)).to_vec();
    weights
        .iter()
        .zip(counts)
        .map(|(own, counts)| Batch { weights: own.clone(), arms: arms(counts) })
        .collect()
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    let runs = 1_000;
    let mut text = format!(
        "No difference, baseline 30 %, Rise, an interim look after every {EVERY} units; {runs} tests, %. A \
         batch ends when a weight moves by 2 points / at its size\n\n\
         | units | least batch | window | floor | confidence sequence misses, at any interim look | e-process, \
         at any interim look | batch-stratified misses, at the end |\n|---|---|---|---|---|---|---|\n"
    );
    for (units, size) in [(480, 20), (600, 50)] {
        for batches in [0, 3] {
            for floor in [thompson::FLOOR, thompson::LOWEST_FLOOR] {
                let of = |least_move| {
                    let window = batches * size;
                    simulate(&Setting { units, size, window, base: 0.3, floor, least_move }, runs, 7)
                };
                let (today, fixed) = (of(200), of(0));
                let _ = writeln!(
                    text,
                    "| {units} | {size} | {batches} batches | {} % | {} / {} | {} / {} | {} / {} |",
                    floor / 100,
                    today.sequence_missed,
                    fixed.sequence_missed,
                    today.e_process,
                    fixed.e_process,
                    today.stratified_missed,
                    fixed.stratified_missed
                );
            }
        }
    }
    text
}
