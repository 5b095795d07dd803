//! The tables of what was counted.

use std::fmt::Write as _;

use super::cell::Cell;
use super::counts::{Counts, holds};
/// The counts of each cell.
pub type Counted = [(Cell, Counts)];
use crate::goals::SIZES;

/// Returns the table of the levels: a row for each scenario and weights, and a column for each size.
#[must_use]
pub fn levels(counted: &Counted) -> String {
    let mut text = String::from(
        "Decided by twice the plan in %: **re-randomization** / always-valid mixture. Two Monte Carlo errors of a \
         rate of 5 % are 4.4 with 100 tests, 3.1 with 200, 1.4 with 1,000 and 0.6 with 5,000. An asterisk marks more \
         than 5 % and three Monte Carlo errors.\n\n| scenario | weights |",
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
    text + &footer(counted)
}

/// Returns the rates over all scenarios with two arms, and the number of tests in each cell.
fn footer(counted: &Counted) -> String {
    let (mut rates, mut tests) =
        ("| all with two arms | |".to_owned(), "| tests in each cell | |".to_owned());
    for size in SIZES {
        let own = counted.iter().filter(|(cell, _)| cell.size == size);
        let mut sum = Counts::default();
        own.clone().filter(|(cell, _)| cell.weights.first.len() == 2).for_each(|(_, counts)| sum.add(counts));
        let runs = own.map(|(_, counts)| counts.runs);
        let (least, most) = (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0));
        let _ = write!(rates, " {} |", shares(&sum));
        let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let _ = write!(tests, " {range} |");
    }
    format!("{rates}\n{tests}\n")
}

fn level(cell: &Cell, counts: &Counts) -> String {
    if cell.weights.first.len() > 2 {
        return format!("**{}**{}", percent(counts.decided, counts.runs), mark(counts.holds()));
    }
    shares(counts)
}

fn shares(counts: &Counts) -> String {
    let [own, mixture] = [counts.decided, counts.mixture].map(|part| percent(part, counts.runs));
    format!("**{own}**{} / {mixture}{}", mark(counts.holds()), mark(counts.mixture_holds()))
}

fn mark(holds: bool) -> &'static str {
    if holds { "" } else { "*" }
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

/// Returns the table of tests that results decide: a row for each cell.
#[must_use]
pub fn results(counted: &Counted) -> String {
    let mut text = format!(
        "Verdicts that ship or stop by twice the plan, in %. {} *Differ* is the number of tests in which a stopped \
         history or a decision differs from the simulation.\n\n| scenario | weights | units | verdicts | differ \
         |\n|---|---|---|---|---|\n",
        repetitions(counted)
    );
    for (cell, counts) in counted {
        let _ = writeln!(
            text,
            "| {} | {} | 2 × {} | {} | {} |",
            cell.scenario.name,
            cell.weights.name,
            cell.size,
            percent(counts.decided, counts.runs),
            counts.differ,
        );
    }
    text
}

/// Returns the table of tests whose operator changes the weights: a row for each cell.
#[must_use]
pub fn stages(counted: &Counted) -> String {
    let mut text = format!(
        "Decided in %. {} Every fourth test is decided by the last two methods too. An asterisk marks more than 5 % and \
         three Monte Carlo errors.\n\n| scenario | units | lift | \
         by the plan | **by twice the plan** | all units drawn as one | boundary of Brownian motion | information \
         |\n|{}\n",
        repetitions(counted),
        "---|".repeat(8)
    );
    for (cell, counts) in counted {
        let is_level = cell.lift().abs() <= 0.0;
        let of =
            |part: u32, runs: u32| format!("{}{}", percent(part, runs), mark(!is_level || holds(part, runs)));
        let share = |part: u32| of(part, counts.runs);
        let _ = writeln!(
            text,
            "| {} | 2 × {} | {:.2} | {} | **{}** | {} | {} | {:.2} |",
            cell.scenario.name,
            cell.size,
            cell.lift(),
            share(counts.by_plan),
            share(counts.decided),
            of(counts.pooled, counts.compared),
            of(counts.normal, counts.compared),
            counts.information / f64::from(counts.runs.max(1)),
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
