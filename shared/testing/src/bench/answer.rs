//! A function's response, read from either payload version.

use serde_json::Value;

/// A function's response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Value,
    /// The cookies that it sets, unparsed.
    pub cookies: Vec<String>,
    /// The body as JSON.
    pub body: Value,
}

impl Answer {
    /// Reads the response that a function sends to API Gateway.
    pub(super) fn read(response: &Value) -> Self {
        let text = response["body"].as_str().unwrap_or_default();
        Self {
            status: u16::try_from(response["statusCode"].as_u64().unwrap_or_default()).unwrap_or_default(),
            headers: headers(response),
            cookies: cookies(response),
            body: serde_json::from_str(text).unwrap_or(Value::Null),
        }
    }
}

/// The headers in either payload version, names to values.
fn headers(response: &Value) -> Value {
    let mut headers = response["headers"].clone();
    for (name, values) in response["multiValueHeaders"].as_object().into_iter().flatten() {
        headers[name] = values[0].clone();
    }
    headers
}

/// The cookies in either payload version.
fn cookies(response: &Value) -> Vec<String> {
    let lists = [&response["multiValueHeaders"]["set-cookie"], &response["cookies"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    all.filter_map(|cookie| cookie.as_str().map(str::to_owned)).collect()
}
