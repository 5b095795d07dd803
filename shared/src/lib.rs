//! Bellwether: account-based A/B testing in your own AWS account.
//!
//! A request goes through three places: the function's `main.rs` under `functions/`, the pure
//! module it calls ([`experiment`] or [`results`]), and the [`store`]. [`http`] and [`auth`] stand
//! between Lambda and the handler, [`screen`] between a caller's text and whatever keeps it; [`app`] is
//! what a handler is given.

pub mod app;
pub mod auth;
pub mod clock;
pub mod config;
pub mod experiment;
#[cfg(feature = "fuzzing")]
#[expect(clippy::missing_panics_doc, reason = "it panics when it has found something")]
pub mod fuzzing;
pub mod http;
pub mod random;
pub mod results;
pub mod screen;
pub mod store;
pub mod telemetry;
#[cfg(feature = "testing")]
#[expect(clippy::missing_panics_doc, reason = "a test that cannot be set up is to panic")]
pub mod testing;
pub mod tls;
pub mod validation;

pub use app::App;
