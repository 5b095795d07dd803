//! One invocation as the log sees it: one line when it is over, which is also its metrics.

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

/// An invocation under way.
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

/// How an invocation ended.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// The HTTP status, or for an event what it would have been.
    pub status: u16,
    /// `ok`, or the problem's own name.
    pub word: &'static str,
}

impl Ending {
    /// The end of what failed with `problem`, or else came to `status`.
    #[must_use]
    pub fn of(problem: Option<&Problem>, status: u16) -> Self {
        problem.map_or(Self { status, word: "ok" }, |problem| Self {
            status: problem.status().as_u16(),
            word: problem.kind(),
        })
    }
}

impl Boundary {
    /// An invocation begins; `trace` is X-Ray's header, of which the trace's own id is kept.
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

    /// Does the work; whoever it says it is of ([`crate::auth::access::identify`]) will stand in the line.
    pub async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        self.of.during(work).await
    }

    /// A request is over; `operation` is the one that it asked for, if there is such a one.
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

    /// An event that came past API Gateway is over. It is no request, so it counts in no objective.
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

/// How a sign-in ended, of a function that signs in; None for what is neither right nor wrong. Tokens that are
/// given out for a session or a machine's secret are no sign-ins; a wrong secret is one that failed.
fn sign_in(function: &str, status: u16) -> Option<&'static str> {
    match (function, status) {
        ("login", 200) => Some(SignIn::Succeeded.as_str()),
        ("login" | "issue-token", 401) => Some(SignIn::Failed.as_str()),
        ("login" | "issue-token", 429) => Some("throttled"),
        _ => None,
    }
}

/// The trace's own id in X-Ray's header (`Root=1-<8 digits>-<24>;Parent=…;Sampled=1`), which callers may send.
fn root(header: &str) -> Option<&str> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let (time, rest) = root.strip_prefix("1-")?.split_once('-')?;
    let hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    (hex(time, 8) && hex(rest, 24)).then_some(root)
}

fn one_if(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_trace_header_the_own_id_is_kept_and_nothing_else_that_stands_in_it() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(root(header), Some("1-5759e988-bd862e3fe1be46a994272793"));
        assert_eq!(root("Root=\"},{"), None);
        assert_eq!(root("Self=1-2"), None);
        assert_eq!(root("Root=acme-com-is-in-b"), None, "a caller's words are no id");
        assert_eq!(root(&header.replace("bd86", "bd86-")), None);
    }

    #[test]
    fn a_sign_in_is_right_wrong_or_has_to_wait_and_a_fault_is_none_of_these() {
        let ends = [200, 401, 429, 422, 503].map(|status| sign_in("login", status));
        assert_eq!(ends, [Some("succeeded"), Some("failed"), Some("throttled"), None, None]);
        assert_eq!([200, 401].map(|status| sign_in("issue-token", status)), [None, Some("failed")]);
        assert_eq!(sign_in("get-test", 401), None);
    }
}
