//! Tests that the bodies in `openapi.yaml` match what the code accepts and returns.

mod accounts;
mod answers;
mod known_units;
mod parts;
mod plans;
mod samples;
mod tests;
mod trying;
mod units;
mod workspaces;
