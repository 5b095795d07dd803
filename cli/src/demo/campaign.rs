//! `bellwether demo`: simulates a campaign and compares the results with what was sent.

use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use super::draw::Draw;
use super::expected::Expected;
use super::simulation::{self, ACCOUNTS, Assigned, VARIANTS};
use crate::Failure;
use crate::account::ServerOption;
use crate::client::Client;
use crate::text::show;

/// Simulates a campaign of the last three months and compares the results with what was sent.
///
/// It creates a test, assigns 400 accounts with dates, and sends their outcomes in random order: one in five twice, some
/// late, and some that must not count. Needs a user with the role admin.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether demo
  bellwether demo --seed 7")]
pub struct Options {
    #[command(flatten)]
    server: ServerOption,

    /// The seed of the accounts' behaviour
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the simulation.
///
/// # Errors
/// When the server does not take something, or the results differ from what was sent.
pub fn run(options: &Options) -> Result<(), Failure> {
    let client = Client::find(options.server.server.as_deref())?;
    let mut draw = Draw::new(options.seed);
    let started = Timestamp::now();
    let test_id = format!("campaign-{}", started.strftime("%Y%m%d-%H%M%S"));
    super::step(&format!("simulating a campaign of {ACCOUNTS} accounts as the test {test_id}"))?;
    super::start(&client, &simulation::definition(&test_id))?;
    // The server keeps milliseconds, and the campaign whole seconds.
    let now = Timestamp::from_second(started.as_second()).unwrap_or(started);
    let accounts = simulation::accounts(&mut draw, now);
    let assigned = assign(&client, &test_id, &draw.repeated(accounts))?;
    let sent = simulation::outcomes(&mut draw, now, &assigned);
    let events: Vec<Value> = draw.repeated(sent.iter().map(|sent| sent.event.clone()).collect());
    let (late, timely) = events.split_at(events.len() / 10);
    super::send(&client, &test_id, "conversions", "events", timely)?;
    super::send(&client, &test_id, "conversions", "events", late)?;
    let report = super::counted(&client, &test_id)?;
    if let Some(difference) = Expected::of(&assigned, &sent).difference(&report) {
        return Err(Failure::new(format!("the results differ from what was sent: {difference}")));
    }
    super::results(&client, &test_id, &report)?;
    let rates = VARIANTS.map(|(key, rate, _)| format!("{key} {:.0} %", 100.0 * rate)).join(", ");
    show(&format!("\nEvery count matches what was sent. The true rates are: {rates}.\n"))
}

/// Assigns the accounts and returns those that take part.
fn assign(client: &Client, test_id: &str, accounts: &[Value]) -> Result<Assigned, Failure> {
    let answers = super::send(client, test_id, "assignments", "units", accounts)?;
    let mut assigned = BTreeMap::new();
    for (account, answer) in accounts.iter().zip(&answers) {
        let text = |name: &str| account[name].as_str().unwrap_or_default();
        let unit = text("unit_id");
        let Some(variant) = answer["variant"].as_str() else { continue };
        if variant != text("variant") {
            return Err(Failure::new(format!("{unit} was assigned to {variant} and not as it was sent")));
        }
        let at = text("assigned_at").parse().map_err(|error| Failure::new(format!("{unit}: {error}")))?;
        let key = VARIANTS.iter().map(|(key, ..)| *key).find(|key| *key == variant).unwrap_or_default();
        assigned.insert(unit.to_owned(), (key, at));
    }
    Ok(assigned)
}
