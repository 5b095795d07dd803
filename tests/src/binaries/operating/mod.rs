//! Whoever operates a deployment names it, hears which account, region and environment a command is about to touch,
//! and is told in one line what is missing. The makefile and the scripts run with a `terraform` of the test's own.

mod naming;
mod programs;
mod releasing;
mod scripts;
