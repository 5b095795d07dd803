//! Errors of the token endpoints, which answer as RFC 6749 section 5.2 and RFC 7009 section 2.2.1 say
//! and not with a problem document.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};

/// What was wrong with a token request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OAuthError {
    /// 400: it cannot be understood; says why.
    InvalidRequest(&'static str),
    /// 401: there is no such client, or that is not its secret; which one is not said.
    InvalidClient,
    /// 400: the refresh token does not hold.
    InvalidGrant,
    /// 400: a grant that is not offered, the password grant for one.
    UnsupportedGrantType,
    /// 400: more than the client was granted, or nothing that exists.
    InvalidScope,
    /// 400: a token that cannot be revoked.
    UnsupportedTokenType,
}

impl OAuthError {
    /// A request that cannot be understood.
    #[must_use]
    pub fn invalid_request(why: &'static str) -> Self {
        Self::InvalidRequest(why)
    }

    /// The code, the status and what is said of it.
    #[must_use]
    pub fn face(&self) -> (&'static str, StatusCode, &'static str) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        match self {
            Self::InvalidRequest(why) => ("invalid_request", BAD, why),
            Self::InvalidClient => {
                ("invalid_client", StatusCode::UNAUTHORIZED, "the client or its secret is wrong")
            }
            Self::InvalidGrant => ("invalid_grant", BAD, "the refresh token does not hold; sign in again"),
            Self::UnsupportedGrantType => {
                ("unsupported_grant_type", BAD, "use client_credentials or refresh_token")
            }
            Self::InvalidScope => ("invalid_scope", BAD, "ask for scopes that the client was granted"),
            Self::UnsupportedTokenType => {
                ("unsupported_token_type", BAD, "an access token ends by itself within 15 minutes")
            }
        }
    }

    /// The response's body.
    #[must_use]
    pub fn document(&self) -> Value {
        let (error, _, description) = self.face();
        json!({ "error": error, "error_description": description })
    }
}
