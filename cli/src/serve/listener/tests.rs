use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

use super::*;

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Starts a server that answers all requests with `body` until the sender is dropped.
async fn server<F>(
    bounds: Bounds,
    body: impl Fn() -> F + Clone + Send + 'static,
) -> (u16, oneshot::Sender<()>, tokio::task::JoinHandle<()>)
where
    F: Future<Output = &'static str> + Send + 'static,
{
    let (listeners, port) = on_loopback(0).await.unwrap();
    let (stop, stopped) = oneshot::channel();
    let handle = move |_, _| {
        let body = body();
        async move { Response::new(Full::from(body.await)) }
    };
    let run = serve(listeners, bounds, handle, async {
        let _ = stopped.await;
    });
    (port, stop, tokio::spawn(run))
}

/// Sends a request and reads the response.
async fn send(stream: &mut TcpStream) -> String {
    stream.write_all(GET).await.unwrap();
    let mut answer = vec![0; 1_024];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_connection_without_headers_is_closed_after_the_time_limit() {
    let bounds = |header_time| Bounds { connections: 8, header_time };
    let (patient, _stop, _) = server(bounds(Duration::from_mins(1)), || async { "" }).await;
    let (strict, _stop, _) = server(bounds(Duration::from_millis(50)), || async { "" }).await;
    let older = TcpStream::connect(("127.0.0.1", patient)).await.unwrap();
    for beginning in [&b""[..], b"GET / HTTP/1.1\r\nhost: local"] {
        let mut stream = TcpStream::connect(("127.0.0.1", strict)).await.unwrap();
        stream.write_all(beginning).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(!answer.contains("200"), "{answer}");
    }
    // With the same limit for both, the older connection would be closed first.
    let read = older.try_read(&mut [0; 8]);
    assert!(read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock));
}

#[tokio::test]
async fn a_connection_above_the_limit_waits_until_another_ends() {
    static CURRENT: AtomicUsize = AtomicUsize::new(0);
    let bounds = Bounds { connections: 1, header_time: Duration::from_mins(1) };
    let body = || async {
        assert_eq!(CURRENT.fetch_add(1, Relaxed), 0, "two connections are served at once");
        tokio::task::yield_now().await;
        CURRENT.fetch_sub(1, Relaxed);
        "done"
    };
    let (port, _stop, _) = server(bounds, body).await;
    let mut first = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert!(send(&mut first).await.ends_with("done"));
    let mut second = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    second.write_all(GET).await.unwrap();
    let mut answer = [0; 1_024];
    assert!(send(&mut first).await.ends_with("done"));
    assert!(second.try_read(&mut answer).is_err(), "the second has no answer while the first is open");
    drop(first);
    let length = second.read(&mut answer).await.unwrap();
    assert!(answer[..length].ends_with(b"done"));
}

#[tokio::test]
async fn after_the_stop_a_current_request_is_answered_and_an_idle_connection_is_closed() {
    let bounds = Bounds { connections: 8, header_time: Duration::from_mins(1) };
    let (start, begun) = oneshot::channel();
    let (go, gone) = oneshot::channel::<()>();
    let parts = Arc::new(std::sync::Mutex::new(Some((start, gone))));
    let body = move || {
        let parts = parts.lock().unwrap().take();
        async move {
            if let Some((start, gone)) = parts {
                start.send(()).unwrap();
                gone.await.unwrap();
            }
            "done"
        }
    };
    let (port, stop, end) = server(bounds, body).await;
    let mut busy = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    busy.write_all(GET).await.unwrap();
    begun.await.unwrap();
    let mut idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert!(send(&mut idle).await.ends_with("done"));
    drop(stop);
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap(), 0);
    go.send(()).unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    end.await.unwrap();
}
