//! The layer between Lambda and a handler. [`serve`] runs the loop and [`invoke`] answers one invocation. A
//! request passes [`respond`], which finds its operation, lets the guard decide, and gives the handler its
//! input as types ([`endpoint`]).

pub mod admit;
pub mod batch;
pub mod body;
pub mod boundary;
mod declared;
pub mod endpoint;
pub mod function;
pub mod guard;
pub mod listing;
pub mod path;
pub mod query;
pub mod refusal;
pub mod respond;

use lambda_http::lambda_runtime::{self, Error, LambdaEvent, service_fn};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::app::App;
use crate::http::problem::Problem;
use crate::net::request_id::RequestId;
pub use admit::Anyone;
use boundary::{Boundary, Ending};
use domain::clock::Timestamp;
pub use endpoint::{Call, Endpoint};
pub use function::{Function, Handled, Invocation};

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
            boundary.handled(app, Ending::of(outcome.as_ref().err(), 200));
            let answer = outcome.map_err(|problem| {
                log_failure(&problem, &id);
                Error::from(problem.in_one_line())
            })?;
            return Ok(to_raw_value(&answer)?);
        }
    }
    respond::over_the_gateway(app, function, event).await
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

/// The log gets the cause, and only where there is one that the caller does not get.
fn log_failure(problem: &Problem, id: &RequestId) {
    if let Some(cause) = problem.cause() {
        let (request_id, extended_request_id) = (&id.id, &id.extended);
        tracing::error!(request_id, extended_request_id, problem = problem.kind(), cause, "failure");
    }
}
