//! A proxy between a function and DynamoDB that applies a [`Fate`] to each request: it forwards it, delays
//! it, loses it before or after it takes effect, or responds in place of DynamoDB. It counts requests. It
//! supports plain HTTP/1.1 on loopback with bodies of a stated length, as the SDK and the embedded DynamoDB
//! use it.

use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The treatment of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The request is forwarded, and its response returned.
    Pass,
    /// The request is forwarded after this time, even if its sender has given up: a write may take effect
    /// after the retry that replaced it.
    Delay(Duration),
    /// The connection is reset before the request is forwarded.
    Drop,
    /// The request is neither forwarded nor answered: its sender waits until its timeout.
    Swallow,
    /// The request is forwarded, and the connection is reset in place of the response: the write has taken
    /// effect, but its sender does not know.
    Lose,
    /// The request is not forwarded, and the proxy returns this response.
    Answer(u16, &'static str),
    /// The request is forwarded, but the proxy returns 500.
    Mislead,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Pass => "passed",
            Self::Delay(_) => "delayed",
            Self::Drop => "dropped before",
            Self::Swallow => "swallowed",
            Self::Lose => "reset after",
            Self::Answer(400, _) => "answered 400",
            Self::Answer(..) => "answered 500",
            Self::Mislead => "answered 500 after",
        }
    }
}

/// A running proxy.
pub struct Proxy {
    /// The address of the proxy.
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

/// The counts of a proxy.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Requests by operation.
    pub calls: BTreeMap<String, u64>,
    /// Requests by treatment.
    pub fates: BTreeMap<&'static str, u64>,
    /// Requests that the SDK retried.
    pub repeats: u64,
}

type Plan = Box<dyn FnMut() -> Fate + Send>;

impl Proxy {
    /// Starts a proxy before the server at `upstream` (`http://host:port`). `plan` returns the fate of each
    /// request.
    pub async fn start(upstream: &str, plan: impl FnMut() -> Fate + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let plan: Arc<Mutex<Plan>> = Arc::new(Mutex::new(Box::new(plan)));
        let (counts, upstream) = (seen.clone(), upstream.trim_start_matches("http://").to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (plan, counts, upstream) = (plan.clone(), counts.clone(), upstream.clone());
                // An error of a connection matters only to its sender.
                tokio::spawn(async move { relay(client, &upstream, &plan, &counts).await });
            }
        });
        Self { url, seen }
    }

    /// A proxy that only counts.
    pub async fn counting(upstream: &str) -> Self {
        Self::start(upstream, || Fate::Pass).await
    }

    /// The counts so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("no panic under the lock").clone()
    }
}

/// Serves a connection until a fate or its sender ends it.
async fn relay(client: TcpStream, upstream: &str, plan: &Mutex<Plan>, seen: &Mutex<Seen>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut client = BufReader::new(client);
    let mut server = BufReader::new(TcpStream::connect(upstream).await?);
    server.get_ref().set_nodelay(true)?;
    while let Some(request) = Message::read(&mut client).await? {
        let fate = plan.lock().expect("no panic under the lock")();
        seen.lock().expect("no panic under the lock").count(&request, fate);
        match fate {
            Fate::Drop => return client.get_ref().set_zero_linger(),
            Fate::Swallow => {
                tokio::io::copy(&mut client, &mut tokio::io::sink()).await?;
                return Ok(());
            }
            Fate::Answer(status, code) => client.write_all(refusal(status, code).as_bytes()).await?,
            Fate::Pass | Fate::Delay(_) | Fate::Lose | Fate::Mislead => {
                if let Fate::Delay(time) = fate {
                    tokio::time::sleep(time).await;
                }
                server.write_all(&request.bytes).await?;
                let answer = Message::read(&mut server).await?.ok_or(Error::other("no response"))?;
                match fate {
                    Fate::Lose => return client.get_ref().set_zero_linger(),
                    Fate::Mislead => {
                        let code = "com.amazonaws.dynamodb.v20120810#InternalServerError";
                        client.write_all(refusal(500, code).as_bytes()).await?;
                    }
                    _ => client.write_all(&answer.bytes).await?,
                }
            }
        }
    }
    Ok(())
}

/// An error in the form of DynamoDB.
fn refusal(status: u16, code: &str) -> String {
    let body = format!(r#"{{"__type":"{code}","message":"made by the proxy"}}"#);
    format!(
        "HTTP/1.1 {status} Fault\r\ncontent-type: application/x-amz-json-1.0\r\n\
         x-amzn-requestid: FAULT\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

impl Seen {
    fn count(&mut self, request: &Message, fate: Fate) {
        let target = request.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        *self.calls.entry(operation).or_default() += 1;
        *self.fates.entry(fate.name()).or_default() += 1;
        let first = request.header("amz-sdk-request").is_none_or(|text| text.starts_with("attempt=1"));
        self.repeats += u64::from(!first);
    }
}

/// A request or a response: the head as text, and the whole as bytes.
struct Message {
    head: String,
    bytes: Vec<u8>,
}

impl Message {
    /// Reads the next message. None when the connection has ended.
    async fn read(stream: &mut BufReader<TcpStream>) -> Result<Option<Self>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if stream.read_until(b'\n', &mut bytes).await? == 0 {
                return Ok(None);
            }
        }
        let head = String::from_utf8_lossy(&bytes).into_owned();
        let mut message = Self { head, bytes };
        let length = message.header("content-length").and_then(|text| text.parse().ok());
        let length: usize = length.ok_or(Error::other("a message without a length"))?;
        let head_length = message.bytes.len();
        message.bytes.resize(head_length + length, 0);
        stream.read_exact(&mut message.bytes[head_length..]).await?;
        Ok(Some(message))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}
