//! Ratios whose accounts differ in size by orders of magnitude: how often a sequential decision errs with the
//! delta method alone, and with a permutation test that must confirm it at the same interim look.

use std::fmt::Write as _;

use stats::always_valid::SequentialTest;
use stats::delta;
use stats::joint::Joint;
use stats::permutation::{self, Drawing};

use crate::goals::{Random, percent, real};

/// Interim looks at one test, evenly spaced up to twice its plan.
const LOOKS: usize = 40;

/// Permutations drawn at an interim look: a fifth of what a report draws. This is enough for the score of
/// about 3 that an interim look requires.
const DRAWS: u32 = 2_000;

/// The distribution of an account's number of visitors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Visitors {
    /// Lognormal with median 20 and this σ.
    Lognormal(f64),
    /// Pareto from 5 with this index. Its variance is infinite below 2.
    Pareto(f64),
}

impl Visitors {
    /// Returns its name in a table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Lognormal(sigma) => format!("lognormal, σ {sigma}"),
            Self::Pareto(index) => format!("Pareto, {index}"),
        }
    }

    fn draw(self, random: &mut Random) -> f64 {
        match self {
            Self::Lognormal(sigma) => 20.0 * (sigma * random.normal()).exp(),
            Self::Pareto(index) => 5.0 * (1.0 - random.even()).powf(-1.0 / index),
        }
        .ceil()
    }
}

/// Draws one account as (conversions, visitors). Its own rate is uniform between 0 and 40 % and raised by
/// `lift`.
pub(crate) fn account(visitors: Visitors, lift: f64, random: &mut Random) -> (f64, f64) {
    let (size, rate) = (visitors.draw(random), 0.4 * random.even() * (1.0 + lift));
    // Conversions of many visitors are drawn from their mean and spread. For hundreds of visitors, drawing
    // each one makes no visible difference.
    let spread = (size * rate * (1.0 - rate)).max(0.0).sqrt();
    ((size * rate + spread * random.normal()).round().clamp(0.0, size), size)
}

/// The results of simulated sequential tests, each at any interim look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// Tests that are called different by the delta method alone.
    pub delta: usize,
    /// Tests that are called different by the delta method and the permutation test at the same interim look.
    pub confirmed: usize,
}

/// Simulates `runs` tests of two arms of `n` accounts at the fixed horizon, with interim looks up to twice as
/// many. The rate of treatment is raised by the share `lift`.
#[must_use]
pub fn cell(visitors: Visitors, n: usize, lift: f64, runs: usize) -> Cell {
    let mut random = Random::of(&visitors.name(), n, usize::from(lift > 0.0));
    let mut found = Cell { runs, ..Cell::default() };
    let Some(sequential_test) = SequentialTest::new(0.05, 2.0 * real(n)) else { return found };
    for _ in 0..runs {
        let (mut units, mut arms) = ([Vec::new(), Vec::new()], [Joint::default(), Joint::default()]);
        let (mut plain, mut confirmed) = (false, false);
        let seed = random.seed();
        for next in 0..4 * n {
            let arm = usize::from(random.even() < 0.5);
            let account = account(visitors, if arm == 1 { lift } else { 0.0 }, &mut random);
            arms[arm].add(account.0, account.1);
            units[arm].push(account);
            if (next + 1) % (4 * n / LOOKS).max(1) > 0 || confirmed {
                continue;
            }
            let Some((a, b)) = delta::sample(&arms[0]).zip(delta::sample(&arms[1])) else { continue };
            let Some(look) = sequential_test.look(&a, &b).filter(|look| look.p_value <= 0.05) else {
                continue;
            };
            plain = true;
            let drawing = Drawing { seed, draws: DRAWS };
            let chance = permutation::ratios(&units[0], &units[1], &drawing).map_or(1.0, |test| test.p_value);
            confirmed = sequential_test.confirmed(&look, chance, a.units + b.units).p_value <= 0.05;
        }
        found.delta += usize::from(plain);
        found.confirmed += usize::from(confirmed);
    }
    found
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    let runs = 2_000;
    let mut text = format!(
        "Ratios of accounts of very different sizes, {LOOKS} interim looks up to twice the plan, {runs} \
         tests per cell (two Monte Carlo errors at 5 %: 1.0): called different in %, delta method alone / \
         **confirmed by permutation**.\n\n| visitors of an account | plan | no difference | twice the rate \
         |\n|---|---|---|---|\n"
    );
    for visitors in
        [Visitors::Lognormal(0.8), Visitors::Lognormal(1.5), Visitors::Lognormal(2.0), Visitors::Pareto(1.2)]
    {
        for n in [20, 40, 100] {
            let cells = [0.0, 1.0].map(|lift| {
                let found = cell(visitors, n, lift, runs);
                format!("{} / **{}**", percent(found.delta, runs), percent(found.confirmed, runs))
            });
            let _ = writeln!(text, "| {} | 2 × {n} | {} |", visitors.name(), cells.join(" | "));
        }
    }
    text
}
