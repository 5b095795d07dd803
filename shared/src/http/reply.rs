//! A handler's good answer.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use lambda_http::{Body, Response};
use serde::Serialize;

use super::problem::Problem;

/// A status and a JSON body.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    body: String,
    headers: Vec<(HeaderName, HeaderValue)>,
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
    /// As [`Self::ok`].
    pub fn created(body: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::CREATED, body)
    }

    /// 202 with `body`.
    ///
    /// # Errors
    /// As [`Self::ok`].
    pub fn accepted(body: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::ACCEPTED, body)
    }

    fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(Problem::internal)?;
        Ok(Self { status, body, headers: Vec::new() })
    }

    /// The same with one more header, which may stand beside others of its name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The response, but for the headers that every response has.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Text(self.body));
        *response.status_mut() = self.status;
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
