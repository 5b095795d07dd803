//! `bellwether demo-trial`: replays a published randomized trial.

use std::collections::BTreeMap;

use clap::Args;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::account::ServerOption;
use crate::client::Client;
use crate::results::report::Report;
use crate::text::{count, show};

const TRIAL: &str = include_str!("../../../tests/cases/trial.csv");
const TEST: &str = "incentive-trial";
const GOAL: &str = "learned-result";

/// Replays a published randomized trial and compares the results with it.
///
/// The trial measured whether a cash incentive makes people fetch their test result, with 2,834 participants. Here it is an
/// external test: the data contain the variant of each participant. They have no dates, so the assignments are spread over a
/// month, from 90 days before the test was created, and the conversions over eight weeks after them. A second run changes
/// nothing: a participant keeps the variant, and a conversion is recognized by its `event_id`. Needs a user with the role
/// admin.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  bellwether demo-trial")]
pub struct Options {
    #[command(flatten)]
    server: ServerOption,
}

#[derive(Debug, Deserialize)]
struct Participant {
    unit_id: String,
    variant: String,
    converted: u8,
}

/// Replays the trial.
///
/// # Errors
/// When the server does not take something, or the results differ from the trial.
pub fn run(options: &Options) -> Result<(), Failure> {
    let client = Client::find(options.server.server.as_deref())?;
    let participants: Result<Vec<Participant>, _> =
        csv::Reader::from_reader(TRIAL.as_bytes()).deserialize().collect();
    let participants = participants
        .map_err(|error| Failure::new(format!("the data of the trial cannot be read: {error}")))?;
    super::step(&format!("replaying a published trial as the test {TEST}"))?;
    let test = super::start(&client, &definition())?;
    let created = test["created_at"].as_str().and_then(|at| at.get(..10)).and_then(|day| day.parse().ok());
    let created =
        created.ok_or_else(|| Failure::new("the answer contains no date on which the test was created"))?;
    let (assignments, conversions) = replay(&client, &participants, created)?;
    let (assignments, conversions) = (count(assignments), count(conversions));
    show(&format!("new in this run: {assignments} assignments, {conversions} conversions\n"))?;
    let report = super::counted(&client, TEST)?;
    check(&report, &participants)?;
    super::results(&client, TEST, &report)?;
    show("\nA second run changes nothing.\n")
}

fn definition() -> Value {
    json!({
        "test_id": TEST,
        "name": "Cash incentive to learn a test result",
        "hypothesis": "People who are offered cash fetch their test result more often.",
        "variants": [
            { "key": "control", "weight": 2198, "is_control": true, "parameters": {} },
            { "key": "incentive", "weight": 7802, "is_control": false, "parameters": {} },
        ],
        "coverage": 10000,
        "allocation": { "mode": "external" },
        "goals": [{ "key": GOAL, "kind": "binary", "role": "primary", "window_days": 60 }],
    })
}

/// Sends every assignment, then every conversion. Returns the number of new ones of each.
fn replay(client: &Client, participants: &[Participant], created: Date) -> Result<(u64, u64), Failure> {
    let units: Vec<Value> = (0_i64..)
        .zip(participants)
        .map(|(index, own)| {
            let at = assigned_on(created, index).to_string();
            json!({ "unit_id": own.unit_id, "variant": own.variant, "assigned_at": at })
        })
        .collect();
    let answers = super::send(client, TEST, "assignments", "units", &units)?;
    for (unit, answer) in units.iter().zip(&answers) {
        if answer["variant"] != unit["variant"] {
            return Err(Failure::new(format!(
                "{} is assigned to {} on the server, but to {} in the trial; start with an empty server",
                unit["unit_id"], answer["variant"], unit["variant"]
            )));
        }
    }
    let events: Vec<Value> = (0_i64..)
        .zip(participants)
        .filter(|(_, own)| own.converted == 1)
        .map(|(index, own)| {
            let at = moved(assigned_on(created, index), (index * 7 % 56).days()).to_string();
            let id = format!("trial-{}", own.unit_id);
            json!({ "unit_id": own.unit_id, "goal": GOAL, "event_id": id, "value": 1, "occurred_at": at })
        })
        .collect();
    let recorded = super::send(client, TEST, "conversions", "events", &events)?;
    let number = |answers: &[Value], name: &str, new: bool| {
        answers.iter().filter(|answer| answer[name] == json!(new)).count() as u64
    };
    Ok((number(&answers, "new", true), number(&recorded, "duplicate", false)))
}

fn assigned_on(created: Date, index: i64) -> Date {
    moved(created, (index % 30 - 90).days())
}

fn moved(date: Date, span: Span) -> Date {
    date.saturating_add(span)
}

fn check(report: &Report, participants: &[Participant]) -> Result<(), Failure> {
    let mut expected: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for own in participants {
        let arm = expected.entry(&own.variant).or_default();
        *arm = (arm.0 + 1, arm.1 + u64::from(own.converted));
    }
    let arms = report.goals.iter().filter(|goal| goal.goal == GOAL).flat_map(|goal| &goal.arms);
    let counted: BTreeMap<&str, (u64, u64)> =
        arms.map(|arm| (arm.variant.as_str(), (arm.units, arm.converted))).collect();
    if counted != expected {
        return Err(Failure::new(format!(
            "the results count (units, converted) {counted:?}, but the trial has {expected:?}"
        )));
    }
    Ok(())
}
