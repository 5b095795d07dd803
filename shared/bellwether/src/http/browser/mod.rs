//! Responses for browsers: the cookies of a session, and CORS headers.

pub mod cookies;
pub mod cors;
