//! The one harness of all tests and benchmarks, of real parts.
//!
//! [`Bench`] is an app on an embedded DynamoDB, which calls a function's handler as Lambda would: what the tests
//! beside the handlers use. For whole binaries there are an emulated cloud ([`cloud`]), the built functions under a
//! runtime API of our own ([`runtime`]), all of them at once with what they log ([`fleet`]), a network between the
//! two that loses and delays on demand ([`faults`], [`weather`]), pages that are given out at once ([`replay`]), and
//! callers of it all ([`caller`]). [`document`] reads `openapi.yaml` and what is held to it.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up is to panic")]

mod bench;
pub mod caller;
pub mod cloud;
pub mod document;
pub mod emf;
pub mod faults;
pub mod fleet;
pub mod random;
pub mod replay;
pub mod runtime;
pub mod weather;

pub use bench::{
    Answer, Bench, acme, as_payload_2, body_of, from_address, person, with_body, with_form, with_header,
    with_parameter, with_query, with_test_id, without_token,
};
