//! The sample-ratio check of adaptive tests, and segments: how often they raise an alarm.

use bellwether_stats::adaptive::thompson;
use bellwether_stats::bayes::Better;
use bellwether_stats::moments::Moments;
use bellwether_stats::segments::compare;
use bellwether_stats::srm::{Stratum, THRESHOLD, p_value};

use crate::chance::{Chance, Rate};

/// How often the check of an adaptive test of `batches` batches of `size` alarms, when a share `lost` of
/// treatment's units is never counted; and how often it says nothing at all.
#[must_use]
pub fn alarms(batches: u32, size: u32, lost: f64, runs: u32, seed: u64) -> (Rate, Rate) {
    let mut chance = Chance::new(seed);
    let (mut alarm, mut silent) = (Rate::default(), Rate::default());
    for _ in 0..runs {
        let (mut totals, mut strata) = ([(0, 0); 2], Vec::new());
        for _ in 0..batches {
            let weights =
                thompson::weights(&totals, Better::Higher, thompson::FLOOR, None).unwrap_or_default();
            let mut units = [0_u64; 2];
            for _ in 0..size {
                let arm = usize::from(chance.happens(f64::from(weights[1]) / 10_000.0));
                if arm == 0 || !chance.happens(lost) {
                    units[arm] += 1;
                    totals[arm].0 += 1;
                    totals[arm].1 += u64::from(chance.happens(0.2));
                }
            }
            strata.push((weights, units));
        }
        let strata: Vec<_> =
            strata.iter().map(|(weights, units)| Stratum { weights: weights.clone(), units }).collect();
        let p = p_value(&strata);
        alarm.count(p.is_some_and(|p| p < THRESHOLD));
        silent.count(p.is_none());
    }
    (alarm, silent)
}

/// How often any of `segments` segments of `units` units an arm shows a difference that is not there,
/// and how often the segments seem to differ; `rate` is that of a binary goal, None a normal one.
#[must_use]
pub fn segments(segments: usize, units: u32, rate: Option<f64>, runs: u32, seed: u64) -> (Rate, Rate) {
    let mut chance = Chance::new(seed);
    let (mut any, mut differ) = (Rate::default(), Rate::default());
    for _ in 0..runs {
        let mut arm = || {
            let mut moments = Moments::default();
            for _ in 0..units {
                moments.add(match rate {
                    None => chance.normal(),
                    Some(rate) => f64::from(u8::from(chance.happens(rate))),
                });
            }
            moments
        };
        let all: Vec<_> = (0..segments).map(|_| (arm(), arm())).collect();
        let found = compare(&all, 0.05);
        any.count(found.differences.iter().flatten().any(|d| d.p_value < 0.05));
        differ.count(found.same.is_some_and(|p| p < 0.05));
    }
    (any, differ)
}

/// The table of the family.
#[must_use]
pub fn table() -> String {
    let mut lines = String::from(
        "Sample-ratio check of adaptive tests, runs that alarm at p < 0.001, %\n\n\
         | batches | nothing lost (20,000 runs) | says nothing | treatment loses 30 % | loses half | loses all (1,000 runs) |\n\
         |---|---|---|---|---|---|\n",
    );
    for (seed, (batches, size)) in (1..).zip([(6, 20), (12, 20), (24, 20), (12, 50)]) {
        let (alarm, silent) = alarms(batches, size, 0.0, 20_000, seed);
        let of = |lost| alarms(batches, size, lost, 1_000, seed).0;
        lines.extend([format!(
            "| {batches} × {size} | {:.2} ± {:.2} | {silent} | {} | {} | {} |\n",
            100.0 * alarm.share(),
            100.0 * alarm.margin(),
            of(0.3),
            of(0.5),
            of(1.0)
        )]);
    }
    lines += "\nSegments without a difference, 10,000 runs, %\n\n\
              | segments | units an arm in each | goal | any shows a difference | they differ |\n|---|---|---|---|---|\n";
    let settings = [
        (4, 10, None),
        (8, 20, None),
        (20, 40, None),
        (4, 10, Some(0.3)),
        (8, 20, Some(0.2)),
        (8, 40, Some(0.5)),
    ];
    for (seed, (count, units, rate)) in (1..).zip(settings) {
        let (any, differ) = segments(count, units, rate, 10_000, seed);
        let goal = rate.map_or("normal".to_owned(), |rate| format!("binary, {:.0} %", 100.0 * rate));
        lines.extend([format!("| {count} | {units} | {goal} | {any} | {differ} |\n")]);
    }
    lines
}
