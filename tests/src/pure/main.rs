//! Tests without a network, a clock or a process: reference cases, properties and lists of texts.
//!
//! A test belongs here if it only calls functions of the crates.

#![expect(clippy::unwrap_used, reason = "a failed setup is a failed test")]

mod bucketing;
mod keys;
mod parsing;
mod properties;
mod screening;
mod targeting;
mod verdicts;
