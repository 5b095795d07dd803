//! All errors of a request, each with its status, its text for the caller and its cause for the log.
//! `document.rs` writes the response, and `from.rs` converts errors of other modules.

mod document;
mod from;
pub mod oauth;

use lambda_http::http::StatusCode;

use self::oauth::OAuthError;
use crate::auth::access::throttle::Wait;
use crate::auth::access::{Denial, Overreach};
use crate::auth::token::TokenRefused;
use domain::validation::Invalid;

/// The reason why a request failed.
#[derive(Debug, Clone)]
pub enum Problem {
    /// 400: the body is not a valid JSON object. The text contains the reason.
    Malformed(String),
    /// 400: the query contains a token, a password or another secret.
    SecretInQuery,
    /// 400: query parameters that the operation does not have, by name.
    UnknownParameter(Vec<Invalid>),
    /// 401: no credentials.
    Unauthenticated,
    /// 401: an invalid token. The reason is for the log.
    InvalidToken(TokenRefused),
    /// 401: the e-mail address or the password is wrong. The response does not reveal which.
    WrongCredentials,
    /// 403: the token is valid but does not allow the request. The caller is for the audit.
    Denied(Box<Overreach>),
    /// 403: a sign-in or token request with cookies that does not prove that an allowed page sent it.
    CrossSite,
    /// 404: the resource does not exist in the caller's workspace.
    NotFound,
    /// 405: the path has other methods, which `Allow` lists.
    MethodNotAllowed(String),
    /// 409: a valid request that conflicts with the current state. The text contains the reason.
    Conflict(String),
    /// 413: the body is over 64 KB.
    TooLarge,
    /// 415: the declared type of the body is not JSON.
    NotJson,
    /// 415: the body is compressed, or declared to be in another character encoding than UTF-8.
    Encoded,
    /// 422: invalid fields, each by its pointer.
    Invalid(Vec<Invalid>),
    /// 429: too many sign-in attempts. Contains how long to wait.
    TooMany(Wait),
    /// A refused token request, in OAuth's form.
    OAuth(OAuthError),
    /// 500: a fault of this service. The cause is for the log.
    Internal(String),
    /// 503: a dependency is down or slow. The cause is for the log.
    Unavailable(String),
}

impl Problem {
    /// A fault of this service.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// A problem with one invalid field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Invalid::new(pointer, detail)])
    }

    /// The problem's type, status and title.
    fn face(&self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Malformed(_) => ("malformed_body", StatusCode::BAD_REQUEST, "Malformed request body"),
            Self::SecretInQuery => ("invalid_request", StatusCode::BAD_REQUEST, "Secret in the URL"),
            Self::UnknownParameter(_) => {
                ("unknown_parameter", StatusCode::BAD_REQUEST, "Unknown query parameter")
            }
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "Authentication required"),
            Self::InvalidToken(_) => ("invalid_token", StatusCode::UNAUTHORIZED, "Invalid token"),
            Self::WrongCredentials => ("wrong_credentials", StatusCode::UNAUTHORIZED, "Sign-in failed"),
            Self::Denied(refused) => match refused.denial {
                Denial::Scope(_) => ("insufficient_scope", StatusCode::FORBIDDEN, "Insufficient scope"),
                Denial::Network => {
                    ("source_not_allowed", StatusCode::FORBIDDEN, "Source network not allowed")
                }
                Denial::CrossSite => Self::CrossSite.face(),
            },
            Self::CrossSite => ("cross_site", StatusCode::FORBIDDEN, "Cross-site request refused"),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND, "Not found"),
            Self::MethodNotAllowed(_) => {
                ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
            }
            Self::Conflict(_) => ("conflict", StatusCode::CONFLICT, "Conflict with the current state"),
            Self::TooLarge => ("too_large", StatusCode::PAYLOAD_TOO_LARGE, "Request body too large"),
            Self::NotJson => ("not_json", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),
            Self::Encoded => {
                ("unsupported_encoding", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported content encoding")
            }
            Self::Invalid(_) => ("invalid_field", StatusCode::UNPROCESSABLE_ENTITY, "Invalid fields"),
            Self::TooMany(_) => ("too_many", StatusCode::TOO_MANY_REQUESTS, "Too many sign-in attempts"),
            Self::OAuth(error) => (error.face().0, error.face().1, "The token request is refused"),
            Self::Internal(_) => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
            Self::Unavailable(_) => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"),
        }
    }

    /// The last part of the document's `type`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.face().0
    }

    /// The response's status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.face().1
    }

    /// The text for the caller.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Malformed(detail) | Self::Conflict(detail) => detail.clone(),
            Self::SecretInQuery => {
                "Send tokens in the header `Authorization: Bearer …` and other secrets in the request body. \
                 URLs are logged on the way, so revoke the secret."
                    .to_owned()
            }
            Self::Unauthenticated => {
                "Send an access token in the header `Authorization: Bearer …`. POST /login returns one.".to_owned()
            }
            Self::InvalidToken(_) => {
                "The token is malformed, has expired or was not issued by this service. Sign in again.".to_owned()
            }
            Self::WrongCredentials => "The e-mail address or the password is incorrect.".to_owned(),
            Self::Denied(refused) => match refused.denial {
                Denial::Scope(scope) => format!("This operation requires the scope {}.", scope.as_str()),
                Denial::Network => "This operation is not allowed from your network.".to_owned(),
                Denial::CrossSite => Self::CrossSite.detail(),
            },
            Self::CrossSite => {
                "Requests with cookies require an allowed Origin and the session's csrf_token in X-CSRF-Token."
                    .to_owned()
            }
            Self::NotFound => "No resource with this name exists in this workspace.".to_owned(),
            Self::MethodNotAllowed(allow) => format!("This path supports {allow}."),
            Self::TooLarge => "A request body can have at most 64 KB. Split larger batches.".to_owned(),
            Self::NotJson => "Send the request body as application/json.".to_owned(),
            Self::Encoded => {
                "Send the request body in UTF-8 and uncompressed, without Content-Encoding.".to_owned()
            }
            Self::Invalid(fields) | Self::UnknownParameter(fields) => match fields.as_slice() {
                [one] => format!(
                    "{} {}",
                    if one.pointer.is_empty() { "The body" } else { &one.pointer },
                    one.detail
                ),
                many => format!("{} fields are invalid. `errors` lists each of them.", many.len()),
            },
            Self::TooMany(wait) => format!("Wait {} s before the next sign-in attempt.", wait.seconds),
            Self::OAuth(error) => error.face().2.to_owned(),
            Self::Internal(_) => "The cause is logged under this request ID.".to_owned(),
            Self::Unavailable(_) => "Nothing is lost. You can send the same request again.".to_owned(),
        }
    }

    /// The detail with every invalid field, for a caller who gets no document.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        match self {
            Self::Invalid(fields) | Self::UnknownParameter(fields) => {
                let each = fields.iter().map(|f| format!("{} {}", f.pointer, f.detail));
                each.collect::<Vec<_>>().join("; ")
            }
            _ => self.detail(),
        }
    }

    /// The cause for the log. The caller does not get it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Some(cause.clone()),
            Self::InvalidToken(refused) => Some(refused.to_string()),
            Self::Denied(refused) if refused.denial == Denial::Network => {
                Some(format!("{} is not in ADMIN_NETWORKS", refused.source))
            }
            _ => None,
        }
    }

    /// The refused caller, if the audit must record the refusal: an authenticated caller without the
    /// necessary right. Other refusals are not recorded, so that a flood of unauthenticated requests causes
    /// no writes.
    #[must_use]
    pub fn refused(&self) -> Option<&Overreach> {
        match self {
            Self::Denied(refused) => Some(refused),
            _ => None,
        }
    }
}
