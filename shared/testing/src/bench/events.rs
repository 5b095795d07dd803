//! Changes of events.

use serde_json::{Value, json};

/// The event with another body.
#[must_use]
pub fn with_body(mut event: Value, body: &Value) -> Value {
    event["body"] = json!(body.to_string());
    event
}

/// The event with a form as its body.
#[must_use]
pub fn with_form(mut event: Value, fields: &[(&str, &str)]) -> Value {
    let mut form = form_urlencoded::Serializer::new(String::new());
    event["body"] = json!(form.extend_pairs(fields).finish());
    event
}

/// The event with another source address.
#[must_use]
pub fn from_address(mut event: Value, address: &str) -> Value {
    event["requestContext"]["identity"]["sourceIp"] = json!(address);
    event
}

/// The event's body.
#[must_use]
pub fn body_of(event: &Value) -> Value {
    serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default()
}

/// The event with another test id.
#[must_use]
pub fn with_test_id(event: Value, test_id: &str) -> Value {
    with_parameter(event, "test_id", test_id)
}

/// The event of another operation of the same function, without path parameters.
#[must_use]
pub fn at(mut event: Value, method: &str, path: &str) -> Value {
    for name in ["resource", "path"] {
        event[name] = json!(path);
    }
    event["requestContext"]["resourcePath"] = json!(path);
    event["requestContext"]["path"] = json!(format!("/v1{path}"));
    event["httpMethod"] = json!(method);
    event["requestContext"]["httpMethod"] = json!(method);
    event
}

/// The event with another value of a path parameter.
#[must_use]
pub fn with_parameter(mut event: Value, name: &str, value: &str) -> Value {
    let path = event["path"].as_str().unwrap_or_default().to_owned();
    let old = event["pathParameters"][name].as_str().unwrap_or_default().to_owned();
    event["path"] = json!(path.replacen(&old, value, 1));
    event["pathParameters"][name] = json!(value);
    event
}

/// The event with a query parameter.
#[must_use]
pub fn with_query(mut event: Value, name: &str, value: &str) -> Value {
    event["queryStringParameters"][name] = json!(value);
    event["multiValueQueryStringParameters"][name] = json!([value]);
    event
}

/// The event with a header in place of existing ones with its name.
#[must_use]
pub fn with_header(mut event: Value, name: &str, value: &str) -> Value {
    event["headers"][name] = json!(value);
    if event["multiValueHeaders"].is_object() {
        event["multiValueHeaders"][name] = json!([value]);
    }
    event
}

/// The event without its token.
#[must_use]
pub fn without_token(mut event: Value) -> Value {
    for headers in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event[headers].as_object_mut() {
            headers.remove("authorization");
        }
    }
    event
}

/// An event of payload version 1.0 as version 2.0, which the local server sends.
#[must_use]
pub fn as_payload_2(event: &Value) -> Value {
    let query = event["queryStringParameters"].as_object().cloned().unwrap_or_default();
    let pairs = query.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default()));
    let raw_query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let path = format!("/v1{}", event["path"].as_str().unwrap_or_default());
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": raw_query,
        "headers": event["headers"],
        "queryStringParameters": query,
        "pathParameters": event["pathParameters"].as_object().cloned().unwrap_or_default(),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": event["httpMethod"],
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl"
            },
            "requestId": event["requestContext"]["requestId"],
            "routeKey": "$default",
            "stage": "$default",
            "time": "21/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1_795_255_200_250_i64
        },
        "body": event["body"],
        "isBase64Encoded": false
    })
}
