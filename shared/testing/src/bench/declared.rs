//! What a function answers is what its operation declares, in every test that asks it.

use bellwether::operations::{REJECT_METHOD, routing};
use bellwether::runtime::Function;
use serde_json::Value;

use super::Answer;

/// What `reject-method` answers: a preflight, a secret in the query, a path that is not declared, any other method.
const OF_OTHER_METHODS: [u16; 4] = [204, 400, 404, 405];

/// Panics for a status that is neither the operation's nor common to all.
pub(super) fn assert_declared(function: Function, event: &Value, answer: &Answer) {
    let (name, status, body) = (function.name(), answer.status, &answer.body);
    let either = |one: &'static str, other: &Value| {
        event[one].as_str().or(other.as_str()).unwrap_or_default().to_owned()
    };
    let context = &event["requestContext"];
    let (method, path) =
        (either("httpMethod", &context["http"]["method"]), either("path", &event["rawPath"]));
    let asked = function.operations().find(|own| own.method == method && routing::is_at(own, &path));
    if let Some(operation) = asked {
        let id = operation.id;
        assert!(operation.may_answer(status), "{id} answered {status}, which it does not declare: {body}");
    } else if name == REJECT_METHOD {
        assert!(OF_OTHER_METHODS.contains(&status), "{name} answered {status}: {body}");
    }
}
