//! The real parts that tests and benchmarks put together: an emulated cloud ([`cloud`]), the built
//! binaries under a runtime API of our own ([`runtime`]), as Lambda would run them, all of them at once
//! with what they log ([`fleet`]), a network between the two that loses and delays on demand
//! ([`faults`], [`weather`]), pages that are given out at once ([`replay`]), and callers of it all
//! ([`caller`]).

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up is to panic")]

pub mod caller;
pub mod cloud;
pub mod emf;
pub mod faults;
pub mod fleet;
pub mod random;
pub mod replay;
pub mod runtime;
pub mod weather;
