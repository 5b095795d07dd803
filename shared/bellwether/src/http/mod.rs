//! Between Lambda and a handler: [`serve`] runs the loop, [`respond`] turns either side of a
//! handler's result into a response, in one place.

pub mod batch;
pub mod browser;
pub mod event;
pub mod extract;
pub mod headers;
pub mod oauth;
pub mod page;
pub mod problem;
pub mod refusal;
pub mod reply;
pub mod routes;

use std::time::Duration;

use futures_util::future::BoxFuture;
use lambda_http::lambda_runtime::{self, Error, LambdaEvent, service_fn};
use lambda_http::{Adapter, Body, IntoResponse, Request, RequestExt, Response, Service};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::app::App;
use crate::net::request_id::{Extended, RequestId};
use crate::telemetry::boundary::{Boundary, Outcome};
use browser::cors::Cors;
use domain::clock::Timestamp;
use problem::Problem;
use reply::Reply;
use routes::Route;

/// What a function does with a request.
pub type Handler = for<'a> fn(&'a App, Request) -> BoxFuture<'a, Result<Reply, Problem>>;

/// What a function does with an event that is no HTTP request; None when it knows no such event.
pub type EventHandler =
    for<'a> fn(&'a App, Value, Invocation) -> BoxFuture<'a, Option<Result<Value, Problem>>>;

/// What Lambda says of an event.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's id of it.
    pub request_id: String,
    /// When Lambda will end it.
    pub deadline: Timestamp,
}

/// A request that takes longer is answered 503, so that the caller hears within 3 s.
const BUDGET: Duration = Duration::from_millis(2_700);

/// One Lambda function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    name: &'static str,
    handler: Handler,
    event_handler: Option<EventHandler>,
    budget: Duration,
}

impl Function {
    /// The function called `name`, which answers requests by `handler` within 2.7 s.
    #[must_use]
    pub fn new(name: &'static str, handler: Handler) -> Self {
        Self { name, handler, event_handler: None, budget: BUDGET }
    }

    /// The function called `name`, which answers no requests, only events that come under IAM.
    #[must_use]
    pub fn on_events(name: &'static str, event_handler: EventHandler) -> Self {
        Self::new(name, |_, _| Box::pin(std::future::ready(Err(Problem::NotFound))))
            .with_events(event_handler)
    }

    /// Gives it longer: for folds, which read as much as there is.
    #[must_use]
    pub fn with_budget(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }

    /// Lets it take events that come past API Gateway, under IAM.
    #[must_use]
    pub fn with_events(self, event_handler: EventHandler) -> Self {
        Self { event_handler: Some(event_handler), ..self }
    }
}

/// Builds the app from the environment and answers invocations until the environment ends.
///
/// # Errors
/// When the environment is wrong or the runtime API fails.
pub async fn serve(function: Function) -> Result<(), Error> {
    crate::telemetry::log::init();
    let app = App::from_env().await?;
    let app = &app;
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| invoke(app, function, event));
    #[cfg(feature = "traces")]
    return lambda_runtime::Runtime::new(service).layer(crate::telemetry::traces::traced()).run().await;
    #[cfg(not(feature = "traces"))]
    lambda_runtime::run(service).await
}

/// Answers one invocation: an HTTP request in payload 1.0 or 2.0, or the function's own event.
///
/// # Errors
/// When the event is neither, or the function refuses its own event: Lambda then reports a
/// function error to whoever invoked it.
pub async fn invoke(
    app: &App,
    function: Function,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Box<RawValue>, Error> {
    if let Some(handler) = function.event_handler
        && let Some(own) = own_event(&event.payload)
    {
        let request_id = event.context.request_id.clone();
        let trace = event.context.xray_trace_id.as_deref();
        let id = RequestId::of_event(&request_id);
        let boundary = Boundary::enter(app, function.name, id.clone(), trace);
        let invocation = Invocation { request_id, deadline: deadline(&event, app.clock.now()) };
        if let Some(outcome) = handler(app, own, invocation).await {
            boundary.handled(app, ended(outcome.as_ref().err(), 200));
            let answer = outcome.map_err(|problem| {
                log_failure(&problem, &id);
                Error::from(problem.in_one_line())
            })?;
            return Ok(to_raw_value(&answer)?);
        }
    }
    let request = event::read(&event.payload)?;
    let extended = Extended::of(&event.payload);
    let mut adapter = Adapter::from(service_fn(move |mut request: Request| {
        if let Some(extended) = extended.clone() {
            request.extensions_mut().insert(extended);
        }
        async move { Ok::<_, std::convert::Infallible>(Plain(respond(app, function, request).await)) }
    }));
    let response = adapter.call(LambdaEvent::new(request, event.context)).await?;
    Ok(to_raw_value(&response)?)
}

/// A response whose body is text, whatever its type: by itself the library puts into base64 what it does not
/// know for text, and API Gateway would pass that on.
struct Plain(Response<Body>);

impl IntoResponse for Plain {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        Box::pin(std::future::ready(self.0))
    }
}

/// The event, if it did not come through API Gateway.
fn own_event(payload: &RawValue) -> Option<Value> {
    let event: Value = serde_json::from_str(payload.get()).ok()?;
    event.get("requestContext").is_none().then_some(event)
}

/// When Lambda will end the invocation. A moment that is over is none: `cargo lambda watch` names one of 1970
/// to everybody and ends nothing, so that an event then has a minute.
fn deadline<T>(event: &LambdaEvent<T>, now: Timestamp) -> Timestamp {
    let said = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
    Timestamp::from_millis(if said > now.millis() { said } else { now.millis() + 60_000 })
}

/// Runs the handler within its budget and writes the response, its headers and the log line. Neither
/// log nor response repeats the query, nor of the path what could be a secret.
pub async fn respond(app: &App, function: Function, request: Request) -> Response<Body> {
    let id = RequestId::of(&request);
    let context = request.lambda_context_ref();
    let trace = context.and_then(|context| context.xray_trace_id.as_deref());
    let boundary = Boundary::enter(app, function.name, id.clone(), trace);
    let instance = routes::shown(request.uri().path());
    let cors = Cors::of(app.browser.as_ref(), request.headers());
    let span = tracing::info_span!("request", id = id.id);
    let work = boundary.around(async {
        extract::no_secret_in_query(&request)?;
        extract::only_known_parameters(&request, routes::of(function.name, request.uri().path()))?;
        (function.handler)(app, request).await
    });
    let deadline = Instant::now() + function.budget;
    let outcome = match timeout_at(deadline, work.instrument(span)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Problem::Unavailable(format!("no answer within {:?}", function.budget))),
    };
    let mut end = ended(outcome.as_ref().err(), 200);
    let response = match outcome {
        Ok(reply) => reply.into_response(),
        Err(problem) => {
            log_failure(&problem, &id);
            if let Some(refused) = problem.refused() {
                let target = routes::of(function.name, &instance).map(Route::to_string);
                let target = target.unwrap_or_else(|| function.name.to_owned());
                refusal::record(app, refused, &target, &id, deadline).await;
            }
            problem.into_response(&instance, &id.id)
        }
    };
    end.status = response.status().as_u16();
    boundary.answered(app, &instance, end);
    headers::secure(response, &id.id, &cors)
}

/// How it ended, in a word and a status.
fn ended(problem: Option<&Problem>, status: u16) -> Outcome {
    problem.map_or(Outcome { status, word: "ok" }, |problem| Outcome {
        status: problem.status().as_u16(),
        word: problem.kind(),
    })
}

/// The log gets the cause, and only where there is one that the caller does not get.
fn log_failure(problem: &Problem, id: &RequestId) {
    if let Some(cause) = problem.cause() {
        let (request_id, extended_request_id) = (&id.id, &id.extended);
        tracing::error!(request_id, extended_request_id, problem = problem.kind(), cause, "failure");
    }
}
