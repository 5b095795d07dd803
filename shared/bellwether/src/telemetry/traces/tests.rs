use std::io::{Read as _, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use lambda_runtime::{Context as LambdaContext, service_fn};
use opentelemetry_http::{Bytes, Response};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use super::super::log::lines;
use super::*;

const SAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const UNSAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
const CANARY: &str = "canary-4f1d";

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Accepts one request, responds to it, and returns its bytes.
fn collector() -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !whole(&request) {
            let mut piece = [0; 4_096];
            let length = stream.read(&mut piece).unwrap();
            assert_ne!(length, 0, "the request ends early");
            request.extend_from_slice(&piece[..length]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        request
    });
    (address, taken)
}

/// Whether a request is complete, including its body.
fn whole(request: &[u8]) -> bool {
    let Some(head) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
    request.len() - head - 4 >= length.trim().parse::<usize>().unwrap()
}

/// The work of a handler, with a secret in every possible field.
fn work() {
    let request = tracing::info_span!(target: "bellwether::http", "request", id = "req-1");
    let _entered = request.entered();
    tracing::error!(target: "bellwether::http", cause = CANARY, "failure");
    tracing::info!(target: "bellwether::line", line = CANARY);
    tracing::info_span!(target: "aws_sdk_dynamodb::operation", "GetItem", id = CANARY).in_scope(|| {});
    tracing::info_span!(target: "bellwethers", "alike", id = CANARY).in_scope(|| {});
    tracing::info_span!(target: "bellwether::http", "unlisted", token = CANARY).in_scope(|| {});
    tracing::debug_span!(target: "bellwether::http", "detailed", id = CANARY).in_scope(|| {});
}

/// Runs that many invocations behind the layer, for a collector at this address. Returns the log and the
/// duration of the slowest flush.
fn invoke(times: usize, address: SocketAddr, header: &str) -> (String, Duration) {
    let traces = Arc::new(Traces::new(Some(&format!("http://{address}/v1/traces"))).unwrap());
    let sink = Sink::default();
    let out = sink.clone();
    let subscriber = lines(LevelFilter::WARN, false, move || out.clone()).with(traces.spans());
    let _guard = tracing::subscriber::set_default(subscriber);
    let slowest = Arc::new(Mutex::new(Duration::ZERO));
    let clock = slowest.clone();
    let layer = Traced(move || {
        let began = Instant::now();
        traces.flush();
        let mut slowest = clock.lock().unwrap();
        *slowest = began.elapsed().max(*slowest);
    });
    let mut service = layer.layer(service_fn(|_: LambdaInvocation| async {
        work();
        Ok::<(), lambda_runtime::Error>(())
    }));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for _ in 0..times {
        let mut context = LambdaContext::default();
        context.xray_trace_id = Some(header.to_owned());
        let parts = Response::new(()).into_parts().0;
        runtime.block_on(service.call(LambdaInvocation { parts, body: Bytes::new(), context })).unwrap();
    }
    let log = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let slowest = *slowest.lock().unwrap();
    (log, slowest)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_collector_gets_the_spans_of_an_invocation_and_no_secret() {
    let (address, taken) = collector();
    let (log, _) = invoke(1, address, SAMPLED);
    assert!(!log.contains("collector"), "the spans were not accepted: {log}");
    let taken = taken.join().unwrap();
    assert!(taken.starts_with(b"POST /v1/traces HTTP/1.1\r\n"));
    for sent in ["request", "req-1", "faas.coldstart", "bellwether"] {
        assert!(contains(&taken, sent.as_bytes()), "{sent} is missing");
    }
    let trace = TraceId::from_hex("5759e988bd862e3fe1be46a994272793").unwrap().to_bytes();
    assert!(contains(&taken, &trace), "the trace is not X-Ray's");
    assert!(
        contains(&taken, &SpanId::from_hex("53995c3f42cd8ad8").unwrap().to_bytes()),
        "the parent is not X-Ray's span"
    );
    for secret in [CANARY, "GetItem", "alike", "unlisted", "detailed"] {
        assert!(!contains(&taken, secret.as_bytes()), "{secret} was sent");
    }
}

#[test]
fn a_failing_collector_delays_for_the_limit_only_and_is_logged_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [down, silent.local_addr().unwrap()] {
        let (log, slowest) = invoke(3, address, SAMPLED);
        assert!(slowest < collector::BOUND + Duration::from_millis(50), "{slowest:?}");
        assert_eq!(log.matches("traces do not reach their collector").count(), 1, "{log}");
        assert!(!log.contains(&address.to_string()), "{log}");
    }
}

#[test]
fn no_span_of_an_untraced_request_is_sent() {
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for header in [UNSAMPLED, "", "Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-é;Parent=1;Sampled=1"]
    {
        let (log, _) = invoke(1, down, header);
        assert!(!log.contains("collector"), "the collector was called: {log}");
    }
}
