//! The sample-ratio check, also of adaptive tests, and segments: how often they raise an alarm.

use stats::adaptive::thompson;
use stats::always_valid::SequentialTest;
use stats::bayes::Direction;
use stats::drift;
use stats::moments::Moments;
use stats::segments::compare;
use stats::srm::{Stratum, THRESHOLD, p_value, sequential};

use crate::chance::{Chance, Rate};

/// How often a check of the sample ratio raises an alarm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alarms {
    /// Chi-square, at the end.
    pub at_the_end: Rate,
    /// Chi-square, at any interim look.
    pub chi_square: Rate,
    /// The sequential check, at any interim look.
    pub sequential: Rate,
}

/// Whether each check raised an alarm in one test.
#[derive(Default)]
struct Looks {
    last: bool,
    chi_square: bool,
    sequential: bool,
}

impl Looks {
    fn look(&mut self, strata: &[Stratum<'_>]) {
        self.last = p_value(strata).is_some_and(|p| p < THRESHOLD);
        self.chi_square |= self.last;
        self.sequential |= sequential(strata).is_some_and(|p| p < THRESHOLD);
    }
}

impl Alarms {
    fn count(&mut self, looks: &Looks) {
        self.at_the_end.count(looks.last);
        self.chi_square.count(looks.chi_square);
        self.sequential.count(looks.sequential);
    }
}

/// Returns the alarms of adaptive tests of `batches` batches of `size`, with an interim look after each
/// batch. A share `lost` of treatment's units is never counted.
#[must_use]
pub fn alarms(batches: u32, size: u32, lost: f64, runs: u32, seed: u64) -> Alarms {
    let mut chance = Chance::new(seed);
    let mut found = Alarms::default();
    for _ in 0..runs {
        let (mut totals, mut batch_counts) = ([(0, 0); 2], Vec::new());
        let mut looks = Looks::default();
        for _ in 0..batches {
            let weights =
                thompson::weights(&totals, Direction::Higher, thompson::FLOOR, None).unwrap_or_default();
            let mut units = [0_u64; 2];
            for _ in 0..size {
                let arm = usize::from(chance.happens(f64::from(weights[1]) / 10_000.0));
                if arm == 0 || !chance.happens(lost) {
                    units[arm] += 1;
                    totals[arm].0 += 1;
                    totals[arm].1 += u64::from(chance.happens(0.2));
                }
            }
            batch_counts.push((weights, units));
            let strata: Vec<_> = batch_counts
                .iter()
                .map(|(weights, units)| Stratum { weights: weights.clone(), units })
                .collect();
            looks.look(&strata);
        }
        found.count(&looks);
    }
    found
}

/// Returns the alarms of tests with fixed weights, in basis points, with an interim look after every `every`
/// units up to `units`. A share `lost` of the last arm's units is never counted.
#[must_use]
pub fn fixed_alarms(weights: &[u32], units: u32, every: u32, lost: f64, runs: u32, seed: u64) -> Alarms {
    let mut chance = Chance::new(seed);
    let mut found = Alarms::default();
    for _ in 0..runs {
        let mut counted = vec![0_u64; weights.len()];
        let mut looks = Looks::default();
        for unit in 1..=units {
            let (place, mut below) = (10_000.0 * chance.uniform(), 0.0);
            let arm = weights.iter().position(|weight| {
                below += f64::from(*weight);
                place < below
            });
            let arm = arm.unwrap_or(weights.len() - 1);
            let kept = arm + 1 < weights.len() || !chance.happens(lost);
            counted[arm] += u64::from(kept);
            if unit % every == 0 {
                let strata = [Stratum { weights: weights.to_vec(), units: &counted }];
                looks.look(&strata);
            }
        }
        found.count(&looks);
    }
    found
}

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
        "Sample-ratio check, tests that raise an alarm at p < 0.001 with no unit lost, 20,000 tests, %: \
         chi-square for one analysis against the sequential check\n\n\
         | weights | units, interim looks | chi-square, at the end | chi-square, at any interim look | \
         sequential, at any interim look |\n\
         |---|---|---|---|---|\n",
    );
    let fixed: [(&[u32], u32, u32); 4] = [
        (&[5_000, 5_000], 400, 10),
        (&[1_000, 9_000], 400, 10),
        (&[3_400, 3_300, 3_300], 400, 10),
        (&[2_500, 2_500, 2_500, 2_500], 2_000, 50),
    ];
    for (seed, (weights, units, every)) in (11..).zip(fixed) {
        let found = fixed_alarms(weights, units, every, 0.0, 20_000, seed);
        let name = weights.iter().map(|weight| (weight / 100).to_string()).collect::<Vec<_>>().join(":");
        lines.extend([format!(
            "| {name} | {units}, {} | {} | {} | {} |\n",
            units / every,
            share(found.at_the_end),
            share(found.chi_square),
            share(found.sequential)
        )]);
    }
    for (seed, (batches, size)) in (1..).zip([(6, 20), (12, 20), (24, 20), (12, 50)]) {
        let found = alarms(batches, size, 0.0, 20_000, seed);
        lines.extend([format!(
            "| adaptive | {batches} × {size}, {batches} | {} | {} | {} |\n",
            share(found.at_the_end),
            share(found.chi_square),
            share(found.sequential)
        )]);
    }
    lines += "\nTests that raise an alarm when the last variant loses units, 1,000 tests, %: chi-square at \
              the end / sequential, at any interim look\n\n| weights | units | loses 20 % | loses 30 % | \
              loses half | loses all |\n\
              |---|---|---|---|---|---|\n";
    let pair = |found: Alarms| format!("{} / {}", found.at_the_end, found.sequential);
    for (name, weights, units) in
        [("50:50", [5_000, 5_000], 400), ("50:50", [5_000, 5_000], 2_000), ("90:10", [9_000, 1_000], 400)]
    {
        let of = |lost| pair(fixed_alarms(&weights, units, units / 20, lost, 1_000, 21));
        lines.extend([format!(
            "| {name} | {units} | {} | {} | {} | {} |\n",
            of(0.2),
            of(0.3),
            of(0.5),
            of(1.0)
        )]);
    }
    for (seed, (batches, size)) in (1..).zip([(6, 20), (12, 20), (24, 20), (12, 50)]) {
        let of = |lost| pair(alarms(batches, size, lost, 1_000, seed));
        lines.extend([format!(
            "| adaptive | {batches} × {size} | {} | {} | {} | {} |\n",
            of(0.2),
            of(0.3),
            of(0.5),
            of(1.0)
        )]);
    }
    lines += "\nShares of an external test, 40 interim looks, tests that raise an alarm at p < 0.001, %\n\n\
              | units | constant 50:50 (20,000 tests) | constant 90:10 | 50:50, then 40:60 (1,000 tests) | \
              then 30:70 | then 10:90 |\n\
              |---|---|---|---|---|---|\n";
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
