//! What the answer to a batch means for its items.

use std::time::Duration;

use serde_json::Value;

use super::super::super::client::problem;
use super::super::super::client::retry;
use super::super::super::client::transport::Answer;
use crate::Failure;

/// What the answer means.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Each item has a result, in the order of the request.
    Items(Vec<Outcome>),
    /// Send the batch again, after the wait that the server asks for.
    Again(Option<Duration>, String),
    /// Something about the batch as a whole is wrong: send its halves. The reason applies if it has one item.
    Halve(String),
    /// No batch can succeed.
    Stop(Failure),
}

/// The result of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The server's answer.
    Answered(Value),
    /// Send it again; this is the reason.
    Again(String),
    /// The server does not take it; this is the reason.
    Refused(String),
}

/// Judges the answer to a batch of `sent` items. `list` is the member of the answer with their results.
#[must_use]
pub fn judge(answer: Answer, list: &str, sent: usize) -> Verdict {
    let status = answer.status;
    let body = answer.body.unwrap_or_default();
    if retry::is_temporary(status) {
        return Verdict::Again(answer.retry_after, format!("{} (status {status})", problem::describe(&body)));
    }
    match status {
        200 | 202 => {}
        400 | 413 | 422 => return Verdict::Halve(format!("{} (status {status})", problem::describe(&body))),
        _ => return Verdict::Stop(Failure::new(format!("{} (status {status})", problem::describe(&body)))),
    }
    match body.get(list).and_then(Value::as_array) {
        Some(results) if results.len() == sent => Verdict::Items(results.iter().map(outcome).collect()),
        _ => Verdict::Stop(Failure::new(format!(
            "the answer to {sent} items does not contain {sent} results; check the address of the server"
        ))),
    }
}

fn outcome(result: &Value) -> Outcome {
    let Some(found) = result.get("problem") else { return Outcome::Answered(result.clone()) };
    let status = found.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let text = format!("{} (status {})", problem::describe(found), status.unwrap_or_default());
    if status.is_some_and(retry::is_temporary) { Outcome::Again(text) } else { Outcome::Refused(text) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::super::super::super::client::transport::Answer;
    use super::{Outcome, Verdict, judge};

    fn answer(status: u16, body: Value) -> Answer {
        Answer { status, retry_after: Some(Duration::from_secs(3)), body: Some(body) }
    }

    #[test]
    fn each_item_has_its_own_result() {
        let problem = |status: u16| json!({ "problem": { "title": "t", "detail": "d", "status": status } });
        let list = json!([{ "event_id": "a", "duplicate": false }, problem(503), problem(429), problem(422)]);
        let found = judge(answer(202, json!({ "conversions": list })), "conversions", 4);
        let again = |status: u16| Outcome::Again(format!("d (status {status})"));
        let expected = vec![
            Outcome::Answered(json!({ "event_id": "a", "duplicate": false })),
            again(503),
            again(429),
            Outcome::Refused("d (status 422)".to_owned()),
        ];
        assert_eq!(found, Verdict::Items(expected));
    }

    #[test]
    fn an_answer_to_the_whole_batch_is_repeated_halved_or_final() {
        let of = |status: u16| judge(answer(status, json!({ "detail": "d" })), "conversions", 2);
        for status in [429, 500, 503] {
            assert!(matches!(of(status), Verdict::Again(Some(_), _)), "{status}");
        }
        for status in [400, 413, 422] {
            assert!(matches!(of(status), Verdict::Halve(_)), "{status}");
        }
        for status in [301, 401, 403, 404, 409] {
            assert!(matches!(of(status), Verdict::Stop(_)), "{status}");
        }
    }

    #[test]
    fn an_answer_with_another_number_of_results_is_not_trusted() {
        for body in [json!({ "conversions": [{}] }), json!({}), json!([])] {
            assert!(matches!(judge(answer(202, body), "conversions", 2), Verdict::Stop(_)));
        }
    }
}
