//! An event of API Gateway as a request, without what the library would trust or die of.

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use lambda_http::lambda_runtime::Error;
use lambda_http::request::LambdaRequest;
use serde_json::Value;
use serde_json::value::RawValue;

/// Where an event keeps headers.
const HEADERS: [&str; 2] = ["headers", "multiValueHeaders"];
/// What the library builds the request's address from, and panics when it cannot: nothing here reads
/// that address's scheme or host.
const ADDRESS: [&str; 2] = ["host", "x-forwarded-proto"];

/// Reads an event in payload 1.0 or 2.0. A header that HTTP does not allow, as one with a line break, is
/// left out: whatever a caller sends, they hear a status.
///
/// # Errors
/// When it is no event of API Gateway.
pub fn read(payload: &RawValue) -> Result<LambdaRequest, Error> {
    let mut request = match serde_json::from_str(payload.get()) {
        Ok(request) => request,
        Err(_) => serde_json::from_str(&without_odd_headers(payload)?)?,
    };
    match &mut request {
        // The library would put a name's last value, which `headers` holds, in the place of all.
        LambdaRequest::ApiGatewayV1(event) => {
            let single = std::mem::take(&mut event.headers);
            let all = &mut event.multi_value_headers;
            for (name, value) in &single {
                if !all.contains_key(name) {
                    all.append(name, value.clone());
                }
            }
            remove_address(all);
        }
        LambdaRequest::ApiGatewayV2(event) => remove_address(&mut event.headers),
        _ => {}
    }
    Ok(request)
}

fn remove_address(headers: &mut HeaderMap) {
    for name in ADDRESS {
        headers.remove(name);
    }
}

fn without_odd_headers(payload: &RawValue) -> Result<String, Error> {
    let mut event: Value = serde_json::from_str(payload.get())?;
    for headers in HEADERS {
        if let Some(headers) = event.get_mut(headers).and_then(Value::as_object_mut) {
            headers.retain(|name, value| HeaderName::try_from(name).is_ok() && is_plain(value));
        }
    }
    Ok(event.to_string())
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().all(is_plain),
        value => value.as_str().is_some_and(|text| HeaderValue::from_str(text).is_ok()),
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Request;
    use lambda_http::http::header::AUTHORIZATION;
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    fn request(headers: &Value, several: &Value) -> Request {
        let text = include_str!("../../../../events/list-tests.json");
        let mut event: Value = serde_json::from_str(text).unwrap();
        event["headers"] = headers.clone();
        event["multiValueHeaders"] = several.clone();
        read(&to_raw_value(&event).unwrap()).unwrap().into()
    }

    #[test]
    fn a_header_that_http_does_not_allow_is_left_out_and_the_others_stay() {
        for odd in ["a\r\nb", "\u{7f}", "\u{0}"] {
            let headers = json!({ "authorization": "Bearer a", "x-note": odd });
            let several = json!({ "authorization": ["Bearer a"], "x-note": ["fine", odd] });
            let request = request(&headers, &several);
            assert_eq!(request.headers()[AUTHORIZATION], "Bearer a");
            assert!(!request.headers().contains_key("x-note"), "{odd:?}");
        }
    }

    #[test]
    fn a_header_that_came_twice_is_seen_twice() {
        let several = json!({ "authorization": ["Bearer a", "Bearer b"] });
        let request = request(&json!({ "authorization": "Bearer b" }), &several);
        assert_eq!(request.headers().get_all(AUTHORIZATION).iter().count(), 2);
    }

    #[test]
    fn no_host_and_no_scheme_that_a_caller_names_ends_the_process() {
        for odd in ["a b", "", "[", "\\", "%", "javascript", "a".repeat(5_000).as_str()] {
            let headers = json!({ "host": odd, "x-forwarded-proto": odd });
            assert_eq!(request(&headers, &Value::Null).uri().path(), "/v1/tests", "{odd}");
            assert_eq!(request(&headers, &json!({ "host": [odd] })).uri().path(), "/v1/tests", "{odd}");
        }
    }
}
