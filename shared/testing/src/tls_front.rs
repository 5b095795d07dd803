//! A TLS server on loopback in front of an emulated service, with a delay for each call. Functions reach AWS
//! over TLS only, and the handshakes are a large part of their first response.
//!
//! The certificate of `localhost` is signed through an intermediate certificate, and all keys are RSA of 2,048
//! bits, as at the endpoints of DynamoDB and Secrets Manager. A function trusts the root if `AWS_CA_BUNDLE`
//! names [`Authority::bundle`].

mod authority;
mod counted;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub use authority::Authority;
use counted::Counted;

/// The header that each call to DynamoDB and to Secrets Manager contains once.
const CALL: &[u8] = b"\r\nx-amz-target: ";

/// What clients have sent and received so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// TCP connections.
    pub connections: u64,
    /// Completed TLS handshakes.
    pub handshakes: u64,
    /// Calls.
    pub calls: u64,
    /// Bytes from clients, including TLS.
    pub sent: u64,
    /// Bytes to clients, including TLS.
    pub received: u64,
}

/// Counters of [`Traffic`].
#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    handshakes: AtomicU64,
    calls: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
}

/// A listener with TLS that forwards to a service over plain TCP.
pub struct Front {
    /// The address, `https://localhost:<port>`.
    pub endpoint: String,
    counts: Arc<Counts>,
}

impl Front {
    /// Forwards to `upstream`, an `http://host:port` on loopback. Each response is held back for `delay`.
    pub async fn start(authority: &Authority, upstream: &str, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let counts = Arc::new(Counts::default());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let (acceptor, own) = (TlsAcceptor::from(authority.server.clone()), counts.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connection(acceptor.clone(), client, upstream.clone(), own.clone(), delay));
            }
        });
        Self { endpoint: format!("https://localhost:{port}"), counts }
    }

    /// The traffic so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let Counts { connections, handshakes, calls, sent, received } = &*self.counts;
        let [connections, handshakes, calls, sent, received] =
            [connections, handshakes, calls, sent, received].map(|counter| counter.load(Relaxed));
        Traffic { connections, handshakes, calls, sent, received }
    }
}

impl std::ops::Sub for Traffic {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            connections: self.connections - earlier.connections,
            handshakes: self.handshakes - earlier.handshakes,
            calls: self.calls - earlier.calls,
            sent: self.sent - earlier.sent,
            received: self.received - earlier.received,
        }
    }
}

type Client = TlsStream<Counted>;

async fn connection(
    acceptor: TlsAcceptor,
    client: TcpStream,
    upstream: String,
    counts: Arc<Counts>,
    delay: Duration,
) {
    counts.connections.fetch_add(1, Relaxed);
    let _ = client.set_nodelay(true);
    let Ok(client) = acceptor.accept(Counted::new(client, counts.clone())).await else { return };
    counts.handshakes.fetch_add(1, Relaxed);
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let _ = server.set_nodelay(true);
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = server.into_split();
    let asked = Arc::new(AtomicBool::new(false));
    tokio::spawn(responses(from_server, to_client, asked.clone(), delay));
    requests(from_client, to_server, &counts, &asked).await;
}

/// Forwards requests and counts the calls.
async fn requests(
    mut from_client: ReadHalf<Client>,
    mut to_server: OwnedWriteHalf,
    counts: &Counts,
    asked: &AtomicBool,
) {
    let (mut seen, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        counts.calls.fetch_add(calls(&mut seen, &buffer[..length]), Relaxed);
        asked.store(true, Relaxed);
        if to_server.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Forwards responses. The first part of each waits for `delay`.
async fn responses(
    mut from_server: OwnedReadHalf,
    mut to_client: WriteHalf<Client>,
    asked: Arc<AtomicBool>,
    delay: Duration,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        if asked.swap(false, Relaxed) {
            tokio::time::sleep(delay).await;
        }
        let written = to_client.write_all(&buffer[..length]).await;
        if written.is_err() || to_client.flush().await.is_err() {
            return;
        }
    }
    let _ = to_client.shutdown().await;
}

/// Counts the calls that begin in `next`. `seen` stores the end of the previous bytes, which may contain the
/// first part of the header.
fn calls(seen: &mut Vec<u8>, next: &[u8]) -> u64 {
    seen.extend_from_slice(next);
    let found = seen.windows(CALL.len()).filter(|window| window.eq_ignore_ascii_case(CALL)).count();
    let keep = seen.len().min(CALL.len() - 1);
    seen.drain(..seen.len() - keep);
    u64::try_from(found).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_counted_once_wherever_it_is_split() {
        let stream = [b"POST / HTTP/1.1".as_slice(), CALL, b"DynamoDB_20120810.PutItem\r\n\r\n{}"].concat();
        for at in 0..stream.len() {
            let (mut seen, (first, second)) = (Vec::new(), stream.split_at(at));
            assert_eq!(calls(&mut seen, first) + calls(&mut seen, second), 1, "split at {at}");
        }
    }
}
