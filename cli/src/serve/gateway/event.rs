//! Turns a request into the event that a REST API of API Gateway sends to a function: payload 1.0.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether::operations::routing::{self, Route};
use form_urlencoded::parse;
use hyper::header::{HOST, HeaderMap, HeaderValue, USER_AGENT};
use hyper::http::request::Parts;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
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

/// An event in payload 1.0. It is written at once, without a tree of values in between, because each request has one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    resource: &'a str,
    path: &'a str,
    http_method: &'a str,
    headers: LastValues<'a>,
    multi_value_headers: AllValues<'a>,
    query_string_parameters: Option<Map<String, Value>>,
    multi_value_query_string_parameters: Option<Map<String, Value>>,
    path_parameters: Option<BTreeMap<&'a str, &'a str>>,
    stage_variables: Option<()>,
    request_context: Context<'a>,
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'a str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: Option<&'a str>,
    extended_request_id: String,
    http_method: &'a str,
    identity: Identity<'a>,
    path: &'a str,
    protocol: &'a str,
    request_id: &'a str,
    request_time: String,
    request_time_epoch: i64,
    resource_id: &'a str,
    resource_path: &'a str,
    stage: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    source_ip: IpAddr,
    user_agent: Option<&'a str>,
}

/// Returns the event of a request for `route`.
///
/// # Errors
/// When it cannot be written as JSON, which is a bug.
pub fn of(received: &Received<'_>, route: Route) -> serde_json::Result<Box<RawValue>> {
    let (head, path) = (received.head, received.head.uri.path());
    let (query, all_query) = query(head.uri.query()).unzip();
    let parameters: BTreeMap<_, _> = routing::parameters(route.resource, received.path).collect();
    let (body, is_binary) = match std::str::from_utf8(received.body) {
        Ok("") => (None, false),
        Ok(text) => (Some(Cow::Borrowed(text)), false),
        Err(_) => (Some(Cow::Owned(STANDARD.encode(received.body))), true),
    };
    to_raw_value(&Event {
        resource: route.resource,
        path: path.strip_prefix("/v1").unwrap_or(path),
        http_method: head.method.as_str(),
        headers: LastValues(&head.headers),
        multi_value_headers: AllValues(&head.headers),
        query_string_parameters: query,
        multi_value_query_string_parameters: all_query,
        path_parameters: Some(parameters).filter(|parameters| !parameters.is_empty()),
        stage_variables: None,
        request_context: context(received, route),
        body,
        is_base64_encoded: is_binary,
    })
}

fn context<'a>(received: &Received<'a>, route: Route) -> Context<'a> {
    let now = OffsetDateTime::from(SystemTime::now());
    let text = |name| received.head.headers.get(name).and_then(|value| value.to_str().ok());
    let domain = text(HOST).unwrap_or_default();
    Context {
        account_id: "000000000000",
        api_id: "local",
        domain_name: domain,
        domain_prefix: domain.split(['.', ':']).next(),
        extended_request_id: STANDARD.encode(received.request_id.as_bytes()),
        http_method: received.head.method.as_str(),
        identity: Identity { source_ip: received.peer.to_canonical(), user_agent: text(USER_AGENT) },
        path: received.head.uri.path(),
        protocol: "HTTP/1.1",
        request_id: received.request_id,
        request_time: now.format(TIME).unwrap_or_default(),
        request_time_epoch: i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        resource_id: "local",
        resource_path: route.resource,
        stage: STAGE,
    }
}

/// Headers by their last value.
struct LastValues<'a>(&'a HeaderMap);

impl Serialize for LastValues<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let last = |name| self.0.get_all(name).iter().next_back().map(text);
        to.collect_map(self.0.keys().map(|name| (name.as_str(), last(name))))
    }
}

/// Headers by all their values.
struct AllValues<'a>(&'a HeaderMap);

impl Serialize for AllValues<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let all = |name| self.0.get_all(name).iter().map(text).collect::<Vec<_>>();
        to.collect_map(self.0.keys().map(|name| (name.as_str(), all(name))))
    }
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

/// Returns decoded query parameters by their last value, and by all their values; None if there are none.
fn query(query: Option<&str>) -> Option<(Map<String, Value>, Map<String, Value>)> {
    let (mut last, mut all) = (Map::new(), Map::new());
    for (name, value) in parse(query.unwrap_or_default().as_bytes()) {
        if let Some(values) = all.entry(name.as_ref()).or_insert_with(|| json!([])).as_array_mut() {
            values.push(json!(value));
        }
        last.insert(name.into_owned(), json!(value));
    }
    (!last.is_empty()).then_some((last, all))
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
