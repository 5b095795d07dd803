//! Sends a plan and reports what became of each line.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::delivery::{self, Fate, News, Route, batches};
use super::file::records::Records;
use super::options::Common;
use super::plan::Plan;
use super::progress::Progress;
use super::report;
use super::tally::Tally;
use crate::Failure;
use crate::client::Client;
use crate::path::segment;
use crate::text::{count, printable_json, show};

/// What is sent.
pub struct Kind {
    /// The plural for messages, which is also the last part of the path and the member of the answer.
    pub name: &'static str,
    /// The member of the request.
    pub request: &'static str,
    /// The path, for items that do not belong to a test.
    pub path: Option<&'static str>,
    /// How an item was taken, or why it was not.
    pub judge: fn(item: &Value, answer: &Value) -> Result<String, String>,
}

/// Sends the plan, unless this is a dry run. `answered` gets the place of a line, the item that was sent, and its answer.
///
/// # Errors
/// When a line was not taken.
pub fn run(
    options: &Common,
    kind: &Kind,
    records: &Records,
    plan: Plan,
    mut answered: impl FnMut(usize, &Value, &Value),
) -> Result<(), Failure> {
    let report = options.report_path()?;
    let Plan { items, rows, refused, repeated, moved: _ } = plan;
    let mut tally = Tally { not_taken: refused, repeated, ..Tally::default() };
    if options.dry_run {
        show(&preview(kind, &items))?;
        return conclude(records, tally, &report, None);
    }
    let client = Client::find(options.server.server.as_deref())?;
    let route = route(options, kind);
    let mut progress = Progress::start(kind.name, items.len() as u64);
    let delivered = delivery::deliver(&client, &route, &items, |news| match news {
        News::Waiting(why) => progress.wait(&why),
        News::Settled(index, fate) => {
            progress.advance();
            let place = rows[index];
            let judged = match fate {
                Fate::Answered(answer) => {
                    answered(place, &items[index], &answer);
                    (kind.judge)(&items[index], &answer)
                }
                Fate::Refused(why) | Fate::Unsent(why) => Err(why),
            };
            match judged {
                Ok(how) => tally.take(how),
                Err(why) => tally.not_taken.push((place, why)),
            }
        }
    });
    progress.finish();
    let shown = show(&tally.summary());
    conclude(records, tally, &report, delivered.err()).and(shown)
}

fn route(options: &Common, kind: &Kind) -> Route {
    Route {
        path: kind
            .path
            .map_or_else(|| format!("/tests/{}/{}", segment(&options.test), kind.name), str::to_owned),
        request: kind.request,
        answer: kind.name,
        concurrency: usize::from(options.concurrency),
        retry_for: Duration::from_secs(options.retry_for),
    }
}

/// Writes the report and returns the result of the command.
fn conclude(
    records: &Records,
    mut tally: Tally,
    report: &Path,
    stopped: Option<Failure>,
) -> Result<(), Failure> {
    report::write(report, records, &mut tally.not_taken)?;
    let (missing, path) = (tally.not_taken.len() as u64, report.display());
    if let Some(failure) = stopped {
        return Err(Failure::new(format!(
            "{failure}. {} lines were not taken; {path} lists them. To continue, repeat the command: lines that were \
             taken are recognized",
            count(missing)
        )));
    }
    if missing == 0 {
        return Ok(());
    }
    eprint!("{}", tally.reasons(records));
    Err(Failure::incomplete(format!(
        "{} of {} lines were not taken; {path} lists each with the reason. Correct these lines and send that file",
        count(missing),
        count(records.rows.len() as u64)
    )))
}

fn preview(kind: &Kind, items: &[Value]) -> String {
    let batches = batches::batches(items);
    let first = items.first().map_or_else(String::new, |first| {
        format!("the first request begins with:\n{}\n", printable_json(&json!({ kind.request: [first] })))
    });
    format!(
        "{first}dry run: {} {} in {} requests; nothing was sent\n",
        count(items.len() as u64),
        kind.name,
        count(batches.len() as u64)
    )
}
