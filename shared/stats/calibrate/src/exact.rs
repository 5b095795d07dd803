//! How often the exact reading of two rates errs when it is read after every unit, and what it finds.

use std::fmt::Write as _;

use stats::agresti_caffo::Rate;
use stats::always_valid::SequentialTest;
use stats::exact_rates::at_most;
use stats::moments::Moments;

use crate::goals::{Random, percent, real};

/// The results of simulated sequential tests, each at any interim look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// The exact reading reports a difference.
    pub different: usize,
    /// The interval of the exact reading misses the true difference.
    pub missed: usize,
    /// The exact reading reports that treatment is worse by more than a margin that equals its true
    /// difference, or worse at all without a margin.
    pub beyond: usize,
    /// A report shows a difference. It uses the exact reading below ten units in an arm or when no arm
    /// varies, and the mixture otherwise.
    pub reported: usize,
}

/// Simulates `runs` tests from the first unit up to `most` units. Control has `share` percent of the units
/// and converts in `base` percent, treatment in `other` percent.
#[must_use]
pub fn cell(base: f64, other: f64, share: usize, most: usize, runs: usize) -> Cell {
    let mut random = Random::of("exact", share, most);
    let mut found = Cell { runs, ..Cell::default() };
    let Some(sequential_test) = SequentialTest::new(0.05, real(most) / 2.0) else { return found };
    let truth = (other - base) / 100.0;
    for _ in 0..runs {
        let (mut arms, mut seen) = ([Rate { converted: 0, units: 0 }; 2], [false; 4]);
        for _ in 0..most {
            let arm = usize::from(random.even() >= real(share) / 100.0);
            let rate = if arm == 1 { other } else { base };
            arms[arm].units += 1;
            arms[arm].converted += u64::from(random.even() < rate / 100.0);
            // The ends of the interval are where these tests reject. Computing the ends takes a hundred times
            // as long.
            let beyond = |a, b, bound| at_most(a, b, bound).is_some_and(|p| p <= 0.05);
            let differ = beyond(arms[0], arms[1], 0.0) || beyond(arms[1], arms[0], 0.0);
            let above = beyond(arms[0], arms[1], truth);
            seen[0] |= differ;
            seen[1] |= above || beyond(arms[1], arms[0], -truth);
            seen[2] |= above;
            let of = |rate: Rate| Moments::of_counts(rate.converted, rate.units);
            let varies = arms.iter().any(|rate| of(*rate).squares() > 0.0);
            let mixture = || sequential_test.look(&of(arms[0]).sample()?, &of(arms[1]).sample()?);
            seen[3] |= mixture().filter(|_| varies).map_or(differ, |look| look.p_value <= 0.05);
        }
        let counts = [&mut found.different, &mut found.missed, &mut found.beyond, &mut found.reported];
        counts.into_iter().zip(seen).for_each(|(count, seen)| *count += usize::from(seen));
    }
    found
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    let runs = 2_000;
    let mut text = format!(
        "Two rates, read after every unit from the first one, {runs} tests per row (two Monte Carlo errors \
         at 5 %: 1.0), %\n\n| control | treatment | weights | units | exact: different | its interval misses \
         | difference beyond the truth, one-sided | as reported: different \
         |\n|---|---|---|---|---|---|---|---|\n"
    );
    let settings = [
        (5.0, 5.0, 50, 160),
        (20.0, 20.0, 50, 160),
        (50.0, 50.0, 50, 160),
        (95.0, 95.0, 50, 160),
        (20.0, 20.0, 10, 200),
        (50.0, 50.0, 20, 160),
        (10.0, 12.0, 50, 400),
        (2.0, 30.0, 50, 160),
        (10.0, 90.0, 50, 40),
    ];
    for (base, other, share, most) in settings {
        let found = cell(base, other, share, most, runs);
        let counts = [found.different, found.missed, found.beyond, found.reported];
        let shares = counts.map(|count| percent(count, runs)).join(" | ");
        let _ = writeln!(text, "| {base} % | {other} % | {share}:{} | {most} | {shares} |", 100 - share);
    }
    text
}
