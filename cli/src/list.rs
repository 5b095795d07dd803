//! `bellwether tests`: lists the tests of the workspace.

use clap::{Args, ValueEnum};
use comfy_table::Table;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::account::ServerOption;
use crate::client::Client;
use crate::text::{count, lines, printable, printable_json, show};

/// Lists the tests of the workspace.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether tests
  bellwether tests --status running --json")]
pub struct Options {
    #[command(flatten)]
    server: ServerOption,

    /// Only tests with this status
    #[arg(long, value_enum)]
    status: Option<Status>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Draft,
    Running,
    Paused,
    Stopped,
    Shipped,
    Archived,
}

#[derive(Debug, Deserialize)]
struct Listed {
    test_id: String,
    name: String,
    status: String,
    updated_at: String,
}

/// Prints the tests.
///
/// # Errors
/// When the server cannot be reached, or rejects the caller.
pub fn run(options: &Options) -> Result<(), Failure> {
    let client = Client::find(options.server.server.as_deref())?;
    let tests = pages(&client, options.status)?;
    if options.json {
        return show(&(printable_json(&json!({ "tests": tests })) + "\n"));
    }
    let listed: Result<Vec<Listed>, _> = tests.into_iter().map(serde_json::from_value).collect();
    let listed =
        listed.map_err(|error| Failure::new(format!("the list of tests cannot be read: {error}")))?;
    show(&table(&listed))
}

fn pages(client: &Client, status: Option<Status>) -> Result<Vec<Value>, Failure> {
    let mut tests = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", "100");
        if let Some(status) = status.and_then(|status| status.to_possible_value()) {
            query.append_pair("status", status.get_name());
        }
        if let Some(next) = &next {
            query.append_pair("next", next);
        }
        let mut page = client.call("GET", &format!("/tests?{}", query.finish()), None)?;
        let Some(Value::Array(listed)) = page.get_mut("tests").map(Value::take) else {
            return Err(Failure::new(format!(
                "the answer of {} contains no list of tests",
                client.address()
            )));
        };
        tests.extend(listed);
        match page.get("next").and_then(Value::as_str) {
            Some(following) if next.as_deref() != Some(following) => next = Some(following.to_owned()),
            _ => return Ok(tests),
        }
    }
}

/// Draws the table.
fn table(tests: &[Listed]) -> String {
    if tests.is_empty() {
        return "no tests\n".to_owned();
    }
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["test", "status", "updated", "name"]);
    for test in tests {
        let updated = test.updated_at.get(..16).unwrap_or(&test.updated_at).replacen('T', " ", 1);
        table.add_row([&test.test_id, &test.status, &updated, &test.name].map(|text| printable(text)));
    }
    format!("{}\n{} tests, times in UTC\n", lines(&table, 0), count(tests.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::{Listed, table};

    #[test]
    fn tests_are_a_table_without_escapes_of_a_terminal() {
        let listed = |test_id: &str, name: &str| Listed {
            test_id: test_id.to_owned(),
            name: name.to_owned(),
            status: "running".to_owned(),
            updated_at: "2026-11-28T10:00:00.25Z".to_owned(),
        };
        let tests = [listed("pricing-page", "Pricing\u{1b}[2J"), listed("a", "Größe")];
        let expected = "\
test          status   updated           name
pricing-page  running  2026-11-28 10:00  Pricing\\u{1b}[2J
a             running  2026-11-28 10:00  Größe

2 tests, times in UTC
";
        assert_eq!(table(&tests), expected);
        assert_eq!(table(&[]), "no tests\n");
    }
}
