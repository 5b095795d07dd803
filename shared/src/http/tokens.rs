//! The answer to a sign-in or a token request (RFC 6749 section 5.1).

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::problem::Problem;
use super::reply::Reply;
use crate::auth::Issued;
use crate::auth::session::RefreshToken;
use crate::auth::token::LIFE_SECONDS;

/// Tokens on their way to whom they were issued.
#[derive(Debug)]
pub struct Tokens<'a> {
    access: &'a Issued,
    refresh: Option<&'a RefreshToken>,
}

impl<'a> Tokens<'a> {
    /// An access token and, for a person, the refresh token that replaces it later.
    #[must_use]
    pub fn new(access: &'a Issued, refresh: Option<&'a RefreshToken>) -> Self {
        Self { access, refresh }
    }

    /// The answer, with the tokens in its body.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn reply(&self) -> Result<Reply, Problem> {
        let mut body = self.about();
        body["access_token"] = json!(self.access.token.expose_secret());
        if let Some(token) = self.refresh {
            body["refresh_token"] = json!(token.to_text().expose_secret());
        }
        Reply::ok(&body)
    }

    fn about(&self) -> Value {
        json!({ "token_type": "Bearer", "expires_in": LIFE_SECONDS, "scope": self.access.scope })
    }
}
