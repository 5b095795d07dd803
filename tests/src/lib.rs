//! The real parts that tests and benchmarks put together: an emulated cloud ([`cloud`]) and the
//! built binaries under a runtime API of our own ([`runtime`]), as Lambda would run them.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up is to panic")]

pub mod cloud;
pub mod runtime;
