//! Problem documents (RFC 9457) as one line of text.

use std::fmt::Write;

use serde_json::Value;

use crate::text::printable;

/// Describes the problem: its detail, the invalid fields that the detail does not name, and the id of the request.
#[must_use]
pub fn describe(problem: &Value) -> String {
    let text = |name: &str| problem.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut line = text("detail").or(text("title")).unwrap_or("the server gave no reason").to_owned();
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        if !line.contains(part("detail")) {
            let _ = write!(line, "; {} {}", part("pointer"), part("detail"));
        }
    }
    if let Some(id) = text("request_id") {
        let _ = write!(line, " (request {id})");
    }
    printable(&line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::describe;

    #[test]
    fn a_problem_is_one_line_without_escapes_of_a_terminal() {
        let errors = json!([{ "pointer": "/value", "detail": "must be a number" }]);
        let problem = json!({ "title": "t", "detail": "1 field is\u{1b}[2J invalid.", "errors": errors, "request_id": "r-1" });
        assert_eq!(
            describe(&problem),
            "1 field is\\u{1b}[2J invalid.; /value must be a number (request r-1)"
        );
        assert_eq!(describe(&json!({ "title": "Not found" })), "Not found");
        assert_eq!(describe(&json!(3)), "the server gave no reason");
    }
}
