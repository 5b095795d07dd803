//! The harness of all tests and benchmarks, built from real parts.
//!
//! [`Bench`] is an app on an embedded DynamoDB. It calls a function's handler as Lambda does, and the tests
//! next to the handlers use it. For tests of whole binaries, this crate contains an emulated cloud
//! ([`cloud`]), the built functions under a runtime API of its own ([`runtime`]), all functions at once with
//! their logs ([`fleet`]), TLS in front of the cloud ([`tls_front`]), a network between functions and cloud that loses and delays messages on demand
//! ([`faults`], [`weather`]), recorded database pages that are returned without delay ([`replay`]),
//! a receiver of events and invocations ([`receiver`]),
//! callers ([`caller`]), and the command `bellwether`, as a server ([`server`]) and as its user ([`commands`]).
//! [`document`] reads `openapi.yaml` and compares data with it.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up must panic")]

mod bench;
pub mod caller;
pub mod cloud;
pub mod commands;
pub mod document;
pub mod emf;
pub mod faults;
pub mod fleet;
pub mod random;
pub mod receiver;
pub mod replay;
pub mod runtime;
pub mod server;
pub mod tls_front;
pub mod weather;

pub use bench::{
    Answer, Bench, acme, as_payload_2, at, body_of, from_address, user_named, with_body, with_form,
    with_header, with_parameter, with_query, with_test_id, without_token,
};
