//! A server on loopback that gives prepared answers, for tests.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up must panic")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Its method and path.
    pub line: String,
    /// Its headers in lower case.
    pub head: String,
    /// Its body.
    pub body: String,
}

/// What the server does with a request.
pub enum Reply {
    /// A status, other headers, and a body.
    Json(u16, &'static str, Value),
    /// The connection is closed without an answer.
    Closed,
}

type Script = Box<dyn FnMut(&Arrived) -> Reply + Send>;

/// The server. Its thread ends with the process of the tests.
pub struct Loopback {
    /// Its address.
    pub url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Loopback {
    /// Starts a server that answers as `script` says.
    pub fn start(script: impl FnMut(&Arrived) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let (log, script) = (arrived.clone(), Arc::new(Mutex::new(Box::new(script) as Script)));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, script) = (log.clone(), script.clone());
                std::thread::spawn(move || while answer(&stream, &log, &script).is_some() {});
            }
        });
        Self { url, arrived }
    }

    /// Starts a server that gives these answers one after the other, and then the last one again.
    pub fn with(replies: impl IntoIterator<Item = Reply>) -> Self {
        let mut replies: VecDeque<Reply> = replies.into_iter().collect();
        Self::start(move |_| match (replies.len(), replies.front()) {
            (1, Some(Reply::Json(status, head, body))) => Reply::Json(*status, head, body.clone()),
            (1, Some(Reply::Closed)) => Reply::Closed,
            _ => replies.pop_front().unwrap(),
        })
    }

    /// Returns the requests that arrived.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

fn answer(stream: &TcpStream, log: &Mutex<Vec<Arrived>>, script: &Mutex<Script>) -> Option<()> {
    let request = read(stream)?;
    let reply = {
        let reply = script.lock().unwrap()(&request);
        log.lock().unwrap().push(request);
        reply
    };
    let Reply::Json(status, head, body) = reply else { return None };
    let body = body.to_string();
    let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{head}\r\n{body}", body.len());
    (&*stream).write_all(text.as_bytes()).ok()
}

fn read(stream: &TcpStream) -> Option<Arrived> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let head = lines[1..].join("\n").to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Arrived { line: lines[0].clone(), head, body: String::from_utf8(body).ok()? })
}
