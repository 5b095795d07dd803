//! The headers of every response. A response that may be cached sets its own `Cache-Control`
//! ([`super::reply`]); all others get `no-store`.

use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::{Body, Response};

use super::browser::cors::Cors;

const EVERYWHERE: [(HeaderName, &str); 6] = [
    (STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    // It applies to requests without a preflight or an origin, so it does not affect pages of allowed
    // origins.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds the headers, the request's id, and those of `cors`.
#[must_use]
pub fn secure(mut response: Response<Body>, request_id: &str, cors: &Cors) -> Response<Body> {
    let headers = response.headers_mut();
    for (name, value) in EVERYWHERE {
        if name != CACHE_CONTROL || !headers.contains_key(CACHE_CONTROL) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    cors.write(headers);
    response
}

#[cfg(test)]
mod tests {
    use lambda_http::http::StatusCode;

    use super::super::problem::Problem;
    use super::super::reply::Reply;
    use super::*;

    #[test]
    fn no_response_may_be_cached_unless_it_allows_it() {
        let cached = |response: Response<Body>| {
            let response = secure(response, "id", &Cors::Off);
            response.headers()[CACHE_CONTROL].to_str().unwrap().to_owned()
        };
        let reply = Reply::ok(&StatusCode::OK.as_u16()).unwrap();
        assert_eq!(cached(reply.clone().into_response()), "no-store");
        assert_eq!(cached(Problem::NotFound.into_response("/v1/tests", "id")), "no-store");
        assert_eq!(cached(reply.cacheable(150).into_response()), "public, max-age=150");
    }
}
