//! Requests for the data of accounts, and for their erasure.
//!
//! [`request`] contains what is asked and the state of a request, [`pseudonym`] the keyed names that remain of
//! erased accounts, and [`receipt`] what was erased. `crate::experiment::erase` removes accounts from tests.

pub mod body;
pub mod pseudonym;
pub mod receipt;
pub mod request;

pub use body::{Demand, DemandBody, Kind};
pub use pseudonym::Pseudonym;
pub use receipt::Receipt;
pub use request::{PrivacyRequest, PrivacyRequestId, State};
