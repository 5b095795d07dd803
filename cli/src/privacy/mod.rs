//! `bellwether privacy`: requests the data of accounts or their erasure, and verifies receipts.

mod request;
mod verify;

use clap::{Args, Subcommand};

use crate::Failure;

/// Requests the data of accounts, or their erasure.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether privacy access acme.com --reason \"Ticket 4711\"
  bellwether privacy erase acme.com --reason \"Ticket 4711\" > receipt.txt
  bellwether privacy verify receipt.txt
  bellwether privacy reapply --reason \"Restored the table events\"")]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Prints everything that is stored about accounts, one JSON object a line.
    Access(request::Accounts),
    /// Erases accounts, waits until nothing is left, and prints the receipt.
    Erase(request::Accounts),
    /// Erases again what was erased before, after a table was restored from a backup.
    Reapply(request::Everything),
    /// Verifies a receipt and prints its content.
    Verify(verify::Options),
}

/// Runs the action.
///
/// # Errors
/// When the server cannot be reached or rejects the caller, or a receipt is not valid.
pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.action {
        Action::Access(accounts) => request::access(accounts),
        Action::Erase(accounts) => request::erase(accounts),
        Action::Reapply(everything) => request::reapply(everything),
        Action::Verify(options) => verify::run(options),
    }
}
