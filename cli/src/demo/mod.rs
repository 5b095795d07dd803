//! `bellwether demo` and `bellwether demo-trial`: replay data to a server and print the results.
//!
//! [`draw`] is the source of chance, [`simulation`] generates a campaign, [`expected`] compares what was sent with what the
//! server counted. These three are pure.

pub mod campaign;
mod draw;
mod expected;
mod simulation;
pub mod trial;

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::client::Client;
use crate::import::delivery::{Fate, News, Route, deliver};
use crate::results::report::{Goal, Report};
use crate::results::table;
use crate::text::show;

/// Prints the name of the next step.
fn step(text: &str) -> Result<(), Failure> {
    show(&format!("==> {text}\n"))
}

/// Sends all items, one request at a time, and returns the answers in their order. An item that is not taken is an error.
fn send(
    client: &Client,
    test: &str,
    name: &'static str,
    request: &'static str,
    items: &[Value],
) -> Result<Vec<Value>, Failure> {
    let path = format!("/tests/{test}/{name}");
    let route = Route { path, request, answer: name, concurrency: 1, retry_for: Duration::from_mins(1) };
    let mut answers = vec![Value::Null; items.len()];
    let mut wrong: Option<String> = None;
    deliver(client, &route, items, |news| match news {
        News::Settled(index, Fate::Answered(answer)) => answers[index] = answer,
        News::Settled(index, Fate::Refused(why) | Fate::Unsent(why)) => {
            wrong.get_or_insert_with(|| format!("{}: {why}", items[index]["unit_id"]));
        }
        News::Waiting(why) => eprintln!("waiting for the server: {why}"),
    })?;
    wrong.map_or(Ok(answers), |why| Err(Failure::new(format!("{name}: {why}"))))
}

/// Creates and starts a test, unless it exists and runs. Returns it.
fn start(client: &Client, definition: &Value) -> Result<Value, Failure> {
    let test = client.call("POST", "/tests", Some(definition))?;
    if test["status"] != "running" {
        let path = format!("/tests/{}", definition["test_id"].as_str().unwrap_or_default());
        client.call("PATCH", &path, Some(&json!({ "revision": test["revision"], "status": "running" })))?;
    }
    Ok(test)
}

/// How long a demo waits for the second scheduled count, and how often it asks. The first one finds what has been sent,
/// and the second one that nothing more has arrived, which makes it an interim look.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(90), Duration::from_secs(2));

/// Counts the results of a test now, and returns them. Such a count is no interim look.
fn counted(client: &Client, test: &str) -> Result<Report, Failure> {
    read(client, &format!("/tests/{test}/results?fresh=true"))
}

/// Prints the results of the next interim look, or those of now if it does not come soon.
fn results(client: &Client, test: &str, now: &Report) -> Result<(), Failure> {
    step("waiting for two scheduled counts, the second of which decides; at most 90 s")?;
    let (longest, pause) = PATIENCE;
    let began = Instant::now();
    let path = format!("/tests/{test}/results");
    while began.elapsed() < longest {
        let report = read(client, &path)?;
        if report.as_of > now.as_of && report.goals.iter().any(Goal::is_looked_at) {
            step("results")?;
            return show(&table::text(&report));
        }
        std::thread::sleep(pause);
    }
    step("results, before an interim look")?;
    show(&table::text(now))?;
    show(&format!(
        "No interim look has been taken yet: the schedule takes one when two counts find the same. Later: bellwether results {test}\n"
    ))
}

fn read(client: &Client, path: &str) -> Result<Report, Failure> {
    let answer = client.call("GET", path, None)?;
    Report::deserialize(&answer)
        .map_err(|error| Failure::new(format!("the results have an unknown form: {error}")))
}
