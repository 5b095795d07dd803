//! All handlers in one process, on a bench: an embedded DynamoDB, no network and no process.
//!
//! A test belongs here when it asks something of every operation; what is asked of one stands beside its handler.

#![expect(clippy::unwrap_used, reason = "what a test sets up is right or the test is wrong")]

mod functions;
mod ground;
mod recipes;
mod screened;
mod statuses;
mod users;
