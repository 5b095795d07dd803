//! The tables of what was counted.

use std::fmt::Write as _;

use super::cell::{Cell, Counts};
/// The counts of each cell.
pub type Counted = [(Cell, Counts)];
use crate::goals::SIZES;

/// Returns the table of the levels: a row for each scenario and weights, and a column for each size.
#[must_use]
pub fn levels(counted: &Counted) -> String {
    let mut text = format!(
        "Decided by twice the plan in %: **re-randomization** / always-valid mixture. {} An asterisk marks more \
         than 5 % and three Monte Carlo errors.\n\n| scenario | weights |",
        repetitions(counted)
    );
    for size in SIZES {
        let _ = write!(text, " 2 × {size} |");
    }
    text += "\n|---|---|---|---|---|---|---|\n";
    for row in counted.chunk_by(|(a, _), (b, _)| a.scenario == b.scenario && a.weights == b.weights) {
        let _ = write!(text, "| {} | {} |", row[0].0.scenario.name, row[0].0.weights.name);
        for size in SIZES {
            let own = row.iter().find(|(cell, _)| cell.size == size);
            let _ = write!(text, " {} |", own.map_or("–".into(), |(cell, counts)| level(cell, counts)));
        }
        text += "\n";
    }
    text
}

fn level(cell: &Cell, counts: &Counts) -> String {
    let mark = |holds: bool| if holds { "" } else { "*" };
    let own = format!("**{}**{}", percent(counts.decided, counts.runs), mark(counts.holds()));
    if cell.weights.first.len() > 2 {
        return own;
    }
    format!("{own} / {}{}", percent(counts.mixture, counts.runs), mark(counts.mixture_holds()))
}

/// Returns the table of the power: a row for each cell.
#[must_use]
pub fn power(counted: &Counted) -> String {
    let mut text = format!(
        "Found in %. {} *Share* is what is found by the plan divided by what the fixed horizon finds. *Information* \
         is its mean at the decision, 1 at the plan and 2 without a decision.\n\n| scenario | weights | units | \
         lift | fixed horizon | by the plan | share | by twice the plan | mixture, by the plan | mixture, by twice \
         the plan | information | mixture, information |\n|{}\n",
        repetitions(counted),
        "---|".repeat(12)
    );
    for (cell, counts) in counted {
        let runs = f64::from(counts.runs.max(1));
        let share = |part: u32| percent(part, counts.runs);
        let _ = writeln!(
            text,
            "| {} | {} | 2 × {} | {:.2} | {} | {} | {:.2} | {} | {} | {} | {:.2} | {:.2} |",
            cell.scenario.name,
            cell.weights.name,
            cell.size,
            cell.lift(),
            share(counts.fixed),
            share(counts.by_plan),
            f64::from(counts.by_plan) / f64::from(counts.fixed.max(1)),
            share(counts.decided),
            share(counts.mixture_by_plan),
            share(counts.mixture),
            counts.information / runs,
            counts.mixture_information / runs,
        );
    }
    text
}

/// Returns how many repetitions the cells have, and the Monte Carlo error that follows.
fn repetitions(counted: &Counted) -> String {
    let runs = counted.iter().map(|(_, counts)| counts.runs);
    let (least, most) = (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0));
    let error = |share: f64| 200.0 * (share * (1.0 - share) / f64::from(least.max(1))).sqrt();
    format!(
        "{least} to {most} tests per cell (two Monte Carlo errors at {least}: {:.1} at 5 %, {:.1} at 80 %).",
        error(0.05),
        error(0.8)
    )
}

fn percent(part: u32, of: u32) -> String {
    if of == 0 { "–".into() } else { format!("{:.1}", 100.0 * f64::from(part) / f64::from(of)) }
}
