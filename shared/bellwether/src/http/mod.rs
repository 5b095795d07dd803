//! What is said over HTTP: what can go wrong ([`problem`]) and go well ([`reply`]), forms, cookies, and the headers of
//! every response. What happens to a request: [`crate::runtime`].

pub mod browser;
pub mod headers;
pub mod oauth;
pub mod problem;
pub mod reply;
