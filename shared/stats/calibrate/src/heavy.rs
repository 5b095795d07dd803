//! Ratios whose accounts differ in size by orders of magnitude: how often a watched decision errs with the
//! delta method alone, and with a permutation test that has to confirm it at the same look.

use std::fmt::Write as _;

use stats::always_valid::SequentialTest;
use stats::delta;
use stats::joint::Joint;
use stats::permutation::{self, Drawing};

use crate::goals::{Random, percent, real};

/// Looks at one test, evenly up to twice its plan.
const LOOKS: usize = 40;

/// Deals drawn at a look: a fifth of what a report draws, enough for the score of about 3 that a look needs.
const DRAWS: u32 = 2_000;

/// How many visitors an account has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Visitors {
    /// Lognormal with median 20 and this σ.
    Lognormal(f64),
    /// Pareto from 5 on with this index; its variance is infinite below 2.
    Pareto(f64),
}

impl Visitors {
    fn name(self) -> String {
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

/// One account as (conversions, visitors): its rate is its own, even between 0 and 40 %, raised by `lift`.
fn account(visitors: Visitors, lift: f64, random: &mut Random) -> (f64, f64) {
    let (size, rate) = (visitors.draw(random), 0.4 * random.even() * (1.0 + lift));
    // The conversions of many visitors by their mean and spread: of hundreds each alone would not be told apart.
    let spread = (size * rate * (1.0 - rate)).max(0.0).sqrt();
    ((size * rate + spread * random.normal()).round().clamp(0.0, size), size)
}

/// What so many watched tests were called at some look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// Different, by the delta method alone.
    pub delta: usize,
    /// Different, by the delta method and the permutation test at one look.
    pub confirmed: usize,
}

/// Watches `runs` tests of two arms of `n` accounts at the planned end, up to twice as many, with the rate of
/// the treatment raised by the share `lift`.
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

/// The table of the family.
#[must_use]
pub fn table() -> String {
    let runs = 2_000;
    let mut text = format!(
        "Ratios of accounts of very different size, {LOOKS} looks up to twice the plan, {runs} tests a cell (two \
         Monte Carlo errors at 5 %: 1.0): called different in %, delta method alone / **confirmed by \
         permutation**.\n\n| visitors of an account | plan | no difference | twice the rate |\n|---|---|---|---|\n"
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
