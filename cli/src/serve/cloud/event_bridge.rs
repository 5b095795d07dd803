//! Runs the one operation of `EventBridge` that the service uses: prints each event as a line.

use std::io::Write;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// The prefix of operations in `X-Amz-Target`.
pub const TARGET: &str = "AWSEvents.";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    detail_type: String,
    detail: String,
}

/// The part of a `CloudEvent` that a line contains.
#[derive(Deserialize)]
struct Detail {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    test_id: String,
    message: String,
}

/// Returns the response to a call, and writes a line for each of its events.
pub fn answer(operation: &str, body: &[u8], out: &mut impl Write) -> (StatusCode, String) {
    if operation != "PutEvents" {
        let message = format!("the embedded EventBridge does not support {operation}");
        let refused = json!({ "__type": "UnknownOperationException", "message": message });
        return (StatusCode::BAD_REQUEST, refused.to_string());
    }
    let Ok(PutEvents { entries }) = serde_json::from_slice(body) else {
        let refused = json!({ "__type": "ValidationException", "message": "The request is malformed." });
        return (StatusCode::BAD_REQUEST, refused.to_string());
    };
    let results: Vec<Value> = entries.iter().map(|entry| receive(entry, out)).collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    (StatusCode::OK, json!({ "FailedEntryCount": failed, "Entries": results }).to_string())
}

/// Prints an event, for example "decided: test pricing-page: Ship calculator: it is better than control."
fn receive(entry: &Entry, out: &mut impl Write) -> Value {
    let Ok(Detail { data }) = serde_json::from_str(&entry.detail) else {
        return json!({ "ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed." });
    };
    let kind = entry.detail_type.replace('_', " ");
    // The server also works if its output is closed.
    let _ = writeln!(out, "{kind}: test {}: {}", data.test_id, data.message);
    json!({ "EventId": uuid::Uuid::new_v4().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_is_a_line_and_a_malformed_one_is_refused_by_itself() {
        let detail = json!({ "data": { "test_id": "pricing-page", "message": "calculator breaks it." } });
        let entries = json!({ "Entries": [
            { "DetailType": "guardrail_broken", "Detail": "{}" },
            { "DetailType": "guardrail_broken", "Detail": detail.to_string() },
        ] });
        let mut out = Vec::new();
        let (status, body) = answer("PutEvents", entries.to_string().as_bytes(), &mut out);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["FailedEntryCount"]), (StatusCode::OK, &json!(1)));
        assert_eq!(body["Entries"][0]["ErrorCode"], "MalformedDetail");
        assert!(body["Entries"][1]["EventId"].is_string());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "guardrail broken: test pricing-page: calculator breaks it.\n"
        );
        for (operation, body) in [("PutRule", "{}"), ("PutEvents", "[]")] {
            let (status, _) = answer(operation, body.as_bytes(), &mut Vec::new());
            assert_eq!(status, StatusCode::BAD_REQUEST);
        }
    }
}
