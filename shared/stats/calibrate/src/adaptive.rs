//! Adaptive tests whose base rate drifts: how often each reading finds a difference.

use stats::adaptive::bols::bols;
use stats::adaptive::eprocess::evidence;
use stats::adaptive::ipw::sequence;
use stats::adaptive::{Batch, thompson};
use stats::bayes::Direction;
use stats::moments::Moments;
use stats::welch::welch;

use crate::chance::{Chance, Rate};

/// The drift of the base rate from the first unit to the last, as factors of the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drift {
    /// From half to one and a half times.
    Rise,
    /// From one and a half times to half.
    Fall,
    /// Half, then one and a half times from the middle on.
    Step,
    /// No drift.
    None,
}

impl Drift {
    fn factor(self, time: f64) -> f64 {
        match self {
            Self::Rise => 0.5 + time,
            Self::Fall => 1.5 - time,
            Self::Step => 0.5 + f64::from(u8::from(time >= 0.5)),
            Self::None => 1.0,
        }
    }
}

/// An adaptive test.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The number of batches.
    pub batches: u32,
    /// The units of each batch.
    pub size: u32,
    /// The baseline.
    pub base: f64,
    /// Its drift.
    pub drift: Drift,
    /// The difference that treatment adds to the rate of a unit.
    pub effect: f64,
    /// The lowest weight.
    pub floor: u32,
}

/// How often each reading found a difference, or its interval missed the true difference.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// The batch-stratified reading at the end.
    pub stratified: Rate,
    /// The interval of the batch-stratified reading missed the true difference.
    pub stratified_missed: Rate,
    /// The e-process, read after each batch.
    pub e_process: Rate,
    /// The confidence sequence missed the true difference after any batch.
    pub sequence_missed: Rate,
    /// Welch's test on the pooled arms. Reports of adaptive tests never contain it.
    pub pooled: Rate,
}

/// Simulates `runs` tests.
#[must_use]
pub fn simulate(setting: &Setting, runs: u32, seed: u64) -> Found {
    let mut chance = Chance::new(seed);
    let mut found = Found::default();
    for _ in 0..runs {
        run(setting, &mut chance, &mut found);
    }
    found
}

fn run(setting: &Setting, chance: &mut Chance, found: &mut Found) {
    let planned = f64::from(setting.batches * setting.size);
    let (mut batches, mut missed) = (Vec::new(), false);
    let mut pooled = [Moments::default(); 2];
    for number in 0..setting.batches {
        let batch = draw(setting, number, &pooled, chance);
        pooled.iter_mut().zip(&batch.arms).for_each(|(all, own)| all.merge(own));
        batches.push(batch);
        if let Some(now) = sequence(&batches, 0, 1, 0.05, planned) {
            missed |= now.low > setting.effect || now.high < setting.effect;
        }
    }
    found.sequence_missed.count(missed);
    found.e_process.count(evidence(&batches, 0, 1).p_value < 0.05);
    let end = bols(&batches, 0, 1, 0.05);
    found.stratified.count(end.is_some_and(|end| end.p_value < 0.05));
    let outside = end.is_some_and(|end| end.low > setting.effect || end.high < setting.effect);
    found.stratified_missed.count(outside);
    found.pooled.count(welch(&pooled[0], &pooled[1], 0.05).is_some_and(|end| end.p_value < 0.05));
}

/// Draws the next batch, with the weights that follow from earlier units.
fn draw(setting: &Setting, number: u32, before: &[Moments; 2], chance: &mut Chance) -> Batch {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of units")]
    let counts = before.map(|arm| (arm.units(), arm.total() as u64));
    let weights = thompson::weights(&counts, Direction::Higher, setting.floor, None).unwrap_or_default();
    let share = f64::from(weights[1]) / 10_000.0;
    let mut arms = vec![Moments::default(); 2];
    for unit in 0..setting.size {
        let time = f64::from(number * setting.size + unit) / f64::from(setting.batches * setting.size);
        let arm = usize::from(chance.happens(share));
        let added = if arm == 1 { setting.effect } else { 0.0 };
        let rate = setting.base * setting.drift.factor(time) + added;
        arms[arm].add(f64::from(u8::from(chance.happens(rate))));
    }
    Batch { weights, arms }
}

/// The settings without an effect in which the readings must keep their error rate, with the usual floor.
#[must_use]
pub fn settings(drifts: &[Drift]) -> Vec<Setting> {
    let mut all = Vec::new();
    for (batches, size) in [(6, 20), (12, 20), (24, 20), (12, 50)] {
        for base in [0.1, 0.3] {
            for &drift in drifts {
                all.push(Setting { batches, size, base, drift, effect: 0.0, floor: thompson::FLOOR });
            }
        }
    }
    all
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    const RUNS: u32 = 5_000;
    let mut lines = String::new();
    let head = "batches | baseline | drift | batch-stratified, at the end | its interval misses | e-process, \
                at any interim look | confidence sequence misses, at any interim look | pooled \
                (never reported)";
    for (title, drifts, floor, effect) in [
        ("No difference, floor 10 %", &[Drift::Rise, Drift::Fall, Drift::Step][..], thompson::FLOOR, 0.0),
        ("No difference, floor 5 %", &[Drift::Rise][..], thompson::LOWEST_FLOOR, 0.0),
        ("Treatment adds 20 points, floor 10 %", &[Drift::Rise][..], thompson::FLOOR, 0.2),
    ] {
        lines.extend([format!("{title}; runs of {RUNS} that find a difference or miss the true one, %\n\n")]);
        lines.extend([format!("| {head} |\n|{}\n", "---|".repeat(8))]);
        for (seed, setting) in (1..).zip(settings(drifts)) {
            let Setting { batches, size, base, drift, .. } = setting;
            let found = simulate(&Setting { effect, floor, ..setting }, RUNS, seed);
            lines.extend([format!(
                "| {batches} × {size} | {:.0} % | {drift:?} | {} | {} | {} | {} | {} |\n",
                100.0 * base,
                found.stratified,
                found.stratified_missed,
                found.e_process,
                found.sequence_missed,
                found.pooled
            )]);
        }
        lines += "\n";
    }
    lines
}
