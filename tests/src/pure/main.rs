//! What is decided without a network, a clock or a process: reference cases, properties and lists of texts.
//!
//! A test belongs here when it calls functions of the crates and nothing else.

#![expect(clippy::unwrap_used, reason = "what a test sets up is right or the test is wrong")]

mod bucketing;
mod keys;
mod parsing;
mod properties;
mod screening;
mod targeting;
mod verdicts;
