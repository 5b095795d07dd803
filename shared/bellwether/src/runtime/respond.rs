//! Handling of one HTTP request: finds its operation, runs its handler within its budget, and converts the
//! result or the error to a response.

use std::convert::Infallible;

use futures_util::future::BoxFuture;
use lambda_http::lambda_runtime::{Error, LambdaEvent, service_fn};
use lambda_http::{Adapter, Body, IntoResponse, Request, RequestExt, Response, Service};
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::boundary::{Boundary, Ending};
use super::function::{Function, Resolved};
use super::{log_failure, query, refusal};
use crate::app::App;
use crate::http::browser::cors::Cors;
use crate::http::headers;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::net::event;
use crate::net::request_id::{Extended, RequestId};
use crate::operations::{Operation, routing};

/// Handles a request from API Gateway.
pub(super) async fn over_the_gateway(
    app: &App,
    function: Function,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Box<RawValue>, Error> {
    let request = event::read(&event.payload)?;
    let extended = Extended::of(&event.payload);
    let mut adapter = Adapter::from(service_fn(move |mut request: Request| {
        if let Some(extended) = extended.clone() {
            request.extensions_mut().insert(extended);
        }
        async move { Ok::<_, Infallible>(Plain(respond(app, function, request).await)) }
    }));
    let response = adapter.call(LambdaEvent::new(request, event.context)).await?;
    Ok(to_raw_value(&response)?)
}

/// A response whose body is text of any type. The library encodes types that it does not know as base64, and
/// API Gateway would pass that on.
struct Plain(Response<Body>);

impl IntoResponse for Plain {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        Box::pin(std::future::ready(self.0))
    }
}

/// Runs the handler within its budget and writes the response, its headers and the log line. Neither contains
/// the query, nor parts of the path that could be secrets.
pub async fn respond(app: &App, function: Function, request: Request) -> Response<Body> {
    let id = RequestId::of(&request);
    let context = request.lambda_context_ref();
    let trace = context.and_then(|context| context.xray_trace_id.as_deref());
    let boundary = Boundary::enter(app, function.name, id.clone(), trace);
    let path = request.uri().path().to_owned();
    let cors = Cors::of(app.browser.as_ref(), request.headers());
    let span = tracing::info_span!("request", id = id.id);
    let target = function.target(&request);
    let (operation, budget) = (target.operation, target.budget);
    let deadline = Instant::now() + budget;
    let work = boundary.around(answer(app, target, request));
    let outcome = match timeout_at(deadline, work.instrument(span)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Problem::Unavailable(format!("no response within {budget:?}"))),
    };
    let mut end = Ending::of(outcome.as_ref().err(), 200);
    let response = match outcome {
        Ok(reply) => reply.into_response(),
        Err(problem) => {
            log_failure(&problem, &id);
            if let Some(refused) = problem.refused() {
                let target = operation.map_or_else(|| function.name.to_owned(), Operation::to_string);
                refusal::record(app, refused, &target, &id, deadline).await;
            }
            problem.into_response(&routing::shown(&path), &id.id)
        }
    };
    end.status = response.status().as_u16();
    boundary.answered(app, operation, end);
    headers::secure(response, &id.id, &cors)
}

async fn answer(app: &App, target: Resolved, request: Request) -> Result<Reply, Problem> {
    query::no_secret(&request)?;
    if let Some(operation) = target.operation {
        query::only_declared(&request, operation)?;
    }
    (target.handler)(app, request).await
}
