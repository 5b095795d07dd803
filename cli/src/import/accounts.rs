//! `bellwether accounts import`: creates and changes the accounts of a file in the directory.

use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Value, json};

use super::file;
use super::file::columns::Columns;
use super::file::records::Records;
use super::infer::notation::Notation;
use super::infer::{Column, Kind as CellKind};
use super::line::account::{Accounts, Attribute, FIELDS};
use super::overview::Overview;
use super::plan::Plan;
use super::send::{self, Kind};
use super::{Common, require_unit};
use crate::Failure;
use crate::account::ServerOption;
use crate::text::printable;

const KIND: Kind = Kind { name: "accounts", request: "accounts", path: Some("/accounts"), judge };

/// Creates and changes the accounts of a CSV file in the directory.
///
/// The fields of an account are `unit_id`, `parent` and `covariate`. Each is a column, found by its name or specified with
/// --column. Aliases are columns that --alias names, and attributes are columns that --attribute names; no other column is
/// sent. What was found is shown before anything is sent, with the type of each column; --dry-run shows it and sends nothing.
///
/// A column of attributes has one type. If at least 80 % of its cells are numbers, it is a column of numbers, and its other
/// cells are left as text. Thousands can be separated by spaces, apostrophes, and commas or points. Digits with a zero in
/// front are codes, and stay text.
///
/// Lines are sent in their order. Accounts are created first, and then their parents are set. An account that exists already
/// is changed, so you can repeat the command, also after it was interrupted.
///
/// Exit codes: 0 all lines taken, 1 failed, 2 wrong arguments or an unreadable file, 3 some lines not taken.
#[derive(Debug, Clone, Parser)]
#[command(after_help = "Examples:
  bellwether accounts import crm.csv --dry-run
  bellwether accounts import crm.csv --alias \"Salesforce Id\" --attribute industry=Industry --attribute employees=Employees
  bellwether accounts import crm.csv --column unit_id=Website --all-attributes --results imported.csv")]
pub struct Import {
    /// The CSV file, with a header line; `-` is the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    server: ServerOption,

    /// Use this column for a field; can be repeated [default: by the names in the header]
    #[arg(long = "column", value_name = "FIELD=HEADER")]
    columns: Vec<String>,

    /// Send this column as an alias; can be repeated
    #[arg(long = "alias", value_name = "HEADER")]
    aliases: Vec<String>,

    /// Send this column as an attribute; can be repeated. TYPE is text [default: found from the cells]
    #[arg(long = "attribute", value_name = "NAME[:text][=HEADER]")]
    attributes: Vec<String>,

    /// Send every other column as an attribute with the name of the column
    #[arg(long)]
    all_attributes: bool,

    /// The character before the decimals of numbers [default: found from the cells of each column]
    #[arg(long, value_enum)]
    decimal: Option<Notation>,

    /// The character between columns, or `tab` [default: found in the header line]
    #[arg(long, value_name = "CHARACTER")]
    separator: Option<String>,

    /// The encoding of the file, such as windows-1252 [default: UTF-8, or UTF-16 with a byte order mark]
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,

    /// Read and check the file, show the first request, and send nothing
    #[arg(long)]
    dry_run: bool,

    /// Write what became of each line to this CSV file
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,

    /// The CSV file for the lines that were not taken [default: FILE.not-taken.csv next to the file]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The seconds for which a batch is sent again while the server is busy or does not answer
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    retry_for: u64,
}

impl Import {
    /// Reads the arguments after `bellwether accounts`.
    ///
    /// # Errors
    /// When they are wrong.
    pub fn of_arguments(arguments: &[&str]) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments)
    }

    /// The options that all files have. Requests are sent one after the other, so that lines keep their order.
    fn common(&self) -> Common {
        Common {
            test: String::new(),
            server: self.server.clone(),
            csv: self.file.clone(),
            columns: self.columns.clone(),
            separator: self.separator.clone(),
            encoding: self.encoding.clone(),
            timezone: None,
            decimals: None,
            lowercase_units: false,
            dry_run: self.dry_run,
            report: self.report.clone(),
            concurrency: 1,
            retry_for: self.retry_for,
        }
    }
}

/// A file that was read, and what is sent of it.
pub struct Prepared {
    /// The lines.
    pub records: Records,
    /// What is sent.
    pub plan: Plan,
    /// What is shown before anything is sent.
    pub overview: String,
}

/// Imports the accounts.
///
/// # Errors
/// When a line was not taken.
pub fn run(options: &Import) -> Result<(), Failure> {
    let Prepared { records, plan, overview } = prepared(options)?;
    eprint!("{overview}");
    let (common, mut answers) = (options.common(), Vec::new());
    let sent =
        send::run(&common, &KIND, &records, plan, |place, _, answer| answers.push((place, answer.clone())));
    match &options.results {
        Some(path) if !common.dry_run => write(path, &records, answers).and(sent),
        _ => sent,
    }
}

/// Reads the file and decides what is sent.
///
/// # Errors
/// When the file cannot be read, a column does not exist, or the numbers of a column are ambiguous.
pub fn prepared(options: &Import) -> Result<Prepared, Failure> {
    let common = options.common();
    let file::Opened { encoding, separator, records } = file::open(&common)?;
    let columns = Columns::of(&FIELDS, &records.header, &common.columns)?;
    require_unit(&columns)?;
    let aliases: Vec<usize> =
        options.aliases.iter().map(|header| columns.find(header)).collect::<Result<_, _>>()?;
    let attributes = attributes(options, &columns, &aliases, &records)?;
    let typed =
        |own: &Attribute| (own.place, format!("{:<12} {};", printable(&own.name), own.column.description()));
    let others: Vec<_> = aliases
        .iter()
        .map(|place| (*place, "alias".to_owned()))
        .chain(attributes.iter().map(typed))
        .collect();
    let overview = Overview {
        file: &common.file_name(),
        encoding,
        separator,
        records: &records,
        columns: &columns,
        fields: &FIELDS,
        notes: &[],
        others: &others,
    };
    let overview = overview.text();
    let notation = options.decimal.unwrap_or(Notation::Point);
    let accounts = Accounts { columns: &columns, aliases: &aliases, attributes: &attributes, notation };
    let plan = parents_last(Plan::of(&records, |row| accounts.item(&row.cells)));
    Ok(Prepared { records, plan, overview })
}

/// The attributes that the options name, and all other columns if they are wanted.
fn attributes(
    options: &Import,
    columns: &Columns,
    aliases: &[usize],
    records: &Records,
) -> Result<Vec<Attribute>, Failure> {
    let cells = |place: usize| {
        records
            .rows
            .iter()
            .filter(|row| row.problem.is_none())
            .filter_map(move |row| Some(row.cells.get(place)?.as_str()))
    };
    let mut found: Vec<Attribute> = Vec::new();
    for option in &options.attributes {
        let (left, header) = option.split_once('=').map_or((option.as_str(), None), |(l, h)| (l, Some(h)));
        let (name, is_text) = left.strip_suffix(":text").map_or((left, false), |name| (name, true));
        let place = columns.find(header.unwrap_or(name))?;
        let column = if is_text {
            let filled = cells(place).filter(|cell| !cell.is_empty()).count();
            Column { kind: CellKind::Text, filled, others: 0 }
        } else {
            Column::of(&printable(name), cells(place), options.decimal)?
        };
        found.push(Attribute { name: name.to_owned(), place, column });
    }
    if options.all_attributes {
        for (place, header) in records.header.iter().enumerate() {
            let is_used = aliases.contains(&place) || found.iter().any(|own| own.place == place);
            if !is_used && !columns.is_field(place) && !header.is_empty() {
                let column = Column::of(&printable(header), cells(place), options.decimal)?;
                found.push(Attribute { name: header.clone(), place, column });
            }
        }
    }
    Ok(found)
}

/// Sends parents after all accounts, because a parent can be a later line.
fn parents_last(mut plan: Plan) -> Plan {
    for index in 0..plan.items.len() {
        let Some(own) = plan.items[index].as_object_mut() else { continue };
        let (parent, unit) = (own.remove("parent"), own.get("unit_id").cloned());
        if let (Some(parent), Some(unit)) = (parent, unit) {
            plan.items.push(json!({ "unit_id": unit, "parent": parent }));
            plan.rows.push(plan.rows[index]);
        }
    }
    plan
}

fn judge(item: &Value, answer: &Value) -> Result<String, String> {
    let is_parent = item.get("parent").is_some();
    match answer.get("outcome").and_then(Value::as_str) {
        Some(outcome @ ("created" | "changed" | "unchanged")) if is_parent => {
            Ok(format!("parents {outcome}"))
        }
        Some(outcome @ ("created" | "changed" | "unchanged")) => Ok(outcome.to_owned()),
        _ => Err("the answer does not say what became of the account".to_owned()),
    }
}

/// Writes what became of each line that was taken, in the order of the file.
fn write(path: &Path, records: &Records, mut answers: Vec<(usize, Value)>) -> Result<(), Failure> {
    answers.sort_by_key(|(place, _)| *place);
    answers.dedup_by_key(|(place, _)| *place);
    let written = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(path)?;
        writer.write_record(["line", "unit_id", "outcome"])?;
        for (place, answer) in &answers {
            let text =
                |name: &str| answer.get(name).and_then(Value::as_str).map(printable).unwrap_or_default();
            let line = records.rows[*place].line.to_string();
            writer.write_record([line, text("unit_id"), text("outcome")])?;
        }
        Ok(writer.flush()?)
    };
    written().map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::super::file::records::read;
    use super::*;

    fn planned(text: &str, aliases: &[&str], attributes: &[&str]) -> Plan {
        let records = read(text, b';').unwrap();
        let columns = Columns::of(&FIELDS, &records.header, &[]).unwrap();
        let aliases: Vec<usize> = aliases.iter().map(|name| columns.find(name).unwrap()).collect();
        let options = Import::of(attributes);
        let attributes = super::attributes(&options, &columns, &aliases, &records).unwrap();
        let notation = Notation::Point;
        let accounts = Accounts { columns: &columns, aliases: &aliases, attributes: &attributes, notation };
        parents_last(Plan::of(&records, |row| accounts.item(&row.cells)))
    }

    impl Import {
        fn of(attributes: &[&str]) -> Self {
            Self {
                file: PathBuf::new(),
                server: ServerOption { server: None },
                columns: Vec::new(),
                aliases: Vec::new(),
                attributes: attributes.iter().map(|own| (*own).to_owned()).collect(),
                all_attributes: attributes.is_empty(),
                decimal: None,
                separator: None,
                encoding: None,
                dry_run: false,
                results: None,
                report: None,
                retry_for: 0,
            }
        }
    }

    #[test]
    fn a_line_is_an_account_with_its_aliases_and_typed_attributes_and_parents_come_last() {
        let text =
            "Domain;CRM;Employees;Postcode;Parent\nsub.com;7;1200;01234;acme.com\nacme.com;;250;50667;\n";
        let plan = planned(text, &["CRM"], &["employees=Employees", "postcode:text=Postcode"]);
        let expected = [
            json!({ "unit_id": "sub.com", "aliases": ["7"], "attributes": { "employees": 1200, "postcode": "01234" } }),
            json!({ "unit_id": "acme.com", "attributes": { "employees": 250, "postcode": "50667" } }),
            json!({ "unit_id": "sub.com", "parent": "acme.com" }),
        ];
        assert_eq!((plan.items, plan.rows), (expected.to_vec(), vec![0, 1, 0]));
    }

    #[test]
    fn every_other_column_can_be_an_attribute_and_lines_that_contradict_each_other_are_refused() {
        let text = "Domain;Industry;Note\na.com;software;x\na.com;software;x\na.com;retail;x\n;software;y\n";
        let plan = planned(text, &[], &[]);
        assert_eq!(
            plan.items,
            [json!({ "unit_id": "a.com", "attributes": { "Industry": "software", "Note": "x" } })]
        );
        assert_eq!(plan.repeated, 1);
        let reasons: Vec<_> = plan.refused.iter().map(|(_, why)| why.as_str()).collect();
        assert_eq!(reasons, ["line 2 has the same id with other values", "unit_id is empty"]);
    }

    #[test]
    fn the_outcome_of_an_account_and_of_its_parent_are_counted_apart() {
        let answer = json!({ "unit_id": "a", "outcome": "changed" });
        assert_eq!(judge(&json!({ "unit_id": "a" }), &answer).unwrap(), "changed");
        assert_eq!(judge(&json!({ "unit_id": "a", "parent": "b" }), &answer).unwrap(), "parents changed");
        assert!(judge(&json!({}), &json!({})).is_err());
    }
}
