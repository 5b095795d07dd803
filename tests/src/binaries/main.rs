//! Built functions and scripts as whole processes: what they answer, log and refuse.
//!
//! Two of these tests may run at once. One that measures, or needs the machine for itself, belongs into `alone`.

#![expect(clippy::unwrap_used, reason = "what a test sets up is right or the test is wrong")]

mod alarms;
mod canary;
mod edge;
mod forgery;
mod injection;
mod operating;
mod racing;
mod signing;
mod telemetry;
mod tenancy;
