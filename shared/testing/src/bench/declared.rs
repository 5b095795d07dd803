//! Asserts in every test that a function returns only statuses that its operation declares.

use bellwether::operations::{REJECT_METHOD, routing};
use bellwether::runtime::Function;
use serde_json::Value;

use super::Answer;

/// The statuses of `reject-method`: for a preflight, a secret in the query, an undeclared path, and any other
/// method.
const OF_OTHER_METHODS: [u16; 4] = [204, 400, 404, 405];

/// Panics for a status that the operation does not declare and that is not common to all operations.
pub(super) fn assert_declared(function: Function, event: &Value, answer: &Answer) {
    let (name, status, body) = (function.name(), answer.status, &answer.body);
    let either = |one: &'static str, other: &Value| {
        event[one].as_str().or(other.as_str()).unwrap_or_default().to_owned()
    };
    let context = &event["requestContext"];
    let (method, path) =
        (either("httpMethod", &context["http"]["method"]), either("path", &event["rawPath"]));
    let requested = function.operations().find(|own| own.method == method && routing::is_at(own, &path));
    if let Some(operation) = requested {
        let id = operation.id;
        assert!(operation.may_answer(status), "{id} returned {status}, which it does not declare: {body}");
    } else if name == REJECT_METHOD {
        assert!(OF_OTHER_METHODS.contains(&status), "{name} returned {status}: {body}");
    }
}
