//! The events of the function: those of the schedule, and its own, each for one test.

use bellwether::http::problem::Problem;
use domain::experiment::{ExperimentId, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The event of an invocation for one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestEvent {
    pub workspace: Workspace,
    pub test_id: ExperimentId,
}

/// An event.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// Every running test is due.
    Schedule,
    /// One test is due.
    Test(TestEvent),
}

impl Event {
    /// Parses an event: one with a `test_id` is for that test, and any other is from a schedule.
    pub fn parse(event: Value) -> Result<Self, Problem> {
        if event.get("test_id").is_none() {
            return Ok(Self::Schedule);
        }
        let parsed = serde_json::from_value(event);
        parsed.map(Self::Test).map_err(|error| {
            Problem::Malformed(format!("an event for one test has exactly workspace and test_id: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_with_a_test_id_is_for_that_test() {
        let event = TestEvent {
            workspace: Workspace::parse("acme").unwrap(),
            test_id: ExperimentId::parse("pricing-page").unwrap(),
        };
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json, json!({ "workspace": "acme", "test_id": "pricing-page" }));
        assert_eq!(Event::parse(json).unwrap(), Event::Test(event));
        assert_eq!(Event::parse(json!({ "source": "aws.scheduler" })).unwrap(), Event::Schedule);
        assert_eq!(Event::parse(json!({})).unwrap(), Event::Schedule);
        for wrong in [
            json!({ "test_id": "pricing-page" }),
            json!({ "test_id": "Not a name", "workspace": "acme" }),
            json!({ "test_id": "t", "workspace": "acme", "phase": 1 }),
        ] {
            assert!(matches!(Event::parse(wrong), Err(Problem::Malformed(_))));
        }
    }
}
