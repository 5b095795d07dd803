//! Responses of the gateway itself: problem documents with the headers of all other responses.

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

/// Why the gateway does not invoke a function.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// 404: no operation has this path.
    UnknownPath,
    /// 421: the request is for another host name.
    OtherHost,
    /// 408: the body did not arrive in time.
    SlowBody,
    /// A problem that functions have, too.
    Problem(Problem),
}

impl Refusal {
    /// Returns the response. It closes the connection, because the body of the request may be unread.
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

    /// Returns status, type, title and detail. For an unknown path, they are those of API Gateway (`terraform/api.tf`).
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
