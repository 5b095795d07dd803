//! Tests requests that the gateway or a function rejects.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use testing::server::{Scratch, Server};

/// Sends bytes on a new connection and returns head and body of the response.
fn sent(server: &Server, bytes: &[u8]) -> (String, Value) {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    // The server can answer before it has read everything.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
    (head.to_lowercase(), serde_json::from_str(body).unwrap_or_default())
}

fn request(server: &Server, line: &str, headers: &[&str], body: &[u8]) -> (u16, String, Value) {
    let mut bytes = format!("{line} HTTP/1.1\r\nconnection: close\r\n").into_bytes();
    for header in headers {
        bytes.extend(format!("{header}\r\n").into_bytes());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
    bytes.extend(body);
    let (head, document) = sent(server, &bytes);
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head, document)
}

/// Line, headers and body of a request; status and type of the response.
type Case<'a> = (&'a str, &'a [&'a str], &'a [u8], u16, &'a str);

const HOST: &str = "host: localhost";
const JSON: &str = "content-type: application/json";

#[test]
fn rejected_requests_get_a_problem_document_with_a_request_id() {
    let folder = Scratch::new();
    let server = Server::start(folder.path(), &[]);
    let large = vec![b' '; 64 * 1024 + 1];
    let cases: [Case; 11] = [
        ("GET /", &[HOST], b"", 404, "not_found"),
        ("GET /v1/nothing", &[HOST], b"", 404, "not_found"),
        ("GET /tests", &[HOST], b"", 404, "not_found"),
        ("DELETE /v1/tests", &[HOST], b"", 405, "method_not_allowed"),
        ("POST /v1/login", &[HOST, JSON], &large, 413, "too_large"),
        ("POST /v1/login", &[HOST, JSON, "content-encoding: gzip"], b"\x1f\x8b", 415, "unsupported_encoding"),
        (
            "POST /v1/login",
            &[HOST, "content-type: application/json; charset=utf-16"],
            b"{}",
            415,
            "unsupported_encoding",
        ),
        ("POST /v1/login", &[HOST, JSON], b"\xEF\xBB\xBF{}", 400, "malformed_body"),
        ("POST /v1/login", &[HOST, JSON], b"{\"a\":\"\xC3\"}", 400, "malformed_body"),
        ("GET /v1/tests", &["host: rebound.example"], b"", 421, "other_host"),
        ("GET /v1/tests", &[], b"", 421, "other_host"),
    ];
    for (line, headers, body, status, kind) in cases {
        let (answered, head, document) = request(&server, line, headers, body);
        assert_eq!(
            (answered, document["status"].as_u64()),
            (status, Some(u64::from(status))),
            "{line} {headers:?}"
        );
        assert_eq!(document["type"], format!("urn:bellwether:problem:{kind}"), "{line} {headers:?}");
        let id = document["request_id"].as_str().unwrap();
        assert!(id.len() == 36 && head.contains(&format!("x-request-id: {id}")), "{head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
    let (_, head, _) = request(&server, "PUT /v1/tests/a", &[HOST], b"");
    assert!(head.contains("allow: get, patch"), "{head}");
    let (_, _, mark) = request(&server, "POST /v1/login", &[HOST, JSON], b"\xEF\xBB\xBF{}");
    assert!(mark["detail"].as_str().unwrap().contains("byte order mark"), "{mark}");
}

#[test]
fn chunked_bodies_and_headers_are_limited() {
    let folder = Scratch::new();
    let server = Server::start(folder.path(), &[]);
    let mut chunked =
        b"POST /v1/login HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..9 {
        chunked.extend(format!("{:x}\r\n{}\r\n", 8_192, "x".repeat(8_192)).into_bytes());
    }
    assert_eq!(sent(&server, &chunked).1["status"], 413);
    let header = format!("x-note: {}", "a".repeat(64 * 1024));
    let (status, ..) = request(&server, "GET /v1/tests", &[HOST, &header], b"");
    assert_eq!(status, 431);
}

#[test]
fn every_loopback_host_name_is_accepted_on_both_addresses() {
    let folder = Scratch::new();
    let server = Server::start(folder.path(), &[]);
    let port = server.port();
    for host in [
        "localhost".to_owned(),
        format!("LOCALHOST:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
    ] {
        let (status, ..) =
            request(&server, "GET /v1/.well-known/jwks.json", &[&format!("host: {host}")], b"");
        assert_eq!(status, 200, "{host}");
    }
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        assert!(TcpStream::connect(("::1", port)).is_ok(), "the server does not listen on ::1");
    }
}
