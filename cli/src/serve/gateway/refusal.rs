//! What the gateway refuses by itself, as a problem document with the headers of every other response.

use bellwether::http::browser::cors::Cors;
use bellwether::http::headers;
use bellwether::http::problem::Problem;
use bellwether::operations::routing;
use http_body_util::Full;
use hyper::StatusCode;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};
use serde_json::json;

use super::super::listener::Answer;

/// Why a request reaches no function.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// 404: no operation has this path.
    UnknownPath,
    /// 421: the request was sent to another host name.
    OtherHost,
    /// 408: the body did not come in time.
    SlowBody,
    /// What functions refuse in the same way.
    Problem(Problem),
}

impl Refusal {
    /// The response. The connection ends with it, since the request's body may not have been read.
    #[must_use]
    pub fn into_answer(self, path: &str, request_id: &str) -> Answer {
        let instance = routing::shown(path);
        let response = match &self {
            Self::Problem(problem) => problem.clone().into_response(&instance, request_id),
            own => own.document(&instance, request_id),
        };
        let (mut head, body) = headers::secure(response, request_id, &Cors::Off).into_parts();
        if !matches!(self, Self::UnknownPath) {
            head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Answer::from_parts(head, Full::from(body.to_vec()))
    }

    fn document(&self, instance: &str, request_id: &str) -> Response<Body> {
        let (status, kind, title, detail) = self.face();
        let document = json!({
            "type": format!("urn:bellwether:problem:{kind}"), "title": title, "status": status.as_u16(),
            "detail": detail, "instance": instance, "request_id": request_id,
        });
        let response = Response::builder().status(status);
        let response = response.header(CONTENT_TYPE, "application/problem+json; charset=utf-8");
        response.body(Body::Text(document.to_string())).unwrap_or_default()
    }

    /// Its status and its words: for an unknown path those of the gateway in AWS (`terraform/api.tf`).
    fn face(&self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::OtherHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "other_host",
                "Request for another host",
                "This server answers requests for localhost, 127.0.0.1 and [::1] only. Use one of them in the URL.",
            ),
            Self::SlowBody => (
                StatusCode::REQUEST_TIMEOUT,
                "slow_body",
                "Request body too slow",
                "The request body did not arrive within 10 s.",
            ),
            Self::UnknownPath | Self::Problem(_) => (
                StatusCode::NOT_FOUND,
                "not_found",
                "Not found",
                "There is no such path; openapi.yaml lists those that are.",
            ),
        }
    }
}
