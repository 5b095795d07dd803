//! A handler's good answer.

use lambda_http::http::StatusCode;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Response};
use serde::Serialize;

use super::problem::Problem;

/// A status and a JSON body.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    body: String,
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
        Ok(Self { status, body })
    }

    /// The response, but for the headers that every response has.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        Response::builder()
            .status(self.status)
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Body::Text(self.body))
            .unwrap_or_default()
    }
}
