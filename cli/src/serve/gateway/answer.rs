//! Turns the value that a function returns to API Gateway into an HTTP response.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::Response;
use hyper::header::{HeaderName, HeaderValue};
use lambda_http::lambda_runtime::Error;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::listener::Answer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Returned {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Returns the response.
///
/// # Errors
/// When the value is not a response, which is a bug.
pub fn of(returned: &RawValue) -> Result<Answer, Error> {
    let mut returned: Returned = serde_json::from_str(returned.get())?;
    let body = returned.body.take().unwrap_or_default();
    let body = if returned.is_base64_encoded { STANDARD.decode(body)? } else { body.into_bytes() };
    let mut response = Response::builder().status(returned.status_code).body(Full::from(body))?;
    // If both have a name, the second one has all its values.
    returned.headers.retain(|name, _| !returned.multi_value_headers.contains_key(name));
    let single = returned.headers.into_iter().map(|(name, value)| (name, vec![value]));
    for (name, values) in single.chain(returned.multi_value_headers) {
        let name = HeaderName::try_from(name)?;
        for value in values {
            response.headers_mut().append(&name, HeaderValue::try_from(value)?);
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    #[test]
    fn a_header_with_two_values_is_sent_twice_and_one_in_both_maps_once() {
        let returned = json!({
            "statusCode": 200, "headers": { "set-cookie": "b", "x-request-id": "id" }, "body": "{}",
            "multiValueHeaders": { "set-cookie": ["a", "b"] }, "isBase64Encoded": false,
        });
        let response = of(&to_raw_value(&returned).unwrap()).unwrap();
        let all: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(all, ["a", "b"]);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["x-request-id"]),
            (200, &"id".parse().unwrap())
        );
        assert!(of(&to_raw_value(&json!({ "errorMessage": "no" })).unwrap()).is_err());
    }
}
