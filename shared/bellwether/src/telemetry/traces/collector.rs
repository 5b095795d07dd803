//! The connection to the collector. Spans are buffered until a flush, and then sent at once on the calling
//! thread. A separate thread or task could be frozen with the process at any point.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter as _, SpanProcessor};
use ureq::Agent;

/// The maximum time for sending, from resolving the collector's address to its response.
pub(super) const BOUND: Duration = Duration::from_millis(150);
/// The maximum number of buffered spans. An invocation has two; more are buffered only without a flush.
const MOST: usize = 64;
/// The maximum size of the collector's response, which is empty or a few bytes.
const ANSWER_BYTES: u64 = 4_096;

/// The buffered spans.
#[derive(Debug)]
pub(super) struct Buffer {
    spans: Mutex<Vec<SpanData>>,
    exporter: SpanExporter,
}

impl Buffer {
    /// Creates a buffer for the collector at `endpoint`, by default at `OTEL_EXPORTER_OTLP_ENDPOINT` or port
    /// 4318 of `localhost`.
    pub(super) fn new(endpoint: Option<&str>) -> Option<Self> {
        // A retry would wait on the runtime's clock, which does not advance while this thread sends.
        let once = RetryPolicy::disabled();
        let mut builder =
            SpanExporter::builder().with_http().with_http_client(Sender::new()).with_retry_policy(once);
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        builder.build().ok().map(|exporter| Self { spans: Mutex::default(), exporter })
    }
}

impl SpanProcessor for Buffer {
    fn on_start(&self, _: &mut Span, _: &opentelemetry::Context) {}

    fn on_end(&self, span: SpanData) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.len() < MOST {
            spans.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        let spans = std::mem::take(&mut *self.spans.lock().unwrap_or_else(PoisonError::into_inner));
        if spans.is_empty() {
            return Ok(());
        }
        // The client blocks, so the first poll completes. Otherwise, the spans are discarded.
        self.exporter.export(spans).now_or_never().unwrap_or(Err(OTelSdkError::Timeout(BOUND)))
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// A client without TLS that connects only to the given address.
#[derive(Debug)]
struct Sender(Agent);

impl Sender {
    fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(BOUND))
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            // A connection from before a freeze may be closed without notice.
            .max_idle_connections(0)
            .build();
        Self(config.new_agent())
    }
}

impl HttpClient for Sender {
    fn send_bytes<'s, 'f>(
        &'s self,
        request: Request<Bytes>,
    ) -> BoxFuture<'f, Result<Response<Bytes>, HttpError>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let (parts, body) = self.0.run(request.map(|body| body.to_vec()))?.into_parts();
            let body = body.into_with_config().limit(ANSWER_BYTES).read_to_vec()?;
            Ok(Response::from_parts(parts, body.into()))
        })
    }
}
