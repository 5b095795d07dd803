//! Results as CSV: one line for each goal and variant.

use super::report::{Interval, Report};
use crate::Failure;
use crate::text::printable;

const HEADER: [&str; 19] = [
    "test_id",
    "phase",
    "as_of",
    "goal",
    "kind",
    "role",
    "variant",
    "units",
    "converted",
    "total",
    "mean",
    "difference",
    "difference_low",
    "difference_high",
    "relative",
    "relative_low",
    "relative_high",
    "p_value",
    "method",
];

/// Returns the lines. Cells that a variant does not have are empty: control has no difference.
///
/// # Errors
/// When a line cannot be written.
pub fn csv(report: &Report) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("CSV cannot be written: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|error| failed(&error))?;
    for goal in &report.goals {
        for arm in &goal.arms {
            let found = goal.comparisons.iter().find(|comparison| comparison.variant == arm.variant);
            let mut row =
                vec![printable(&report.test_id), report.phase.to_string(), printable(&report.as_of)];
            row.extend([&goal.goal, &goal.kind, &goal.role, &arm.variant].map(|text| printable(text)));
            row.extend([
                arm.units.to_string(),
                arm.converted.to_string(),
                arm.total.to_string(),
                cell(arm.mean),
            ]);
            row.extend(interval(found.map(|found| found.absolute)));
            row.extend(interval(found.map(|found| found.relative)));
            row.push(cell(found.and_then(|found| found.p_value)));
            row.push(found.map(|found| printable(&found.method)).unwrap_or_default());
            writer.write_record(row).map_err(|error| failed(&error))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn interval(interval: Option<Interval>) -> [String; 3] {
    interval.map_or_else(Default::default, |found| [found.estimate, found.low, found.high].map(cell))
}

fn cell(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
