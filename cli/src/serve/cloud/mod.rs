//! An embedded DynamoDB, Secrets Manager, `EventBridge` and Lambda at one address on loopback. Of the last two, there is
//! one operation each: events become lines, and asynchronous invocations go to [`super::asynchronous`].
//!
//! Every program on the machine can connect to that address, and so can web pages in a browser. Therefore the access key
//! ID is random for each process, and a call with another key is refused. No response has CORS headers.
//!
//! The database processes one request at a time and waits for the disk. It has its own thread, so that it does not delay
//! requests that do not need it.

mod dynamodb;
mod event_bridge;
pub mod lambda;
pub mod secrets;
mod versions;

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use dynoxide::Database;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Request, Response, StatusCode};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::listener::{self, Answer, Bounds};
use crate::Failure;
use lambda::Invocation;
use secrets::Secrets;

/// The maximum size of a body: the limit of DynamoDB.
const BODY_BYTES: usize = 16 * 1024 * 1024;
/// Limits that the functions do not reach. Idle connections stay open.
const BOUNDS: Bounds = Bounds { connections: 1_024, header_time: Duration::from_hours(24) };
/// The interval for deleting expired items.
const SWEEP: Duration = Duration::from_hours(1);

/// The running services.
pub struct Cloud {
    /// Their address.
    pub url: String,
    /// The access key ID that they accept.
    pub key: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// The asynchronous invocations that Lambda has accepted.
pub type Accepted = UnboundedReceiver<Invocation>;

/// The services behind the address.
struct Services {
    key: String,
    database: Option<Database>,
    secrets: Secrets,
    invocations: UnboundedSender<Invocation>,
}

impl Cloud {
    /// Starts the services, without DynamoDB if there is no database.
    ///
    /// # Errors
    /// When the system has no free port or thread.
    pub fn start(database: Option<Database>, secrets: Secrets) -> Result<(Self, Accepted), Failure> {
        let failed =
            |error: std::io::Error| Failure::new(format!("the embedded services cannot start: {error}"));
        let key = uuid::Uuid::new_v4().simple().to_string();
        let (invocations, accepted) = unbounded_channel();
        let services = Arc::new(Services { key: key.clone(), database, secrets, invocations });
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let run = move || runtime.block_on(run(listener, services, stopped));
        let thread = std::thread::Builder::new().name("store".to_owned()).spawn(run).map_err(failed)?;
        Ok((Self { url, key, stop, thread }, accepted))
    }

    /// Stops the services and closes the database.
    pub fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

async fn run(listener: TcpListener, services: Arc<Services>, stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let sweep = tokio::spawn(sweep(services.database.clone()));
    let handle = move |request, _| {
        let services = services.clone();
        async move { services.answer(request).await }
    };
    let stop = async {
        let _ = stopped.await;
    };
    listener::serve(vec![listener], BOUNDS, handle, stop).await;
    sweep.abort();
}

/// Deletes expired items, as DynamoDB does.
async fn sweep(database: Option<Database>) {
    let Some(database) = database else { return };
    loop {
        tokio::time::sleep(SWEEP).await;
        let database = database.clone();
        // Items that are not deleted now are deleted next time. Readers check the expiry themselves.
        let _ = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
    }
}

impl Services {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        if !self.is_ours(&request) {
            let refused = json!({ "__type": "UnrecognizedClientException", "message": "The access key id is unknown." });
            return response(StatusCode::BAD_REQUEST, refused.to_string());
        }
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let target = target.unwrap_or_default().to_owned();
        let function = lambda::function(&request);
        let Ok(body) = Limited::new(request.into_body(), BODY_BYTES).collect().await else {
            let refused =
                json!({ "__type": "SerializationException", "message": "The body cannot be read." });
            return response(StatusCode::BAD_REQUEST, refused.to_string());
        };
        let body = body.to_bytes();
        let (status, answer) = match function {
            Some(function) => lambda::accept(function, &body, &self.invocations),
            None => self.answer_target(&target, &body),
        };
        response(status, answer)
    }

    /// Answers a call that names its operation in `X-Amz-Target`.
    fn answer_target(&self, target: &str, body: &[u8]) -> (StatusCode, String) {
        let of = |prefix: &str| target.strip_prefix(prefix);
        if let (Some(operation), Some(database)) = (of(dynamodb::TARGET), &self.database) {
            dynamodb::answer(database, operation, body)
        } else if let Some(operation) = of(secrets::TARGET) {
            self.secrets.answer(operation, body)
        } else if let Some(operation) = of(event_bridge::TARGET) {
            event_bridge::answer(operation, body, &mut std::io::stdout().lock())
        } else {
            (StatusCode::BAD_REQUEST, json!({ "__type": "UnknownOperationException" }).to_string())
        }
    }

    /// Returns whether a call has the access key ID of this process: `AWS4-HMAC-SHA256 Credential=<id>/…`.
    fn is_ours(&self, request: &Request<Incoming>) -> bool {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let credential = header.and_then(|header| header.split_once("Credential=")?.1.split('/').next());
        credential.is_some_and(|id| verify_slices_are_equal(id.as_bytes(), self.key.as_bytes()).is_ok())
    }
}

fn response(status: StatusCode, body: String) -> Answer {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/x-amz-json-1.1");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests;
