//! The tables of counts and sums, and of guardrails.

use super::tables::{RUNS, Rows, percent};
use super::{Drift, Guardrail, Outcome, Setting, simulate};

/// The tests of the table of counts and sums: arms, units, window in units, drift, and the share by which the first
/// treatment raises numbers.
const NUMBERS: [(usize, usize, usize, Drift, f64); 8] = [
    (2, 240, 0, Drift::Rise, 0.0),
    (2, 480, 0, Drift::Rise, 0.0),
    (2, 480, 80, Drift::Rise, 0.0),
    (2, 480, 0, Drift::Fall, 0.0),
    (4, 1_200, 0, Drift::Rise, 0.0),
    (4, 1_200, 80, Drift::Rise, 0.0),
    (2, 480, 0, Drift::None, 0.5),
    (2, 1_200, 0, Drift::None, 1.0),
];

/// Returns the table of counts and sums.
#[must_use]
pub fn numbers() -> String {
    let columns = [
        "outcome",
        "variants",
        "units",
        "window, in units",
        "drift",
        "effect",
        "batch-stratified, at the end",
        "its interval misses",
        "e-process, at any interim look",
        "verdict shows a difference that does not exist",
        "verdict shows the effect",
    ];
    let mut rows = Rows::new("Counts and sums, floor 10 %", &columns);
    for outcome in [
        Outcome::Poisson(1.0),
        Outcome::Dispersed(2.0),
        Outcome::ZeroInflated,
        Outcome::Lognormal(1.0),
        Outcome::Lognormal(1.5),
    ] {
        for (arms, units, window, drift, effect) in NUMBERS {
            let setting = Setting { arms, window, outcome, drift, effect, ..Setting::binary(0.0, units) };
            let found = simulate(&setting, RUNS, 13);
            rows.push(&[
                outcome.name(),
                arms.to_string(),
                units.to_string(),
                window.to_string(),
                format!("{drift:?}"),
                percent(effect),
                found.stratified.to_string(),
                found.stratified_missed.to_string(),
                found.e_process.to_string(),
                found.wrong.to_string(),
                if effect > 0.0 { found.right.to_string() } else { "–".to_owned() },
            ]);
        }
    }
    rows.0
}

/// Returns the table of guardrails.
#[must_use]
pub fn guardrails() -> String {
    let columns = [
        "variants",
        "units",
        "base of the guardrail",
        "margin, points",
        "treatments are worse by, points",
        "shown to be broken",
        "shown to be met",
    ];
    let text = "Binary guardrail with a rising rate, at any interim look, window of 40 units, primary goal 20 % with an \
                effect of 10 points";
    let mut rows = Rows::new(text, &columns);
    for (arms, units) in [(2, 480), (2, 2_000), (4, 2_000)] {
        for (base, margin) in [(0.05, 0.05), (0.2, 0.1), (0.5, 0.1)] {
            for worse in [0.0, margin, 2.0 * margin] {
                let guardrail = Guardrail { base, worse, margin };
                let setting =
                    Setting { arms, window: 40, effect: 0.1, guardrail, ..Setting::binary(0.2, units) };
                let found = simulate(&setting, RUNS, 14);
                rows.push(&[
                    arms.to_string(),
                    units.to_string(),
                    percent(base),
                    format!("{:.0}", 100.0 * margin),
                    format!("{:.0}", 100.0 * worse),
                    found.broken.to_string(),
                    found.met.to_string(),
                ]);
            }
        }
    }
    rows.0
}
