//! `bellwether assign`: assigns the accounts of a file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::Common;
use super::file::columns::Columns;
use super::file::{self, records::Records};
use super::line::attribute::Attribute;
use super::line::number::Numbers;
use super::line::unit::{FIELDS, Units};
use super::overview::Overview;
use super::plan::Plan;
use super::send::{self, Kind};
use crate::Failure;
use crate::text::printable;

const KIND: Kind = Kind { name: "assignments", request: "units", path: None, judge };

/// Assigns the accounts of a CSV file to the variants of a test.
///
/// The fields of a unit are `unit_id`, `covariate`, and for an external test `variant` and `assigned_at`. Each is a column,
/// found by its name or specified with --column. Attributes for targeting and segments are columns that --attribute names.
/// What was found is shown before anything is sent; --dry-run shows it and sends nothing.
///
/// A unit keeps its first variant, so you can repeat the command, also after it was interrupted. Two lines of one unit with
/// other values are an error of the second line.
///
/// Numbers have a point before their decimals and no separator of thousands: 1234.56. An attribute without a type is a
/// number or a boolean if the cell is one, and otherwise text; 01234 is text.
///
/// Exit codes: 0 all lines taken, 1 failed, 2 wrong arguments or an unreadable file, 3 some lines not taken. A unit that the
/// test excludes, for example by its targeting, is taken: its answer is that it takes no part.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether assign pricing-page --csv accounts.csv --dry-run
  bellwether assign pricing-page --csv accounts.csv --attribute industry --attribute employees:number=\"No. of employees\"
  bellwether assign mail-subject --csv sent.csv --column unit_id=Domain --column variant=Mail --variants variants.csv")]
pub struct Options {
    #[command(flatten)]
    common: Common,

    /// Send this column as an attribute; can be repeated. TYPE is text, number or boolean
    #[arg(long = "attribute", value_name = "NAME[:TYPE][=HEADER]")]
    attributes: Vec<String>,

    /// Write the variant of each unit to this CSV file
    #[arg(long, value_name = "FILE")]
    variants: Option<PathBuf>,
}

/// Assigns the units.
///
/// # Errors
/// When a line was not taken.
pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let zone = common.zone()?;
    let file::Opened { encoding, separator, records } = file::open(common)?;
    let columns = Columns::of(&FIELDS, &records.header, &common.columns)?;
    super::require_unit(&columns)?;
    let attributes = options.attributes.iter().map(|option| Attribute::parse(option, &columns));
    let attributes: Vec<Attribute> = attributes.collect::<Result<_, _>>()?;
    let others: Vec<_> = attributes.iter().map(|own| (own.place, printable(&own.name))).collect();
    let numbers = common.numbers(&records, &columns, "covariate");
    let overview = Overview {
        file: &common.file_name(),
        encoding,
        separator,
        records: &records,
        columns: &columns,
        fields: &FIELDS,
        notes: &notes(options, &columns, numbers),
        others: &others,
    };
    eprint!("{}", overview.text());
    let units = Units {
        columns: &columns,
        attributes: &attributes,
        zone: zone.as_ref(),
        lowercase: common.lowercase_units,
        numbers,
    };
    let plan = Plan::of(&records, |row| units.item(&row.cells));
    let mut answers = Vec::new();
    let sent =
        send::run(common, &KIND, &records, plan, |place, _, answer| answers.push((place, answer.clone())));
    match &options.variants {
        Some(path) if !common.dry_run => write(path, &records, answers).and(sent),
        _ => sent,
    }
}

fn notes(options: &Options, columns: &Columns, numbers: Numbers) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if options.common.lowercase_units {
        notes.push(("unit_id", "in lower case".to_owned()));
    }
    if let Some(note) = numbers.note() {
        notes.push(("covariate", note.to_owned()));
    }
    if columns.place("assigned_at").is_some() {
        let zone = options.common.timezone.as_deref().map_or("the test's time zone".to_owned(), printable);
        notes.push(("assigned_at", format!("a date without a time is its beginning in {zone}")));
    }
    notes
}

fn judge(item: &Value, answer: &Value) -> Result<String, String> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    if answer.get("conflict") == Some(&Value::Bool(true)) {
        let sent = item.get("variant").and_then(Value::as_str).unwrap_or_default();
        let stored = text("variant").unwrap_or_default();
        return Err(format!("the unit is already assigned to {stored}, and the line has {sent}"));
    }
    let new = answer.get("new").and_then(Value::as_bool).unwrap_or_default();
    match text("reason") {
        Some("assigned") if new => Ok("new".to_owned()),
        Some("assigned") => Ok("already assigned".to_owned()),
        Some("not_running") => Err("the test is not running; start it first".to_owned()),
        Some("enrolment_closed") => {
            Err("the test assigns no new accounts: its enrolment is closed".to_owned())
        }
        Some(reason) => Ok(printable(&reason.replace('_', " "))),
        None => Err("the answer contains no reason".to_owned()),
    }
}

/// Writes the variants in the order of the file.
fn write(path: &Path, records: &Records, mut answers: Vec<(usize, Value)>) -> Result<(), Failure> {
    answers.sort_by_key(|(place, _)| *place);
    let written = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(path)?;
        writer.write_record(["line", "unit_id", "variant", "reason"])?;
        for (place, answer) in &answers {
            let text =
                |name: &str| answer.get(name).and_then(Value::as_str).map(printable).unwrap_or_default();
            let line = records.rows[*place].line.to_string();
            writer.write_record([line, text("unit_id"), text("variant"), text("reason")])?;
        }
        Ok(writer.flush()?)
    };
    written().map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::judge;

    #[test]
    fn a_unit_is_taken_unless_it_got_another_variant_or_the_test_takes_none() {
        let of = |answer: Value| judge(&json!({ "unit_id": "a", "variant": "b" }), &answer);
        assert_eq!(of(json!({ "reason": "assigned", "new": true })).unwrap(), "new");
        assert_eq!(of(json!({ "reason": "assigned", "new": false })).unwrap(), "already assigned");
        assert_eq!(of(json!({ "reason": "not_targeted", "new": false })).unwrap(), "not targeted");
        assert!(of(json!({ "reason": "not_running" })).unwrap_err().contains("not running"));
        assert!(of(json!({ "reason": "enrolment_closed" })).unwrap_err().contains("closed"));
        let conflict = of(json!({ "reason": "assigned", "variant": "control", "conflict": true }));
        assert_eq!(conflict.unwrap_err(), "the unit is already assigned to control, and the line has b");
    }
}
