//! Draws results as text.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::bar::{Range, bar};
use super::number::{Scale, number, p_value};
use super::report::{Comparison, Goal, Outcomes, Report, Segment};
use crate::text::{count, lines, printable};

/// Returns the whole text. The verdict comes first.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = format!("verdict       {}\n", printable(&report.verdict.sentence));
    for reason in &report.verdict.reasons {
        let _ = writeln!(text, "              {}", printable(reason));
    }
    let ratio = &report.sample_ratio;
    let split = if ratio.ok { "as planned" } else { "NOT as planned: do not trust the results" };
    let _ = writeln!(text, "sample ratio  p {}: {split}", p_value(ratio.p));
    for warning in &report.warnings {
        let _ = writeln!(text, "warning       {}", printable(&warning.detail));
    }
    let counted = report.as_of.get(..16).unwrap_or(&report.as_of).replacen('T', " ", 1);
    let state = format!("{}, phase {}, {}", report.test_id, report.phase, report.status);
    let _ = writeln!(text, "test          {}, counted {} UTC", printable(&state), printable(&counted));
    for goal in &report.goals {
        text += &section(goal);
    }
    for segment in &report.segments {
        text += &by_segment(segment);
    }
    text.push('\n');
    for outcomes in &report.outcomes {
        text += &outcome_line(outcomes);
    }
    text
}

fn section(goal: &Goal) -> String {
    let scale = Scale::of(&goal.kind);
    let mut text =
        format!("\n{} ({}, {})\n", printable(&goal.goal), printable(&goal.kind), printable(&goal.role));
    let mut table = aligned(&["variant", "units", "converted", "total", mean_name(&goal.kind)]);
    for arm in &goal.arms {
        let (units, converted) = (count(arm.units), count(arm.converted));
        table.add_row([printable(&arm.variant), units, converted, number(arm.total), scale.mean(arm.mean)]);
    }
    text += &lines(&table, 2);
    if let Some(range) = Range::of(goal.comparisons.iter().map(|comparison| comparison.absolute)) {
        text += "\n  difference from control, 95 % interval\n";
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for comparison in &goal.comparisons {
            let difference = scale.interval(comparison.absolute);
            let p = format!("p {}", p_value(comparison.p_value));
            table.add_row([printable(&comparison.variant), bar(range, comparison.absolute), difference, p]);
        }
        text += &lines(&table, 2);
    }
    for comparison in &goal.comparisons {
        text += &details(comparison, scale);
    }
    text
}

fn details(comparison: &Comparison, scale: Scale) -> String {
    let variant = printable(&comparison.variant);
    let mut text = String::new();
    if let Some(relative) = comparison.relative.estimate {
        let bounds = comparison.relative.low.zip(comparison.relative.high);
        let bounds = bounds.map_or_else(String::new, |(low, high)| {
            format!(" ({:+.1} % to {:+.1} %)", 100.0 * low, 100.0 * high)
        });
        let _ = writeln!(text, "  {variant}: relative {:+.1} %{bounds}", 100.0 * relative);
    }
    if let Some(fixed) = &comparison.fixed_horizon {
        let interval = scale.interval(fixed.absolute);
        let _ = writeln!(text, "  {variant}: fixed horizon {interval}, p {}", p_value(Some(fixed.p_value)));
    }
    if let Some(bayesian) = &comparison.bayesian {
        let chance = 100.0 * bayesian.beats_control;
        let _ = writeln!(text, "  {variant}: better than control with a probability of {chance:.1} %");
    }
    for warning in &comparison.warnings {
        let _ = writeln!(text, "  {variant}: {}", printable(warning));
    }
    text
}

fn by_segment(segment: &Segment) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for value in &segment.values {
        let mut row = vec![printable(&value.value)];
        row.extend(value.arms.iter().map(|arm| {
            format!("{} {} of {}", printable(&arm.variant), count(arm.converted), count(arm.units))
        }));
        table.add_row(row);
    }
    format!("\nby {}: converted, of all units\n{}", printable(&segment.attribute), lines(&table, 2))
}

fn outcome_line(outcomes: &Outcomes) -> String {
    let mut text = format!("{}: ", printable(&outcomes.goal));
    let counted = outcomes.counts.get("counted").copied().unwrap_or_default();
    let _ = write!(text, "{} outcomes counted", count(counted));
    for (name, number) in &outcomes.counts {
        // Immature outcomes are counted too.
        if !matches!(name.as_str(), "counted" | "immature") && *number > 0 {
            let _ = write!(text, ", {} {}", count(*number), printable(&name.replace('_', " ")));
        }
    }
    text + "\n"
}

fn mean_name(kind: &str) -> &'static str {
    match kind {
        "binary" => "rate",
        "ratio" => "ratio",
        _ => "mean",
    }
}

/// Returns a table whose columns are aligned to the right, except the first.
fn aligned(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
