//! The successful response of a handler.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use lambda_http::{Body, Response};
use serde::Serialize;

use super::problem::Problem;

/// A status, a body if the status has one, which is JSON unless stated otherwise, and additional headers.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Option<String>,
}

impl Reply {
    /// 200 with `body`.
    ///
    /// # Errors
    /// When `body` cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::OK, body)
    }

    /// 201 with `body`.
    ///
    /// # Errors
    /// Those of [`Self::ok`].
    pub fn created(body: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::CREATED, body)
    }

    /// 202 with `body`.
    ///
    /// # Errors
    /// Those of [`Self::ok`].
    pub fn accepted(body: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::ACCEPTED, body)
    }

    /// 200 with a text that is not JSON.
    #[must_use]
    pub fn text(body: String, content_type: &'static str) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status: StatusCode::OK, headers, body: Some(body) }
    }

    /// 204, which has no body.
    #[must_use]
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: None }
    }

    /// Adds a header.
    ///
    /// # Errors
    /// When `value` is not valid in a header.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Self, Problem> {
        self.headers.append(name, HeaderValue::from_str(value).map_err(Problem::internal)?);
        Ok(self)
    }

    fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(Problem::internal)?;
        Ok(Self { status, headers: HeaderMap::new(), body: Some(body) })
    }

    /// Allows clients to cache the response for `max_age` seconds. For responses that are the same for all
    /// callers.
    #[must_use]
    pub fn cacheable(mut self, max_age: i64) -> Self {
        if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={max_age}")) {
            self.headers.insert(CACHE_CONTROL, value);
        }
        self
    }

    /// The response, except the headers that every response has.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body.map_or(Body::Empty, Body::Text));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if !response.body().is_empty() {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().entry(CONTENT_TYPE).or_insert(json);
        }
        response
    }
}
