//! Which pages a browser allows to call the API and read responses (Fetch standard, section 3.3): those of a
//! fixed list of origins. A response echoes the page's own origin, never `*`.

use lambda_http::Request;
use lambda_http::http::Method;
use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, VARY,
};

use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::net::origin::{Browser, Origin};

/// The headers that a page may send.
const MAY_SEND: &str = "authorization, content-type, x-csrf-token";
/// The headers that a page may read. API Gateway sends `WWW-Authenticate` under the other name.
const MAY_READ: &str = "allow, ratelimit, ratelimit-policy, retry-after, www-authenticate, \
                        x-amzn-remapped-www-authenticate, x-request-id";
/// How long a browser may cache a preflight response, in seconds. A change of the list takes effect within
/// this time.
const MAX_AGE: &str = "600";

/// The CORS headers of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cors {
    /// No headers, because the deployment has no custom domain.
    Off,
    /// Only `Vary: origin`, because this origin is not allowed.
    Refused,
    /// Pages of this origin may read the response.
    Allowed(Origin),
}

impl Cors {
    /// The CORS headers for a request with these headers.
    #[must_use]
    pub fn of(browser: Option<&Browser>, headers: &HeaderMap) -> Self {
        let Some(browser) = browser else { return Self::Off };
        let origin = Origin::of(headers).filter(|origin| browser.allows(origin));
        origin.map_or(Self::Refused, Self::Allowed)
    }

    /// Adds them to a response's headers.
    pub fn write(&self, headers: &mut HeaderMap) {
        if *self == Self::Off {
            return;
        }
        headers.append(VARY, HeaderValue::from_static("origin"));
        let Self::Allowed(origin) = self else { return };
        if let Ok(origin) = HeaderValue::from_str(origin.as_str()) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(MAY_READ));
        }
    }
}

/// Returns the response to a preflight of a path that has `methods`. None when the request is not a
/// preflight, or its origin is not allowed.
///
/// # Errors
/// When `methods` is not valid in a header.
pub fn preflight(
    browser: Option<&Browser>,
    request: &Request,
    methods: &str,
) -> Result<Option<Reply>, Problem> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && matches!(Cors::of(browser, request.headers()), Cors::Allowed(_));
    if !asks {
        return Ok(None);
    }
    let says: [(HeaderName, &str); 3] = [
        (ACCESS_CONTROL_ALLOW_METHODS, methods),
        (ACCESS_CONTROL_ALLOW_HEADERS, MAY_SEND),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    says.into_iter().try_fold(Reply::no_content(), |reply, (name, value)| reply.header(name, value)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_read_www_authenticate_under_its_name_in_the_gateway() {
        let mut headers = HeaderMap::new();
        Cors::Allowed(Origin::parse("https://app.example.com").unwrap()).write(&mut headers);
        let exposed = headers[ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
        let names: Vec<&str> = exposed.split(", ").collect();
        for name in ["www-authenticate", "x-amzn-remapped-www-authenticate"] {
            assert!(names.contains(&name), "{exposed}");
        }
    }
}
