//! Changed shares of external tests, and segments: how often they raise an alarm.

use stats::always_valid::SequentialTest;
use stats::drift;
use stats::moments::Moments;
use stats::segments::compare;

use crate::chance::{Chance, Rate};

/// Returns how often the check for changed shares raises an alarm at any of 40 interim looks, in tests of
/// `units` units. The second arm gets the share `before` of the first third and `after` of the others.
#[must_use]
pub fn drifts(units: u32, before: f64, after: f64, runs: u32, seed: u64) -> Rate {
    let mut chance = Chance::new(seed);
    let mut found = Rate::default();
    for _ in 0..runs {
        let mut parts = Vec::new();
        let mut ever = false;
        for look in 0..40 {
            let mut part = vec![0, 0];
            for _ in 0..units / 40 {
                let share = if 3 * look < 40 { before } else { after };
                part[usize::from(chance.happens(share))] += 1;
            }
            parts.push(part);
            // The p-value at the last interim look is the lowest of all interim looks.
            ever = look == 39 && drift::p_value(&parts).is_some_and(|p| p < drift::THRESHOLD);
        }
        found.count(ever);
    }
    found
}

/// Returns how often any of `segments` segments shows a difference that does not exist, and how often the
/// segments seem to differ, at any of 20 interim looks until each has about `units` units per arm. `rate` is
/// the rate of a binary goal; None is a normal goal.
#[must_use]
pub fn segments(segments: usize, units: u32, rate: Option<f64>, runs: u32, seed: u64) -> (Rate, Rate) {
    let mut chance = Chance::new(seed);
    let (mut any, mut differ) = (Rate::default(), Rate::default());
    let Some(sequential_test) = SequentialTest::new(0.05, f64::from(units)) else { return (any, differ) };
    for _ in 0..runs {
        let mut all = vec![(Moments::default(), Moments::default()); segments];
        let (mut shown, mut apart) = (false, false);
        for _ in 0..20 {
            for (control, treatment) in &mut all {
                for _ in 0..(2 * units).div_ceil(20) {
                    let arm = if chance.happens(0.5) { &mut *control } else { &mut *treatment };
                    arm.add(match rate {
                        None => chance.normal(),
                        Some(rate) => f64::from(u8::from(chance.happens(rate))),
                    });
                }
            }
            let found = compare(&all, &sequential_test, 0.05);
            shown |= found.differences.iter().flatten().any(|look| look.p_value <= 0.05);
            apart |= found.same.is_some_and(|p| p <= 0.05);
        }
        any.count(shown);
        differ.count(apart);
    }
    (any, differ)
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    let share = |rate: Rate| format!("{:.2} ± {:.2}", 100.0 * rate.share(), 100.0 * rate.margin());
    let mut lines = String::from(
        "Shares of an external test, 40 interim looks, tests that raise an alarm at p < 0.001, %\n\n\
         | units | constant 50:50 (20,000 tests) | constant 90:10 | 50:50, then 40:60 (1,000 tests) | \
         then 30:70 | then 10:90 |\n\
         |---|---|---|---|---|---|\n",
    );
    for units in [120, 320, 1_200] {
        let of = |before, after, runs| drifts(units, before, after, runs, 31);
        lines.extend([format!(
            "| {units} | {} | {} | {} | {} | {} |\n",
            share(of(0.5, 0.5, 20_000)),
            share(of(0.1, 0.1, 20_000)),
            of(0.5, 0.6, 1_000),
            of(0.5, 0.7, 1_000),
            of(0.5, 0.9, 1_000)
        )]);
    }
    lines += "\nSegments without a difference, 20 interim looks, 2,000 tests, %\n\n\
              | segments | units per arm and segment | goal | any shows a difference | segments differ \
              |\n|---|---|---|---|---|\n";
    let settings = [
        (4, 10, None),
        (8, 20, None),
        (20, 40, None),
        (4, 10, Some(0.3)),
        (8, 20, Some(0.2)),
        (8, 40, Some(0.5)),
    ];
    for (seed, (count, units, rate)) in (1..).zip(settings) {
        let (any, differ) = segments(count, units, rate, 2_000, seed);
        let goal = rate.map_or("normal".to_owned(), |rate| format!("binary, {:.0} %", 100.0 * rate));
        lines.extend([format!("| {count} | {units} | {goal} | {any} | {differ} |\n")]);
    }
    lines
}
