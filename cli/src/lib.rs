//! The command `bellwether`. Each subcommand has its own module: [`serve`] runs the whole service on this machine, and
//! the others use a server, on this machine or in AWS, through [`client`].
//!
//! A subcommand returns a [`Failure`] when it cannot continue. [`main`] prints it on one line and exits with its code.

pub mod account;
pub mod accounts;
pub mod client;
pub mod demo;
mod failure;
pub mod import;
pub mod list;
mod path;
pub mod privacy;
pub mod results;
pub mod serve;
mod text;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::Failure;

/// Account-based A/B testing in your own AWS account, or on this machine.
#[derive(Debug, Parser)]
#[command(name = "bellwether", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the whole service on this machine until Ctrl-C.
    Serve(serve::Options),
    /// Sets a new password for a user of a server on this machine, and prints it.
    ResetPassword(serve::reset_password::Options),
    Login(account::login::Options),
    Logout(account::logout::Options),
    Tests(list::Options),
    Results(results::Options),
    Assign(import::assign::Options),
    Convert(import::convert::Options),
    /// Works with the accounts of a workspace and their ids.
    #[command(subcommand)]
    Accounts(accounts::Command),
    Privacy(privacy::Options),
    Demo(demo::campaign::Options),
    DemoTrial(demo::trial::Options),
}

/// Reads the arguments and runs the subcommand in them.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::ResetPassword(options) => serve::reset_password::run(&options),
        Command::Login(options) => account::login::run(&options),
        Command::Logout(options) => account::logout::run(&options),
        Command::Tests(options) => list::run(&options),
        Command::Results(options) => results::run(&options),
        Command::Assign(options) => import::assign::run(&options),
        Command::Convert(options) => import::convert::run(&options),
        Command::Accounts(command) => accounts::run(&command),
        Command::Privacy(options) => privacy::run(&options),
        Command::Demo(options) => demo::campaign::run(&options),
        Command::DemoTrial(options) => demo::trial::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bellwether: {failure}");
            failure.code()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_declared_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
