//! An HTTP/1.1 server that limits the number of connections, the size of headers, and the time that a client has to send
//! them.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_all;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// A response whose body is in memory.
pub type Answer = Response<Full<Bytes>>;

/// The maximum size of the request line and headers.
const HEADER_BYTES: usize = 32 * 1024;
/// The time that requests have to finish when the server stops: longer than the budget of any operation.
const LAST_REQUESTS: Duration = Duration::from_secs(27);
/// The pause after a connection could not be accepted, for example because too many files are open.
const PAUSE: Duration = Duration::from_millis(50);

/// The limits of a server.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The number of concurrent connections. Further clients wait until a connection ends.
    pub connections: usize,
    /// The time that a client has to send the headers of its next request.
    pub header_time: Duration,
}

/// Answers requests with `handle` until `stop` completes. Then accepts no more connections, and returns when the current
/// requests are answered.
pub async fn serve<H, F>(
    listeners: Vec<TcpListener>,
    bounds: Bounds,
    handle: H,
    stop: impl Future<Output = ()>,
) where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let (connections, graceful) = (Arc::new(Semaphore::new(bounds.connections)), GracefulShutdown::new());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.header_time).max_buf_size(HEADER_BYTES);
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let permit = connections.clone().acquire_owned().await;
            (permit, accept(&listeners).await)
        };
        let (permit, (stream, peer)) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let handle = handle.clone();
        let service = service_fn(move |request| {
            let answer = handle(request, peer);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // Errors of clients are not errors of the server.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listeners);
    let _ = timeout(LAST_REQUESTS, graceful.shutdown()).await;
}

/// Waits for a connection to any of the listeners.
async fn accept(listeners: &[TcpListener]) -> (TcpStream, SocketAddr) {
    loop {
        let each = listeners.iter().map(|listener| Box::pin(listener.accept()));
        match select_all(each).await.0 {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Listens on both loopback addresses, on a free port if `port` is 0. Without IPv6, there is only one.
///
/// # Errors
/// When the port is in use.
pub async fn on_loopback(port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let first = TcpListener::bind(("127.0.0.1", port)).await?;
    let port = first.local_addr()?.port();
    match TcpListener::bind(("::1", port)).await {
        Ok(second) => Ok((vec![first, second], port)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Err(_) => Ok((vec![first], port)),
    }
}

#[cfg(test)]
mod tests;
