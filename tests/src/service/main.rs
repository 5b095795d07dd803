//! Tests of all handlers in one process, on a bench with an embedded DynamoDB, without a network.
//!
//! A test belongs here if it concerns every operation. A test of one operation is next to its handler.

#![expect(clippy::unwrap_used, reason = "a failed setup is a failed test")]

mod crm;
mod crm_journey;
mod functions;
mod ground;
mod recipes;
mod screened;
mod statuses;
mod users;
