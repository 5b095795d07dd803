//! Bellwether: account-based A/B testing in your own AWS account. This crate is the service around the crates
//! `domain`, `screen` and `stats`.
//!
//! A request passes through three parts: the handler of its operation in `functions/<name>/src/lib.rs`, the
//! pure module of `domain` that the handler calls, and the [`store`]. [`operations`] declares every
//! operation. [`runtime`] connects Lambda and the handler, and [`app`] contains the dependencies of a
//! handler.
//!
//! For the modules that each module may use, see docs/ARCHITECTURE.md.

pub mod app;
pub mod auth;
pub mod cache;
pub mod clock;
pub mod config;
#[cfg(feature = "fuzzing")]
#[expect(clippy::missing_panics_doc, reason = "a panic is how it reports a finding")]
pub mod fuzzing;
pub mod http;
pub mod json;
pub mod net;
pub mod operations;
pub mod outbound;
pub mod random;
pub mod runtime;
pub mod store;
pub mod telemetry;
pub mod tls;

pub use app::App;
