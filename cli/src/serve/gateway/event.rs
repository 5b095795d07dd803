//! Turns a request into the event that a REST API of API Gateway sends to a function: payload 1.0.

use std::net::IpAddr;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether::operations::routing::{self, Route};
use form_urlencoded::parse;
use hyper::header::{HOST, HeaderMap, USER_AGENT};
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

/// The format of `requestTime`.
const TIME: StaticFormatDescription = format_description!(
    "[day]/[month repr:short]/[year]:[hour]:[minute]:[second] [offset_hour sign:mandatory][offset_minute]"
);
const STAGE: &str = "v1";

/// A request whose body has been read.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Its method, URI and headers.
    pub head: &'a Parts,
    /// Its path, decoded.
    pub path: &'a str,
    /// Its body.
    pub body: &'a [u8],
    /// The address of the client.
    pub peer: IpAddr,
    /// Its ID.
    pub request_id: &'a str,
}

/// Returns the event of a request for `route`.
#[must_use]
pub fn of(received: &Received<'_>, route: Route) -> Value {
    let (head, path) = (received.head, received.head.uri.path());
    let (headers, all_headers) = headers(&head.headers);
    let (query, all_query) = query(head.uri.query());
    let parameters: Map<_, _> = routing::parameters(route.resource, received.path)
        .map(|(name, part)| (name.to_owned(), json!(part)))
        .collect();
    let (body, is_binary) = match std::str::from_utf8(received.body) {
        Ok("") => (Value::Null, false),
        Ok(text) => (json!(text), false),
        Err(_) => (json!(STANDARD.encode(received.body)), true),
    };
    json!({
        "resource": route.resource,
        "path": path.strip_prefix("/v1").unwrap_or(path),
        "httpMethod": head.method.as_str(),
        "headers": headers,
        "multiValueHeaders": all_headers,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": all_query,
        "pathParameters": if parameters.is_empty() { Value::Null } else { Value::Object(parameters) },
        "stageVariables": null,
        "requestContext": context(received, route),
        "body": body,
        "isBase64Encoded": is_binary,
    })
}

fn context(received: &Received<'_>, route: Route) -> Value {
    let now = OffsetDateTime::from(SystemTime::now());
    let text = |name| received.head.headers.get(name).and_then(|value| value.to_str().ok());
    let domain = text(HOST).unwrap_or_default();
    json!({
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": domain,
        "domainPrefix": domain.split(['.', ':']).next(),
        "extendedRequestId": STANDARD.encode(received.request_id.as_bytes()),
        "httpMethod": received.head.method.as_str(),
        "identity": { "sourceIp": received.peer.to_canonical().to_string(), "userAgent": text(USER_AGENT) },
        "path": received.head.uri.path(),
        "protocol": "HTTP/1.1",
        "requestId": received.request_id,
        "requestTime": now.format(TIME).unwrap_or_default(),
        "requestTimeEpoch": i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        "resourceId": "local",
        "resourcePath": route.resource,
        "stage": STAGE,
    })
}

/// Returns headers by their last value, and by all their values.
fn headers(headers: &HeaderMap) -> (Value, Value) {
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    pairs(headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))))
}

/// Returns decoded query parameters by their last value, and by all their values; null if there are none.
fn query(query: Option<&str>) -> (Value, Value) {
    let parameters = parse(query.unwrap_or_default().as_bytes());
    let (last, all) = pairs(parameters.map(|(name, value)| (name.into_owned(), value.into_owned())));
    if last.as_object().is_some_and(Map::is_empty) { (Value::Null, Value::Null) } else { (last, all) }
}

fn pairs(pairs: impl Iterator<Item = (String, String)>) -> (Value, Value) {
    let (mut last, mut all) = (Map::new(), Map::new());
    for (name, value) in pairs {
        if let Some(values) = all.entry(name.clone()).or_insert_with(|| json!([])).as_array_mut() {
            values.push(json!(value));
        }
        last.insert(name, json!(value));
    }
    (Value::Object(last), Value::Object(all))
}

/// Decodes a path, as API Gateway does before it compares it with the declared paths. A part that would contain a slash
/// is not decoded.
#[must_use]
pub fn decoded(path: &str) -> String {
    let part = |part: &str| {
        if !part.contains('%') {
            return part.to_owned();
        }
        // A plus sign in a path is not a space.
        let text = format!("={}", part.replace('+', "%2B").replace('&', "%26"));
        let plain = parse(text.as_bytes()).next().map(|(_, value)| value.into_owned());
        plain.filter(|plain| !plain.contains('/')).unwrap_or_else(|| part.to_owned())
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
