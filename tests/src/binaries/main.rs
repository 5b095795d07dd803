//! Tests of built functions and scripts as processes: their responses, logs and errors.
//!
//! Two of these tests can run at a time. A test that measures, or needs the machine to itself, belongs in `alone`.

#![expect(clippy::unwrap_used, reason = "a failed setup is a failed test")]

mod alarms;
mod canary;
mod commands;
mod edge;
mod forgery;
mod injection;
mod operating;
mod racing;
mod serving;
mod signing;
mod telemetry;
mod tenancy;
