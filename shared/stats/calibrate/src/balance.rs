//! Balanced lists: how often the randomization test errs, and how much variance balance removes.

use stats::balance::{BEST_OF, Choice, DRAWS, Sheet, TRIAL, choose, randomize, sizes, studentised, test};
use stats::moments::Moments;
use stats::welch::welch;

use crate::chance::{Chance, Rate};

/// A list of units.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The number of units.
    pub units: usize,
    /// Treatment's share.
    pub share: f64,
    /// The correlation of the covariate with the outcome.
    pub correlation: f64,
}

/// The findings of runs without a difference.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// The randomization test under the threshold.
    pub randomized: Rate,
    /// Welch's test on the same assignment.
    pub welch: Rate,
    /// The best of 1,000 seeds, compared with all seeds.
    pub best_of_all: Rate,
    /// The best of 1,000 seeds, compared with those under the threshold.
    pub best_of_kept: Rate,
    /// The difference under the chosen seed.
    pub balanced: Moments,
    /// The difference under a random seed.
    pub unbalanced: Moments,
}

impl Found {
    /// The variance of the difference with balance, divided by the variance without balance.
    #[must_use]
    pub fn variance_kept(&self) -> f64 {
        self.balanced.variance().unwrap_or(0.0) / self.unbalanced.variance().unwrap_or(1.0)
    }
}

/// Simulates `runs` tests without a difference.
#[must_use]
pub fn simulate(setting: &Setting, runs: u32, seed: u64) -> Found {
    let mut chance = Chance::new(seed);
    let mut found = Found::default();
    for number in 0..u64::from(runs) {
        run(setting, seed << 32 | number, &mut chance, &mut found);
    }
    found
}

fn run(setting: &Setting, salt: u64, chance: &mut Chance, found: &mut Found) {
    let covariate: Vec<f64> = (0..setting.units).map(|_| chance.normal()).collect();
    let industry: Vec<usize> = (0..setting.units).map(|_| usize::from(chance.happens(0.4))).collect();
    let rest = (1.0 - setting.correlation.powi(2)).sqrt();
    let outcomes: Vec<f64> =
        covariate.iter().map(|x| setting.correlation * x + rest * chance.normal()).collect();
    let sheet = Sheet::new(setting.units).with_levels(&industry).with_numbers(&covariate);
    let draw = assign(salt, setting.units, setting.share);
    let Some(choice) = choose(&sheet, 2, draw) else { return };
    let known: Vec<_> = outcomes.iter().copied().map(Some).collect();
    let p = |choice: &Choice| {
        let tested = test(&sheet, 2, choice, DRAWS, draw, &[&studentised(&known, 0, 1)]);
        tested.map_or(1.0, |found| found[0].p_value)
    };
    found.randomized.count(p(&choice) < 0.05);
    let arms = |seed| sides(&outcomes, setting.units, seed, draw);
    let (own, other) = (arms(choice.seed), arms(0));
    found.balanced.add(own[1].mean() - own[0].mean());
    found.unbalanced.add(other[1].mean() - other[0].mean());
    found.welch.count(welch(&own[0], &own[1], 0.05).is_some_and(|d| d.p_value < 0.05));
    let best = best(&sheet, setting.units, draw);
    found.best_of_kept.count(p(&Choice { seed: best, ..choice }) < 0.05);
    found.best_of_all.count(p(&Choice { seed: best, threshold: f64::INFINITY, ..choice }) < 0.05);
}

fn best(sheet: &Sheet, units: usize, mut draw: impl FnMut(u64, &mut [usize])) -> u64 {
    let mut imbalance = |seed| {
        let mut arms = vec![0; units];
        draw(seed, &mut arms);
        sheet.imbalance(&arms, 2)
    };
    let of: Vec<f64> = (0..TRIAL).map(&mut imbalance).collect();
    (0..TRIAL).zip(of).min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(seed, _)| seed)
}

fn sides(outcomes: &[f64], units: usize, seed: u64, mut draw: impl FnMut(u64, &mut [usize])) -> [Moments; 2] {
    let (mut arms, mut found) = (vec![0; units], [Moments::default(); 2]);
    draw(seed, &mut arms);
    outcomes.iter().zip(&arms).for_each(|(x, &arm)| found[arm].add(*x));
    found
}

/// Assigns a list to arms whose sizes are within one unit of the shares.
fn assign(salt: u64, units: usize, share: f64) -> impl FnMut(u64, &mut [usize]) + Copy {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "basis points")]
    let treated = (10_000.0 * share).round() as u32;
    let randomized = sizes(&[10_000 - treated, treated], units);
    let sizes = [randomized[0], randomized[1]];
    let mut root = [0; 32];
    root[8..16].copy_from_slice(&salt.to_le_bytes());
    move |seed, arms| randomize(&root, seed, &sizes, arms)
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    const RUNS: u32 = 1_000;
    let mut lines = format!(
        "{RUNS} runs without a difference, one attribute of two values and one covariate; runs that find \
         one, %. Threshold: the best 1 in {BEST_OF} of the first {TRIAL} seeds; {DRAWS} further seeds.\n\n\
         | units | treatment | correlation | randomization test | Welch | best of 1,000 seeds, against all | \
         best of 1,000 seeds, against those under the threshold | variance ratio |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    let settings = [
        (20, 0.5, 0.8),
        (40, 0.5, 0.8),
        (80, 0.5, 0.5),
        (80, 0.5, 0.8),
        (80, 0.5, 0.95),
        (80, 0.2, 0.8),
        (200, 0.5, 0.8),
    ];
    for (seed, (units, share, correlation)) in (1..).zip(settings) {
        let found = simulate(&Setting { units, share, correlation }, RUNS, seed);
        lines.extend([format!(
            "| {units} | {:.0} % | {correlation} | {} | {} | {} | {} | {:.2} |\n",
            100.0 * share,
            found.randomized,
            found.welch,
            found.best_of_all,
            found.best_of_kept,
            found.variance_kept()
        )]);
    }
    lines
}
