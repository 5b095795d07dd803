use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

/// Sends a call with this header and returns the response.
fn call(cloud: &Cloud, target: &str, authorization: &str, origin: &str) -> String {
    let address = cloud.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let body = r#"{"SecretId":"keys","Name":"keys","TableName":"t"}"#;
    let head =
        format!("POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-amz-target: {target}\r\n");
    let head =
        format!("{head}authorization: {authorization}\r\n{origin}content-length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn signed(key: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential={key}/20261130/eu-central-1/dynamodb/aws4_request, Signature=x")
}

#[test]
fn only_calls_with_the_key_of_the_process_are_answered_and_browsers_get_no_cors_headers() {
    let (cloud, _accepted) = Cloud::start(Database::memory().ok(), Secrets::in_memory()).unwrap();
    let create = "secretsmanager.CreateSecret";
    assert!(call(&cloud, create, &signed(&cloud.key), "").starts_with("HTTP/1.1 200"));
    for other in ["", "Bearer x", &signed("local"), &signed(""), &signed(&cloud.key[1..])] {
        for target in ["secretsmanager.DescribeSecret", "DynamoDB_20120810.GetItem"] {
            let answer = call(&cloud, target, other, "origin: https://pages.example\r\n");
            assert!(answer.contains("UnrecognizedClientException"), "{answer}");
            assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
        }
    }
    let unknown = call(&cloud, "DynamoDB_20120810.DeleteTable", &signed(&cloud.key), "");
    assert!(unknown.starts_with("HTTP/1.1 400"), "{unknown}");
    cloud.stop();
}

#[test]
fn without_a_database_dynamodb_does_not_answer() {
    let (cloud, _accepted) = Cloud::start(None, Secrets::in_memory()).unwrap();
    let answer = call(&cloud, "DynamoDB_20120810.GetItem", &signed(&cloud.key), "");
    assert!(answer.contains("UnknownOperationException"), "{answer}");
    cloud.stop();
}
