//! Tests that operators must name a deployment, that a command prints the account, region and environment that it
//! affects, and that errors are one line. The Makefile and the scripts run with a `terraform` that the test supplies.

mod canaries;
mod help;
mod naming;
mod peers;
mod programs;
mod releasing;
mod scripts;
mod stages;
