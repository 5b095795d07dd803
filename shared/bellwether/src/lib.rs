//! Bellwether: account-based A/B testing in your own AWS account. This is the service around what the crates `domain`,
//! `screen` and `stats` decide.
//!
//! A request goes through three places: the handler of its operation, in `functions/<name>/src/lib.rs`; the pure module
//! of `domain` that it calls; and the [`store`]. What there is to ask for is declared in [`operations`]. [`runtime`]
//! stands between Lambda and the handler; [`app`] is what a handler is given.
//!
//! Which module may use which: docs/ARCHITECTURE.md.

pub mod app;
pub mod auth;
pub mod cache;
pub mod clock;
pub mod config;
#[cfg(feature = "fuzzing")]
#[expect(clippy::missing_panics_doc, reason = "it panics when it has found something")]
pub mod fuzzing;
pub mod http;
pub mod json;
pub mod net;
pub mod operations;
pub mod random;
pub mod runtime;
pub mod store;
pub mod telemetry;
pub mod tls;

pub use app::App;
