//! The work of API Gateway: finds the function of a request, invokes it with an event in payload 1.0, and turns the
//! returned value into a response.

mod answer;
mod event;
mod refusal;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bellwether::http::problem::Problem;
use bellwether::operations::routing::{self, Route};
use bellwether::runtime::body::BODY_BYTES;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::http::uri::Authority;
use hyper::{Request, header};
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::time::timeout;
use uuid::Uuid;

use super::fleet::Fleet;
use super::listener::Answer;
use event::Received;
use refusal::Refusal;

/// The time that a client has to send a body.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The names of this machine. A web page whose host name resolves to it (DNS rebinding) sends its own name.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// A gateway to all functions.
#[derive(Clone)]
pub struct Gateway {
    fleet: Arc<Fleet>,
    /// Each invocation has a clone, so that the server waits for it even if its client has disconnected.
    in_flight: mpsc::Sender<()>,
}

impl Gateway {
    /// Returns the gateway, and a future that completes when the gateway is dropped and all invocations are finished.
    pub fn new(fleet: Arc<Fleet>) -> (Self, impl Future<Output = ()>) {
        let (in_flight, mut done) = mpsc::channel(1);
        let finished = async move {
            let _ = done.recv().await;
        };
        (Self { fleet, in_flight }, finished)
    }

    /// Answers a request.
    pub async fn answer(self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let request_id = Uuid::new_v4().to_string();
        let path = request.uri().path().to_owned();
        let outcome = self.forward(request, peer, &request_id).await;
        outcome.unwrap_or_else(|refusal| refusal.into_answer(&path, &request_id))
    }

    async fn forward(
        self,
        request: Request<Incoming>,
        peer: SocketAddr,
        request_id: &str,
    ) -> Result<Answer, Refusal> {
        is_this_machine(&request)?;
        let path = event::decoded(request.uri().path());
        let route = routing::route(request.method().as_str(), &path).ok_or(Refusal::UnknownPath)?;
        let (head, body) = request.into_parts();
        let body = read(body).await?;
        let received = Received { head: &head, path: &path, body: &body, peer: peer.ip(), request_id };
        let event = event::of(&received, route);
        let event = event.map_err(|error| Refusal::Problem(Problem::Internal(error.to_string())))?;
        self.invoke(route, request_id.to_owned(), event).await
    }

    /// Runs the function in a separate task. As on Lambda, it finishes even if the client disconnects, and a panic ends
    /// only one request.
    async fn invoke(self, route: Route, id: String, event: Box<RawValue>) -> Result<Answer, Refusal> {
        let work = tokio::spawn(async move {
            let answer = self.fleet.invoke(route.function, id, event).await;
            drop(self.in_flight);
            answer.map_err(|error| error.to_string())
        });
        let failed = |cause: String| {
            tracing::error!(function = route.function, cause, "the function failed");
            Refusal::Problem(Problem::Internal(cause))
        };
        let answer = work.await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
        answer::of(&answer).map_err(|error| failed(error.to_string()))
    }
}

/// Refuses a request for another host.
fn is_this_machine(request: &Request<Incoming>) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, other) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next());
    let authority = request.uri().authority().map(Authority::as_str);
    let is_own = |host: &str| {
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        let name = name.map_or(host, |(name, _)| name);
        HOSTS.iter().any(|own| own.eq_ignore_ascii_case(name))
    };
    if other.is_none() && host.is_some_and(is_own) && authority.is_none_or(is_own) {
        return Ok(());
    }
    Err(Refusal::OtherHost)
}

/// Reads the body, unless it is too large or too slow.
async fn read(body: Incoming) -> Result<Bytes, Refusal> {
    let most = u64::try_from(BODY_BYTES).unwrap_or(u64::MAX);
    if body.size_hint().lower() > most {
        return Err(Refusal::Problem(Problem::TooLarge));
    }
    match timeout(BODY_TIME, Limited::new(body, BODY_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::Problem(Problem::TooLarge)),
        Ok(Err(_)) => {
            Err(Refusal::Problem(Problem::Malformed("The body cannot be read to its end.".to_owned())))
        }
        Err(_) => Err(Refusal::SlowBody),
    }
}
