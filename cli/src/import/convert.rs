//! `bellwether convert`: sends a file of outcomes.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::Common;
use super::file;
use super::file::columns::Columns;
use super::line::derived::Ids;
use super::line::number::Numbers;
use super::line::outcome::{FIELDS, Outcomes};
use super::moves::Recorded;
use super::overview::Overview;
use super::plan::Plan;
use super::recorded::Journal;
use super::send::{self, Kind};
use crate::Failure;
use crate::text::count;

const KIND: Kind = Kind { name: "conversions", request: "events", path: None, judge };

/// Sends outcomes from a CSV file to a test, for example an export of a CRM.
///
/// The fields of an outcome are `unit_id`, `goal`, `event_id`, `version`, `void`, `value` and `occurred_at`. Each is a column, found by its name
/// or specified with --column. What was found is shown before anything is sent; --dry-run shows it and sends nothing.
///
/// An outcome is recorded once for its unit, goal and `event_id`, so you can repeat the command, also after it was
/// interrupted: the lines that were taken are recognized. Without a column for the `event_id`, it is derived from the unit,
/// goal, value and time. Two lines that are equal in these are then one outcome, in one file or in two. With
/// --count-equal-lines, the second such line of the file is another outcome, and so on.
///
/// A line with a higher version, such as the time of the last change in a CRM, replaces the outcome, and one that is void
/// removes it.
///
/// An outcome that an earlier file had for another account or goal is removed there and recorded anew. For that, the ids are
/// kept in TEST.recorded.jsonl next to the file; if an `event_id` of the file stands for several accounts or goals, nothing is
/// moved.
///
/// Numbers are read as the column shows: 1234.56, 1,234.56 or 1.234,56. --decimals chooses the mark. Times are
/// 2026-11-21T10:00:00+01:00, or without the offset together with --timezone. A date alone is that day in the test's time
/// zone. Without a time, the outcome occurs when it is sent.
///
/// Exit codes: 0 all lines taken, 1 failed, 2 wrong arguments or an unreadable file, 3 some lines not taken.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether convert pricing-page --csv outcomes.csv --dry-run
  bellwether convert pricing-page --csv pipeline.csv --goal pipeline --column unit_id=Domain --column value=\"Amount (EUR)\"
  bellwether convert pricing-page --csv visits.csv --goal visits --timezone Europe/Berlin --count-equal-lines")]
pub struct Options {
    #[command(flatten)]
    common: Common,

    /// The goal of all lines, if the file has no column for it
    #[arg(long, value_name = "KEY")]
    goal: Option<String>,

    /// The file with what earlier imports recorded [default: TEST.recorded.jsonl next to the file]
    #[arg(long, value_name = "FILE")]
    recorded: Option<PathBuf>,

    /// Count each of several equal lines; without a column for the `event_id`
    #[arg(long)]
    count_equal_lines: bool,
}

/// Sends the outcomes.
///
/// # Errors
/// When a line was not taken.
pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let zone = common.zone()?;
    let file::Opened { encoding, separator, records } = file::open(common)?;
    let columns = Columns::of(&FIELDS, &records.header, &common.columns)?;
    require(options, &columns)?;
    let numbers = common.numbers(&records, &columns, "value");
    let overview = Overview {
        file: &common.file_name(),
        encoding,
        separator,
        records: &records,
        columns: &columns,
        fields: &FIELDS,
        notes: &notes(options, &columns, numbers),
        others: &[],
    };
    eprint!("{}", overview.text());
    let mut outcomes = Outcomes {
        columns: &columns,
        goal: options.goal.as_deref(),
        zone: zone.as_ref(),
        lowercase: common.lowercase_units,
        ids: Ids::new(options.count_equal_lines),
        numbers,
    };
    let mut plan = Plan::of(&records, |row| outcomes.item(&row.cells));
    let journal = options.journal(&columns)?.and_then(|mut journal| {
        let moves = journal.extend(&mut plan, columns.place("goal").is_some());
        eprint!("{}", moves_note(moves, plan.moved));
        moves.then_some(journal)
    });
    let Some(journal) = journal.filter(|_| !common.dry_run) else {
        return send::run(common, &KIND, &records, plan, |_, _, _| {});
    };
    journal.write()?;
    let mut removed = Vec::new();
    let sent = send::run(common, &KIND, &records, plan, |_, item, _| removed.extend(Recorded::removed(item)));
    journal.acknowledge(&removed).and(sent)
}

impl Options {
    /// Opens the file with what was recorded. None if ids are derived, because a derived id belongs to its account and goal,
    /// or if there is no place for the file.
    fn journal(&self, columns: &Columns) -> Result<Option<Journal>, Failure> {
        let default = || {
            let name = format!("{}.recorded.jsonl", self.common.test);
            (!self.common.is_standard_input()).then(|| self.common.csv.with_file_name(name))
        };
        let path = self.recorded.clone().or_else(default);
        path.filter(|_| columns.place("event_id").is_some()).map(Journal::open).transpose()
    }
}

fn moves_note(are_noticed: bool, moved: u64) -> String {
    match (are_noticed, moved) {
        (false, _) => {
            "  moves        not noticed: an event_id stands for several accounts or goals\n".to_owned()
        }
        (true, 0) => String::new(),
        (true, moved) => {
            format!("  moves        {} outcomes are removed from another account or goal\n", count(moved))
        }
    }
}

fn require(options: &Options, columns: &Columns) -> Result<(), Failure> {
    super::require_unit(columns)?;
    if options.goal.is_none() && columns.place("goal").is_none() {
        return Err(Failure::usage(
            "no column is the goal; specify one goal for all lines with --goal, or the column with --column goal=HEADER",
        ));
    }
    if options.goal.is_some() && options.common.columns.iter().any(|pair| pair.starts_with("goal=")) {
        return Err(Failure::usage("specify either --goal or --column goal=HEADER, not both"));
    }
    if options.count_equal_lines && columns.place("event_id").is_some() {
        return Err(Failure::usage(
            "--count-equal-lines does not apply: the file has a column for the event_id",
        ));
    }
    Ok(())
}

fn notes(options: &Options, columns: &Columns, numbers: Numbers) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if options.common.lowercase_units {
        notes.push(("unit_id", "in lower case".to_owned()));
    }
    if let Some(goal) = &options.goal {
        notes.push(("goal", format!("{} for every line", crate::text::printable(goal))));
    }
    if columns.place("event_id").is_none() {
        let equal =
            if options.count_equal_lines { "each equal line counts" } else { "equal lines count once" };
        notes.push(("event_id", format!("derived from unit_id, goal, value and occurred_at; {equal}")));
    }
    if let Some(note) = numbers.note() {
        notes.push(("value", note.to_owned()));
    }
    let time = match (columns.place("occurred_at"), &options.common.timezone) {
        (None, _) => "the time at which the line is sent".to_owned(),
        (Some(_), None) => "a date without a time is that day in the test's time zone".to_owned(),
        (Some(_), Some(zone)) => {
            let zone = crate::text::printable(zone);
            format!("times without an offset are in {zone}; a date is that day in the test's time zone")
        }
    };
    notes.push(("occurred_at", time));
    notes
}

#[expect(clippy::unnecessary_wraps, reason = "a unit can be refused by its answer, an outcome cannot")]
fn judge(item: &Value, answer: &Value) -> Result<String, String> {
    if item.get("void") == Some(&Value::Bool(true)) {
        return Ok("removed".to_owned());
    }
    let duplicate = answer.get("duplicate").and_then(Value::as_bool).unwrap_or_default();
    Ok(if duplicate { "already recorded" } else { "new" }.to_owned())
}
