//! DynamoDB can return unprocessed keys of a read. They are requested again, and a unit that stays unread is
//! `unavailable` at its position.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::{Value, json};
use testing::Bench;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::assign;

/// Starts a proxy to the database that returns all keys as unprocessed in the first `refusals` batch reads. Returns
/// its address and the counter of batch reads.
async fn busy(upstream: &str, refusals: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (upstream, reads) = (upstream.replace("http://", ""), Arc::new(AtomicUsize::new(0)));
    let count = reads.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(relay(client, upstream.clone(), refusals, count.clone()));
        }
    });
    (address, reads)
}

/// Handles one request of a connection and closes it.
async fn relay(mut client: TcpStream, upstream: String, refusals: usize, reads: Arc<AtomicUsize>) {
    let (head, body) = request(&mut client).await;
    let response = if head.contains("BatchGetItem") && reads.fetch_add(1, SeqCst) < refusals {
        let request: Value = serde_json::from_slice(&body).unwrap();
        json!({ "Responses": {}, "UnprocessedKeys": request["RequestItems"] }).to_string().into_bytes()
    } else {
        let mut server = TcpStream::connect(upstream).await.unwrap();
        server.write_all(head.as_bytes()).await.unwrap();
        server.write_all(&body).await.unwrap();
        request(&mut server).await.1
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", response.len());
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&response).await.unwrap();
}

/// Reads the head and the body of a message.
async fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let (mut read, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(read[..end + 4].to_vec()).unwrap();
            let length = head
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let length: usize = length.unwrap_or(0);
            while read.len() < end + 4 + length {
                let more = stream.read(&mut buffer).await.unwrap();
                assert!(more > 0, "a message ends early");
                read.extend_from_slice(&buffer[..more]);
            }
            return (head, read[end + 4..].to_vec());
        }
        let more = stream.read(&mut buffer).await.unwrap();
        if more == 0 {
            return (String::new(), Vec::new());
        }
        read.extend_from_slice(&buffer[..more]);
    }
}

fn account(unit_id: &str, employees: u32) -> Value {
    json!({ "unit_id": unit_id, "attributes": { "employees": employees } })
}

async fn launched() -> (Bench, Value) {
    let bench = Bench::start().await;
    bench
        .launch(json!({ "targeting": { "employees": { "$gt": 200 } }, "namespace": null, "overrides": {} }))
        .await;
    let first = assign(&bench, account("acme.com", 900)).await;
    (bench, first)
}

#[tokio::test]
async fn unprocessed_keys_are_requested_again() {
    let (bench, first) = launched().await;
    let (way, reads) = busy(bench.endpoint(), 3).await;
    let response = assign(
        &bench.by_way_of(&way).await,
        json!({ "units": [account("acme.com", 1), account("new.com", 1)] }),
    )
    .await;
    assert_eq!(response["assignments"][0]["variant"], first["variant"]);
    assert_eq!((&response["assignments"][1]["reason"], reads.load(SeqCst)), (&json!("not_targeted"), 4));
}

#[tokio::test]
async fn an_unreadable_unit_is_unavailable_and_the_others_get_their_variants() {
    let (bench, _) = launched().await;
    let (way, _) = busy(bench.endpoint(), usize::MAX).await;
    let units =
        json!({ "units": [account("acme.com", 1), account("new.com", 900), account("other.com", 2)] });
    let response = assign(&bench.by_way_of(&way).await, units).await;
    let list = &response["assignments"];
    for unread in [0, 2] {
        assert_eq!(
            list[unread]["problem"]["status"], 503,
            "no unit is reported as outside the test by mistake: {response}"
        );
    }
    assert_eq!(list[1]["reason"], "assigned");
}
