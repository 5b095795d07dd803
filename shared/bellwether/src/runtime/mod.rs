//! The layer between Lambda and a handler. [`serve`] runs the loop and [`invoke`] handles one invocation.
//! [`respond`] finds the operation of a request, runs the guard, and passes typed input to the handler
//! ([`endpoint`]).

pub mod admit;
pub mod assigning;
pub mod batch;
pub mod body;
pub mod boundary;
mod declared;
pub mod endpoint;
pub mod function;
pub mod guard;
pub mod listing;
pub mod named;
pub mod path;
pub mod query;
pub mod refusal;
pub mod respond;
mod warm_up;

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

/// Builds the app from the environment, opens its connections, and handles invocations until the instance ends.
///
/// # Errors
/// When the environment is invalid or the runtime API fails.
pub async fn serve(function: Function) -> Result<(), Error> {
    crate::telemetry::log::init();
    let app = App::from_env().await?;
    warm_up::warm_up(&app, function).await;
    let app = &app;
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| invoke(app, function, event));
    #[cfg(feature = "traces")]
    return lambda_runtime::Runtime::new(service).layer(crate::telemetry::traces::traced()).run().await;
    #[cfg(not(feature = "traces"))]
    lambda_runtime::run(service).await
}

/// Handles one invocation: an HTTP request with payload version 1.0 or 2.0, or an event of the function
/// itself.
///
/// # Errors
/// When the event is neither, or the function refuses its own event. Lambda then reports a function error to
/// the invoker.
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

/// Returns the event, if it did not come through API Gateway.
fn own_event(payload: &RawValue) -> Option<Value> {
    let event: Value = serde_json::from_str(payload.get()).ok()?;
    event.get("requestContext").is_none().then_some(event)
}

/// Returns when Lambda ends the invocation. A time in the past is ignored, because `cargo lambda watch`
/// always sends one of 1970 and ends no invocation; an event then has one minute.
fn deadline<T>(event: &LambdaEvent<T>, now: Timestamp) -> Timestamp {
    let stated = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
    Timestamp::from_millis(if stated > now.millis() { stated } else { now.millis() + 60_000 })
}

/// Logs the cause of a failure, which the response does not contain.
fn log_failure(problem: &Problem, id: &RequestId) {
    if let Some(cause) = problem.cause() {
        let (request_id, extended_request_id) = (&id.id, &id.extended);
        tracing::error!(request_id, extended_request_id, problem = problem.kind(), cause, "failure");
    }
}
