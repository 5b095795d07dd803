//! Draws results as text.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::bar::{Range, bar};
use super::number::{Scale, number, p_value, sequential_p};
use super::report::{Comparison, Goal, InterimLooks, Interval, Outcomes, Report, Segment};
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
    text += &differences(&goal.comparisons, scale);
    for comparison in &goal.comparisons {
        text += &details(comparison, scale);
    }
    text
}

/// Draws the differences, or the relative differences if only these have intervals.
fn differences(comparisons: &[Comparison], scale: Scale) -> String {
    let has_ends = |interval: Interval| interval.low.is_some() || interval.high.is_some();
    let is_relative = !comparisons.iter().any(|own| has_ends(own.absolute))
        && comparisons.iter().any(|own| has_ends(own.relative));
    let (scale, title) =
        if is_relative { (Scale::Change, "relative difference") } else { (scale, "difference") };
    let shown = |own: &Comparison| if is_relative { own.relative } else { own.absolute };
    let Some(range) = Range::of(comparisons.iter().map(shown)) else { return String::new() };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for comparison in comparisons {
        let interval = shown(comparison);
        let p = format!("p {}", sequential_p(comparison));
        table.add_row([printable(&comparison.variant), bar(range, interval), scale.interval(interval), p]);
    }
    format!("\n  {title} from control, 95 % interval\n") + &lines(&table, 2)
}

/// Describes the looks at a comparison.
fn looks(own: &InterimLooks) -> String {
    let percent = |information: f64| format!("{:.0} % of the plan", 100.0 * information);
    match &own.decision {
        Some(decision) => format!("decided at look {}, at {}", decision.look, percent(decision.information)),
        None => format!("undecided after {}, at {}", counted(own.looks), percent(own.information)),
    }
}

fn counted(looks: u32) -> String {
    if looks == 1 { "1 look".to_owned() } else { format!("{looks} looks") }
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
    if let Some(own) = &comparison.interim_looks {
        let _ = writeln!(text, "  {variant}: {}", looks(own));
    }
    if let Some(why) = &comparison.approximate {
        let _ =
            writeln!(text, "  {variant}: the error rate of 5 % is approximate: {}", printable(reason(why)));
    }
    if let Some(fixed) = &comparison.fixed_horizon {
        let interval = scale.interval(fixed.absolute);
        let _ = writeln!(text, "  {variant}: fixed horizon {interval}, p {}", p_value(Some(fixed.p_value)));
    }
    if let Some(bayesian) = &comparison.bayesian {
        let chance = 100.0 * bayesian.beats_control;
        let _ = writeln!(text, "  {variant}: better than control with a probability of {chance:.1} %");
    }
    if let Some(betting) = &comparison.betting {
        let p = p_value(Some(betting.p_value));
        let _ = writeln!(text, "  {variant}: second opinion by betting at any look, p {p}");
    }
    for warning in &comparison.warnings {
        let _ = writeln!(text, "  {variant}: {}", printable(warning));
    }
    text
}

/// Returns why an error rate is approximate, in words.
fn reason(code: &str) -> &str {
    match code {
        "weights_changed" => "the weights were changed",
        "many_units" => "there are more than 200,000 accounts",
        other => other,
    }
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
