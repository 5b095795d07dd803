//! The response to a failed request: a problem document (RFC 9457) with the request id, and the headers of
//! its kind. It never contains the cause that goes to the log.

use lambda_http::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use lambda_http::http::response::Builder;
use lambda_http::{Body, Response};
use serde_json::{Value, json};

use super::Problem;
use super::oauth::OAuthError;
use crate::auth::access::Denial;
use crate::auth::access::throttle::Wait;

/// The number of seconds after which a caller may retry.
const RETRY_SECONDS: &str = "1";

impl Problem {
    /// The problem document, for a response or for an item of a batch.
    #[must_use]
    pub fn document(&self) -> Value {
        let (kind, status, title) = self.face();
        let mut document = json!({
            "type": format!("urn:bellwether:problem:{kind}"),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail(),
        });
        if let Self::Invalid(fields) | Self::UnknownParameter(fields) = self {
            document["errors"] = json!(fields);
        }
        document
    }

    /// The whole response, except the headers that every response has.
    #[must_use]
    pub fn into_response(self, instance: &str, request_id: &str) -> Response<Body> {
        let (mut document, content_type) = match &self {
            Self::OAuth(error) => (error.document(), "application/json; charset=utf-8"),
            _ => (self.document(), "application/problem+json; charset=utf-8"),
        };
        if !matches!(self, Self::OAuth(_)) {
            document["instance"] = json!(instance);
        }
        document["request_id"] = json!(request_id);
        let mut response = Response::builder().status(self.status()).header(CONTENT_TYPE, content_type);
        response = match &self {
            Self::SecretInQuery => response.header(WWW_AUTHENTICATE, "Bearer error=\"invalid_request\""),
            Self::Unauthenticated => response.header(WWW_AUTHENTICATE, "Bearer"),
            Self::InvalidToken(_) => response.header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
            Self::Denied(refused) => match refused.denial {
                Denial::Scope(scope) => {
                    let scope = scope.as_str();
                    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                    response.header(WWW_AUTHENTICATE, challenge)
                }
                Denial::Network | Denial::CrossSite => response,
            },
            Self::MethodNotAllowed(allow) => response.header(ALLOW, allow),
            // RFC 6749 section 5.2 requires the scheme with which the client may authenticate.
            Self::OAuth(OAuthError::InvalidClient) => {
                response.header(WWW_AUTHENTICATE, "Basic realm=\"clients\"")
            }
            Self::TooMany(wait) => rate_limit(response, wait),
            Self::Unavailable(_) => response.header(RETRY_AFTER, RETRY_SECONDS),
            _ => response,
        };
        response.body(Body::Text(document.to_string())).unwrap_or_default()
    }
}

/// Adds Retry-After, and the fields of draft-ietf-httpapi-ratelimit-headers-10: the quota and the window of
/// the limit, and that no attempts remain for a while.
fn rate_limit(response: Builder, wait: &Wait) -> Builder {
    let (name, quota, window) = wait.limit.policy();
    response
        .header(RETRY_AFTER, wait.seconds)
        .header("RateLimit-Policy", format!("\"{name}\";q={quota};w={window}"))
        .header("RateLimit", format!("\"{name}\";r=0;t={}", wait.seconds))
}
