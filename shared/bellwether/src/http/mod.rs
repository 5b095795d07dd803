//! The HTTP side of a response: failures ([`problem`]), successes ([`reply`]), forms, cookies, and the
//! headers of every response. [`crate::runtime`] handles requests.

pub mod browser;
pub mod headers;
pub mod oauth;
pub mod problem;
pub mod reply;
