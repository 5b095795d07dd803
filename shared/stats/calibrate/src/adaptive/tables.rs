//! The tables of adaptive tests.

use super::{Setting, simulate};

/// The simulated tests of each row.
pub(super) const RUNS: u32 = 1_000;

/// The rows of a table. Each is also written to the standard error as soon as it is known.
pub(super) struct Rows(pub String);

impl Rows {
    pub fn new(text: &str, columns: &[&str]) -> Self {
        let rule = "---|".repeat(columns.len());
        Self(format!("{text}; {RUNS} tests in each row, %\n\n| {} |\n|{rule}\n", columns.join(" | ")))
    }

    pub fn push(&mut self, cells: &[String]) {
        let row = format!("| {} |\n", cells.join(" | "));
        eprint!("{row}");
        self.0 += &row;
    }
}

/// Returns the table of windows, floors and base rates.
#[must_use]
pub fn table() -> String {
    windows(
        "Two variants, binary goal, rising base rate",
        &[(480, 0.0), (1_200, 0.0), (480, 0.2)],
        &[1_000, 2_000],
    )
}

/// Returns the table of a floor that is refused.
#[must_use]
pub fn refused() -> String {
    windows(
        "Two variants, binary goal, rising base rate, a floor that is refused",
        &[(480, 0.0), (1_200, 0.0)],
        &[500],
    )
}

fn windows(title: &str, tests: &[(usize, f64)], floors: &[u32]) -> String {
    let columns = [
        "units",
        "base",
        "floor",
        "window, in batches of 20",
        "effect, points",
        "batch-stratified misses, at the end",
        "running interval misses, at any interim look",
        "e-process, at any interim look",
        "verdict shows a difference",
    ];
    let mut rows = Rows::new(title, &columns);
    for (units, effect) in tests.iter().copied() {
        for (base, floor) in
            [0.05, 0.2, 0.5].into_iter().flat_map(|base| floors.iter().map(move |floor| (base, *floor)))
        {
            for batches in [0, 1, 2, 4] {
                let setting = Setting { window: batches * 20, floor, effect, ..Setting::binary(base, units) };
                let found = simulate(&setting, RUNS, 11);
                rows.push(&[
                    units.to_string(),
                    percent(base),
                    percent(f64::from(floor) / 10_000.0),
                    batches.to_string(),
                    format!("{:.0}", 100.0 * effect),
                    found.stratified_missed.to_string(),
                    found.sequence_missed.to_string(),
                    found.e_process.to_string(),
                    if effect > 0.0 { found.right } else { found.wrong }.to_string(),
                ]);
            }
        }
    }
    rows.0
}

/// Returns the table of several arms.
#[must_use]
pub fn arms() -> String {
    let columns = [
        "variants",
        "base",
        "window, in units",
        "weight of control",
        "effect of one treatment, points",
        "verdict shows a difference that does not exist",
        "verdict shows the effect",
        "running interval misses, at any interim look",
        "batch-stratified misses, at the end",
        "units in the first treatment",
    ];
    let mut rows = Rows::new("Binary goal, rising base rate, 1200 units, floor 10 %", &columns);
    for (arms, control_share) in
        [(2, None), (3, None), (3, Some(3_000)), (4, None), (5, None), (5, Some(3_000))]
    {
        for base in [0.05, 0.2, 0.5] {
            for (window, effect) in [(0, 0.0), (150, 0.0), (0, 0.15)] {
                let setting = Setting { arms, window, control_share, effect, ..Setting::binary(base, 1_200) };
                let found = simulate(&setting, RUNS, 12);
                let kept = control_share.map(|share| percent(f64::from(share) / 10_000.0));
                rows.push(&[
                    arms.to_string(),
                    percent(base),
                    window.to_string(),
                    kept.unwrap_or_else(|| "follows the results".to_owned()),
                    format!("{:.0}", 100.0 * effect),
                    found.wrong.to_string(),
                    if effect > 0.0 { found.right.to_string() } else { "–".to_owned() },
                    found.sequence_missed.to_string(),
                    found.stratified_missed.to_string(),
                    percent(found.share()),
                ]);
            }
        }
    }
    rows.0
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
