//! Sends privacy requests and follows them to their end.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::Failure;
use crate::account::ServerOption;
use crate::client::Client;
use crate::text::{printable_json, show};

/// How often a pending request is read again.
const PAUSE: Duration = Duration::from_secs(5);

/// Accounts and the reason of a request.
#[derive(Debug, Clone, Args)]
pub struct Accounts {
    /// The ids of the accounts, at most 100
    #[arg(required = true, value_name = "UNIT")]
    units: Vec<String>,

    #[command(flatten)]
    everything: Everything,
}

/// The reason of a request.
#[derive(Debug, Clone, Args)]
pub struct Everything {
    #[command(flatten)]
    server: ServerOption,

    /// Why, for example the number of a ticket; it is kept, so it must not contain the id of an account
    #[arg(long)]
    reason: String,

    /// How many minutes to wait for the end of an erasure
    #[arg(long, default_value_t = 15, value_name = "MINUTES")]
    wait: u64,
}

/// Prints everything that is stored about accounts.
///
/// # Errors
/// When the server cannot be reached, or rejects the request.
pub fn access(accounts: &Accounts) -> Result<(), Failure> {
    let client = Client::find(accounts.everything.server.server.as_deref())?;
    let id = send(&client, "access", &accounts.units, &accounts.everything.reason)?;
    let mut query = String::new();
    loop {
        let page = client.call("GET", &format!("/privacy/requests/{id}{query}"), None)?;
        for item in page["data"].as_array().into_iter().flatten() {
            show(&(printable_json(item) + "\n"))?;
        }
        let Some(next) = page["next"].as_str() else { return Ok(()) };
        let pair = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        query = format!("?{pair}");
    }
}

/// Erases accounts and prints the receipt.
///
/// # Errors
/// When the server cannot be reached or rejects the request, or the erasure does not end in time.
pub fn erase(accounts: &Accounts) -> Result<(), Failure> {
    let client = Client::find(accounts.everything.server.server.as_deref())?;
    let id = send(&client, "erasure", &accounts.units, &accounts.everything.reason)?;
    receipt(&client, &id, accounts.everything.wait)
}

/// Erases again what was erased before, and prints the receipt.
///
/// # Errors
/// Those of [`erase`].
pub fn reapply(everything: &Everything) -> Result<(), Failure> {
    let client = Client::find(everything.server.server.as_deref())?;
    let id = send(&client, "reapply", &[], &everything.reason)?;
    receipt(&client, &id, everything.wait)
}

fn send(client: &Client, kind: &str, units: &[String], reason: &str) -> Result<String, Failure> {
    let body = json!({ "type": kind, "units": units, "reason": reason });
    let stored = client.call("POST", "/privacy/requests", Some(&body))?;
    let id = stored["request_id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Failure::new(format!("the answer of {} contains no request_id", client.address())))
}

fn receipt(client: &Client, id: &str, minutes: u64) -> Result<(), Failure> {
    eprintln!("request {id} is stored; erasing takes a few minutes");
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    loop {
        let request: Value = client.call("GET", &format!("/privacy/requests/{id}"), None)?;
        if let Some(receipt) = request["receipt"].as_str() {
            return show(&format!("{receipt}\n"));
        }
        if Instant::now() + PAUSE > until {
            return Err(Failure::new(format!(
                "request {id} has not ended after {minutes} minutes; run the same command again to wait for it"
            )));
        }
        std::thread::sleep(PAUSE);
    }
}
