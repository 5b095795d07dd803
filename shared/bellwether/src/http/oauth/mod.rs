//! The body of a token request and its response in OAuth 2.0. [`super::problem::oauth`] defines the errors.

pub mod form;
pub mod tokens;
