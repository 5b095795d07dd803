//! The log line of an invocation, which is written when it ends and contains its metrics.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::auth::access::Identified;
use crate::http::problem::Problem;
use crate::net::request_id::RequestId;
use crate::operations::Operation;
use crate::store::counters::SignIn;
use crate::store::meter::Spent;
use crate::telemetry::catalogue::{
    COLD_STARTS, DYNAMODB_CALLS, DYNAMODB_UNITS, FAULTS, LATENCY, REQUESTS, SIGN_INS, SLOW_REQUESTS,
    THROTTLED, TOKEN_REFUSALS, objective_ms,
};
use crate::telemetry::line::{Line, milliseconds};

/// An invocation in progress.
#[derive(Debug)]
pub struct Boundary {
    function: &'static str,
    request_id: RequestId,
    trace_id: String,
    began: Instant,
    before: Spent,
    cold: bool,
    of: Identified,
}

/// The result of an invocation.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// The HTTP status, or for an event the status that the result would have.
    pub status: u16,
    /// `ok`, or the type of the problem.
    pub word: &'static str,
}

impl Ending {
    /// The result of an invocation with `problem`, or with `status` if there is none.
    #[must_use]
    pub fn of(problem: Option<&Problem>, status: u16) -> Self {
        problem.map_or(Self { status, word: "ok" }, |problem| Self {
            status: problem.status().as_u16(),
            word: problem.kind(),
        })
    }
}

impl Boundary {
    /// Begins an invocation. `trace` is X-Ray's header. Only its trace id is stored.
    #[must_use]
    pub fn enter(app: &App, function: &'static str, request_id: RequestId, trace: Option<&str>) -> Self {
        Self {
            function,
            request_id,
            trace_id: trace.and_then(root).unwrap_or_default().to_owned(),
            began: Instant::now(),
            before: app.store.meter.read(),
            cold: app.telemetry.is_first(),
            of: Identified::default(),
        }
    }

    /// Runs the work. The caller that it sets with [`crate::auth::access::identify`] is in the log line.
    pub async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        self.of.during(work).await
    }

    /// Ends a request. `operation` is its operation, if it has one.
    pub fn answered(self, app: &App, operation: Option<&Operation>, outcome: Ending) {
        if !app.telemetry.is_enabled() {
            return;
        }
        let elapsed = self.began.elapsed();
        let sign_in = sign_in(self.function, outcome.status);
        let slow = elapsed > Duration::from_millis(u64::from(objective_ms(self.function)));
        let refused = outcome.status == 401 && sign_in.is_none();
        let word = sign_in.unwrap_or(outcome.word);
        let (method, path) =
            operation.map(|operation| (operation.method, operation.path)).unwrap_or_default();
        self.begin("request", app, outcome.status)
            .with("method", method)
            .with("route", path)
            .with("outcome", word)
            .measure(&REQUESTS, 1.0)
            .measure(&LATENCY, milliseconds(elapsed))
            .measure(&FAULTS, one_if(outcome.status >= 500))
            .measure_if(self.cold, &COLD_STARTS, 1.0)
            .measure(&SLOW_REQUESTS, one_if(slow))
            .measure_if(outcome.status == 429, &THROTTLED, 1.0)
            .measure_if(refused, &TOKEN_REFUSALS, 1.0)
            .measure_if(sign_in.is_some(), &SIGN_INS, 1.0)
            .spent(app.store.meter.read() - self.before)
            .write(app.telemetry.namespace());
    }

    /// Ends an event that did not come through API Gateway. It is not a request and does not count for
    /// objectives.
    pub fn handled(self, app: &App, outcome: Ending) {
        if !app.telemetry.is_enabled() {
            return;
        }
        self.begin("event", app, outcome.status)
            .with("outcome", outcome.word)
            .number("duration_ms", u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
            .spent(app.store.meter.read() - self.before)
            .write(app.telemetry.namespace());
    }

    fn begin(&self, message: &'static str, app: &App, status: u16) -> Line {
        let (subject, workspace) = self.of.names();
        Line::new(message, app.clock.now())
            .with("request_id", &self.request_id.id)
            .with("extended_request_id", &self.request_id.extended)
            .with("trace_id", &self.trace_id)
            .with("function", self.function)
            .with("subject", subject)
            .with("workspace", workspace)
            .number("status", u64::from(status))
    }
}

impl Line {
    fn spent(self, spent: Spent) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a number of calls")]
        let calls = spent.calls as f64;
        self.measure(&DYNAMODB_CALLS, calls).measure(&DYNAMODB_UNITS, spent.units)
    }
}

/// The outcome of a sign-in. None for other functions and outcomes. A token for a session or for a client's
/// secret is not a sign-in, but a wrong secret is a failed one.
fn sign_in(function: &str, status: u16) -> Option<&'static str> {
    match (function, status) {
        ("login", 200) => Some(SignIn::Succeeded.as_str()),
        ("login" | "issue-token", 401) => Some(SignIn::Failed.as_str()),
        ("login" | "issue-token", 429) => Some("throttled"),
        _ => None,
    }
}

/// The trace id in X-Ray's header (`Root=1-<8 digits>-<24>;Parent=…;Sampled=1`), which callers may send.
fn root(header: &str) -> Option<&str> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let (time, rest) = root.strip_prefix("1-")?.split_once('-')?;
    let hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    (hex(time, 8) && hex(rest, 24)).then_some(root)
}

fn one_if(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_trace_id_of_a_trace_header_is_stored() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(root(header), Some("1-5759e988-bd862e3fe1be46a994272793"));
        assert_eq!(root("Root=\"},{"), None);
        assert_eq!(root("Self=1-2"), None);
        assert_eq!(root("Root=acme-com-is-in-b"), None, "a text of the caller is not an id");
        assert_eq!(root(&header.replace("bd86", "bd86-")), None);
    }

    #[test]
    fn a_sign_in_succeeds_fails_or_waits_and_faults_are_not_counted() {
        let ends = [200, 401, 429, 422, 503].map(|status| sign_in("login", status));
        assert_eq!(ends, [Some("succeeded"), Some("failed"), Some("throttled"), None, None]);
        assert_eq!([200, 401].map(|status| sign_in("issue-token", status)), [None, Some("failed")]);
        assert_eq!(sign_in("get-test", 401), None);
    }
}
