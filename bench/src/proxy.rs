//! A proxy between a function and DynamoDB that counts calls, to verify the counts in the function's log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// The header that each call to DynamoDB contains once (the service's API reference, "Making HTTP requests to
/// DynamoDB").
const CALL: &[u8] = b"x-amz-target: DynamoDB_";

/// A listener on loopback that forwards bytes immediately.
pub struct Proxy {
    /// The address of the proxy.
    pub endpoint: String,
    calls: Arc<AtomicU64>,
}

impl Proxy {
    /// Forwards to `upstream`, an `http://host:port` on loopback.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(upstream: &str) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let calls = Arc::new(AtomicU64::new(0));
        let counter = calls.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(&upstream).await {
                    forward(client, server, counter.clone());
                }
            }
        });
        Self { endpoint, calls }
    }

    /// The number of calls so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }
}

fn forward(client: TcpStream, server: TcpStream, calls: Arc<AtomicU64>) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    tokio::spawn(async move {
        let (mut seen, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            calls.fetch_add(count(&mut seen, &buffer[..length]), Relaxed);
            if to_server.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    });
}

/// Counts the calls that begin in `next`. `seen` stores the end of the previous bytes, which may contain the
/// first part of a call.
fn count(seen: &mut Vec<u8>, next: &[u8]) -> u64 {
    seen.extend_from_slice(next);
    let found = seen.windows(CALL.len()).filter(|window| *window == CALL).count();
    let keep = seen.len().min(CALL.len() - 1);
    seen.drain(..seen.len() - keep);
    u64::try_from(found).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_counted_once_wherever_it_is_split() {
        let stream = [b"POST / HTTP/1.1\r\n", CALL, b"20120810.PutItem\r\n\r\n{}"].concat();
        for at in 0..stream.len() {
            let (mut seen, (first, second)) = (Vec::new(), stream.split_at(at));
            assert_eq!(count(&mut seen, first) + count(&mut seen, second), 1, "split at {at}");
        }
    }
}
