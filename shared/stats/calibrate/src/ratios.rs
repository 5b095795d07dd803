//! Changed shares of external tests: how often they raise an alarm.

use stats::drift;

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
    lines
}
