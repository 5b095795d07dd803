//! Bellwether: account-based A/B testing in your own AWS account.
//!
//! A request goes through three places: the function's `main.rs` under `functions/`, the pure
//! module it calls (of the crate `domain`), and the [`store`]. [`http`] and [`auth`] stand
//! between Lambda and the handler, the crate `screen` between a caller's text and whatever keeps it; [`app`] is
//! what a handler is given.

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
