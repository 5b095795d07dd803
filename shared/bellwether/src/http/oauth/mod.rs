//! The body of a token request and the answer to one, as OAuth 2.0 writes them. How a token request is
//! refused: [`super::problem::oauth`].

pub mod form;
pub mod tokens;
