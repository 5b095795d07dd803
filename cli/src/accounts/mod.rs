//! `bellwether accounts`: the accounts of a workspace and their ids.

mod check;

use clap::Subcommand;

use crate::{Failure, import};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reports which stored ids this version would no longer give.
    Check(check::Options),
    #[expect(missing_docs, reason = "the options have the description that the command shows")]
    Import(import::accounts::Import),
}

/// Runs a command about accounts.
///
/// # Errors
/// Those of the command.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Check(options) => check::run(options),
        Command::Import(options) => import::accounts::run(options),
    }
}
