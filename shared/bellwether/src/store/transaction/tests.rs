//! Transactions that conflict with another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::store::StoreError;
use crate::store::condition::Condition;
use crate::store::item::key;
use crate::store::table::{Placed, Table};

/// Reads a request to its end, according to its length.
async fn read_request(stream: &mut TcpStream) {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return;
            }
        }
        if stream.read_buf(&mut read).await.unwrap_or_default() == 0 {
            return;
        }
    }
}

/// A DynamoDB that cancels that many transactions for a conflict and accepts later ones. Also returns how
/// many it received.
async fn busy(conflicts: usize) -> (String, Arc<AtomicUsize>) {
    failing(conflicts, r#"TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]"#).await
}

/// A DynamoDB that fails that many requests with this exception and its members.
async fn failing(times: usize, exception: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            read_request(&mut stream).await;
            let (status, body) = if count.fetch_add(1, Relaxed) < times {
                ("400 Bad Request", format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{exception}}}"#))
            } else {
                ("200 OK", "{}".to_owned())
            };
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (endpoint, seen)
}

/// A table at `endpoint`.
fn table(endpoint: String) -> Table {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("lab", "lab", None, None, "lab"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint);
    Table::new(Client::from_conf(config.build()), "lab".to_owned(), Arc::default())
}

/// The result of a transaction of two writes at `endpoint`.
async fn write(endpoint: String) -> Result<Result<(), usize>, StoreError> {
    let table = table(endpoint);
    let item = |pk: &str| table.write(key(pk), Condition::New);
    table.write_all(vec![item("a"), item("b")]).await
}

#[tokio::test]
async fn a_put_that_conflicts_with_transactions_is_unavailable_after_four_attempts() {
    let conflict = r#"TransactionConflictException""#;
    for (conflicts, tries) in [(0, 1), (1, 2), (3, 4)] {
        let (endpoint, seen) = failing(conflicts, conflict).await;
        assert!(matches!(table(endpoint).put_new(key("a")).await, Ok(Placed::Stored)));
        assert_eq!(seen.load(Relaxed), tries);
    }
    let (endpoint, seen) = failing(usize::MAX, conflict).await;
    assert!(matches!(table(endpoint).put_new(key("a")).await, Err(StoreError::Unavailable(_))));
    assert_eq!(seen.load(Relaxed), 4);
}

#[tokio::test]
async fn a_transaction_that_conflicts_four_times_fails_as_unavailable() {
    for (conflicts, tries) in [(0, 1), (1, 2), (3, 4)] {
        let (endpoint, seen) = busy(conflicts).await;
        assert_eq!(write(endpoint).await.unwrap(), Ok(()));
        assert_eq!(seen.load(Relaxed), tries);
    }
    let (endpoint, seen) = busy(usize::MAX).await;
    assert!(matches!(write(endpoint).await, Err(StoreError::Unavailable(_))), "503 with Retry-After");
    assert_eq!(seen.load(Relaxed), 4);
}
