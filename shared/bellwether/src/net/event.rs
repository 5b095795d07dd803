//! Conversion of an API Gateway event to a request, without the headers that the library would trust or that
//! would make it panic.

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use lambda_http::lambda_runtime::Error;
use lambda_http::request::LambdaRequest;
use serde_json::Value;
use serde_json::value::RawValue;

/// The fields of an event that contain headers.
const HEADERS: [&str; 2] = ["headers", "multiValueHeaders"];
/// The headers from which the library builds the request's address. It panics when it cannot. No code here
/// reads the scheme or the host of that address.
const ADDRESS: [&str; 2] = ["host", "x-forwarded-proto"];

/// Reads an event with payload version 1.0 or 2.0. A header that HTTP does not allow, such as one with a line
/// break, is omitted, so that any request gets a response.
///
/// # Errors
/// When it is not an event of API Gateway.
pub fn read(payload: &RawValue) -> Result<LambdaRequest, Error> {
    let mut request = match serde_json::from_str(payload.get()) {
        Ok(request) => request,
        Err(_) => serde_json::from_str(&without_odd_headers(payload)?)?,
    };
    match &mut request {
        // The library would replace all values of a name by its last one, which `headers` contains.
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
    fn a_header_that_http_does_not_allow_is_omitted_and_the_others_stay() {
        for odd in ["a\r\nb", "\u{7f}", "\u{0}"] {
            let headers = json!({ "authorization": "Bearer a", "x-note": odd });
            let several = json!({ "authorization": ["Bearer a"], "x-note": ["fine", odd] });
            let request = request(&headers, &several);
            assert_eq!(request.headers()[AUTHORIZATION], "Bearer a");
            assert!(!request.headers().contains_key("x-note"), "{odd:?}");
        }
    }

    #[test]
    fn a_repeated_header_has_both_values() {
        let several = json!({ "authorization": ["Bearer a", "Bearer b"] });
        let request = request(&json!({ "authorization": "Bearer b" }), &several);
        assert_eq!(request.headers().get_all(AUTHORIZATION).iter().count(), 2);
    }

    #[test]
    fn no_host_or_scheme_in_a_header_ends_the_process() {
        for odd in ["a b", "", "[", "\\", "%", "javascript", "a".repeat(5_000).as_str()] {
            let headers = json!({ "host": odd, "x-forwarded-proto": odd });
            assert_eq!(request(&headers, &Value::Null).uri().path(), "/v1/tests", "{odd}");
            assert_eq!(request(&headers, &json!({ "host": [odd] })).uri().path(), "/v1/tests", "{odd}");
        }
    }
}
