//! Errors of the token endpoints, in the form of RFC 6749 section 5.2 and RFC 7009 section 2.2.1 instead of a
//! problem document.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};

/// The reason why a token request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OAuthError {
    /// 400: the request cannot be parsed. The text contains the reason.
    InvalidRequest(&'static str),
    /// 401: the client does not exist, or its secret is wrong. The response does not reveal which.
    InvalidClient,
    /// 400: the refresh token is not valid.
    InvalidGrant,
    /// 400: a grant type that is not supported, such as the password grant.
    UnsupportedGrantType,
    /// 400: a scope that the client was not granted or that does not exist.
    InvalidScope,
    /// 400: a token of a type that cannot be revoked.
    UnsupportedTokenType,
}

impl OAuthError {
    /// A request that cannot be parsed.
    #[must_use]
    pub fn invalid_request(why: &'static str) -> Self {
        Self::InvalidRequest(why)
    }

    /// The error code, the status and the description.
    #[must_use]
    pub fn face(&self) -> (&'static str, StatusCode, &'static str) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        match self {
            Self::InvalidRequest(why) => ("invalid_request", BAD, why),
            Self::InvalidClient => {
                ("invalid_client", StatusCode::UNAUTHORIZED, "the client id or the secret is wrong")
            }
            Self::InvalidGrant => ("invalid_grant", BAD, "the refresh token is not valid; sign in again"),
            Self::UnsupportedGrantType => {
                ("unsupported_grant_type", BAD, "use client_credentials or refresh_token")
            }
            Self::InvalidScope => ("invalid_scope", BAD, "request only scopes that the client was granted"),
            Self::UnsupportedTokenType => (
                "unsupported_token_type",
                BAD,
                "access tokens cannot be revoked; they expire within 15 minutes",
            ),
        }
    }

    /// The response body.
    #[must_use]
    pub fn document(&self) -> Value {
        let (error, _, description) = self.face();
        json!({ "error": error, "error_description": description })
    }
}
