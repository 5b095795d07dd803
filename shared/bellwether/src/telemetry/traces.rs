//! Spans of invocations, for X-Ray. The layer of `lambda_runtime` begins a span for each invocation, as a
//! child of the one that X-Ray names. It contains the span of the request. After the response has been sent
//! to Lambda, the spans go to a collector next to the function, before Lambda freezes both.
//!
//! Only spans from these two sources are sent, and only if all their fields are in [`FIELDS`]. Events are
//! never sent. Spans of the AWS SDK contain requests, and a request can contain a secret.

mod collector;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use lambda_runtime::layers::{OpenTelemetryFaasTrigger, OpenTelemetryLayer};
use lambda_runtime::tower::Layer as ServiceLayer;
use lambda_runtime::{LambdaInvocation, Service};
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry::{Context, ContextGuard};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

/// The source of the span that the layer of `lambda_runtime` makes.
const INVOCATION: &str = "lambda_runtime::layers::otel";

/// The fields that a span may have. A span with any other field is not sent, so that a token, a unit or a
/// body cannot be added without a change of this list.
const FIELDS: [&str; 7] =
    ["id", "otel.name", "otel.kind", "faas.name", "faas.trigger", "faas.invocation_id", "faas.coldstart"];

/// The sender of spans in this process. Contains None if it could not be created.
static TRACES: OnceLock<Option<Traces>> = OnceLock::new();

struct Traces {
    provider: SdkTracerProvider,
    failing: AtomicBool,
}

impl Traces {
    /// Creates a sender to the collector at `endpoint`, or to that in the environment.
    fn new(endpoint: Option<&str>) -> Option<Self> {
        let buffer = collector::Buffer::new(endpoint)?;
        let service = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        let provider = SdkTracerProvider::builder()
            .with_resource(Resource::builder().with_service_name(service).build())
            // X-Ray decides which requests are traced. It also creates the trace id, which contains the time;
            // a random id would be refused.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)))
            .with_span_processor(buffer)
            .build();
        Some(Self { provider, failing: AtomicBool::new(false) })
    }

    fn spans<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("bellwether"))
            .with_context_activation(false)
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(is_sent).with_max_level_hint(LevelFilter::INFO))
    }

    /// Sends the buffered spans, and logs when that begins to fail. The log does not contain the reason,
    /// because it may quote the endpoint, which can contain a password.
    fn flush(&self) {
        let failed = self.provider.force_flush().is_err();
        if failed && !self.failing.swap(failed, Relaxed) {
            tracing::warn!("traces do not reach their collector");
        }
        self.failing.store(failed, Relaxed);
    }
}

/// Whether a span must be sent.
fn is_sent(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let known = target == INVOCATION || target == "bellwether" || target.starts_with("bellwether::");
    metadata.is_span()
        && known
        && *metadata.level() <= Level::INFO
        && metadata.fields().iter().all(|field| FIELDS.contains(&field.name()))
}

/// The layer that collects spans from the log's subscriber. None when the collector's address is invalid.
pub(super) fn spans<S: Subscriber + for<'a> LookupSpan<'a>>() -> Option<impl Layer<S>> {
    TRACES.get_or_init(|| Traces::new(None)).as_ref().map(Traces::spans)
}

/// Sends the spans of the invocation within [`collector::BOUND`].
fn flush() {
    if let Some(traces) = TRACES.get().and_then(Option::as_ref) {
        traces.flush();
    }
}

/// Creates a span for each invocation in X-Ray's trace, and sends it after the response.
#[derive(Debug)]
pub struct Traced<F>(F);

/// The layer that sends the spans that the log's subscriber has collected.
#[must_use]
pub fn traced() -> Traced<fn()> {
    Traced(flush)
}

impl<S, F: Fn() + Clone> ServiceLayer<S> for Traced<F> {
    type Service = Joined<<OpenTelemetryLayer<F> as ServiceLayer<S>>::Service>;

    fn layer(&self, inner: S) -> Self::Service {
        let layer = OpenTelemetryLayer::new(self.0.clone());
        Joined(layer.with_trigger(OpenTelemetryFaasTrigger::Http).layer(inner))
    }
}

/// Makes a span of the service a child of the one that X-Ray names.
#[expect(missing_debug_implementations, reason = "the inner service has none")]
pub struct Joined<S>(S);

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for Joined<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, task: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(task)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> S::Future {
        let _joined = join(invocation.context.xray_trace_id.as_deref());
        self.0.call(invocation)
    }
}

/// While the guard exists, spans without a parent are children of the span in X-Ray's header.
fn join(header: Option<&str>) -> Option<ContextGuard> {
    header.and_then(parent).map(|parent| Context::new().with_remote_span_context(parent).attach())
}

/// Parses the span in X-Ray's header (`Root=1-<8 digits>-<24>;Parent=<16>;Sampled=1`).
fn parent(header: &str) -> Option<SpanContext> {
    let part = |name| header.split(';').find_map(|part| part.trim().strip_prefix(name));
    let (time, rest) = part("Root=1-")?.split_once('-')?;
    if time.len() != 8 || rest.len() != 24 {
        return None;
    }
    let trace = TraceId::from_hex(&[time, rest].concat()).ok()?;
    let span = SpanId::from_hex(part("Parent=")?).ok()?;
    let flags = if part("Sampled=") == Some("1") { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}
