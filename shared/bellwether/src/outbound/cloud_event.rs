//! A notice in the form of `CloudEvents` 1.0.

use domain::results::notice::{Fact, Notice};
use serde::Serialize;

/// The prefix of the type of an event. The kind of the notice follows.
const TYPE: &str = "bellwether.";

/// An event. Its source and its id together identify the fact, over all deployments.
#[derive(Debug, Serialize)]
pub(super) struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    time: String,
    datacontenttype: &'static str,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    workspace: &'a str,
    test_id: &'a str,
    phase: u32,
    #[serde(flatten)]
    fact: &'a Fact,
    message: &'a str,
}

impl<'a> CloudEvent<'a> {
    /// Creates the event of a notice. `issuer` is the URL of the API.
    pub(super) fn of(notice: &'a Notice, issuer: &str) -> Self {
        Self {
            specversion: "1.0",
            id: &notice.id,
            source: format!("{issuer}/tests/{}", notice.test_id),
            kind: format!("{TYPE}{}", notice.fact.kind()),
            time: notice.at.into(),
            datacontenttype: "application/json",
            data: Data {
                workspace: notice.workspace.as_str(),
                test_id: notice.test_id.as_str(),
                phase: notice.phase,
                fact: &notice.fact,
                message: &notice.message,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;
    use domain::experiment::{ExperimentId, VariantKey, Workspace};
    use domain::results::verdict::Advice;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_has_the_attributes_of_cloud_events_and_the_fact_as_data() {
        let variant = VariantKey::parse("calculator").ok();
        let notice = Notice {
            id: "9e5ba7ffbea19b16547454403563cc1e".to_owned(),
            at: Timestamp::from_millis(1_795_255_200_250),
            workspace: Workspace::parse("acme").unwrap(),
            test_id: ExperimentId::parse("pricing-page").unwrap(),
            phase: 1,
            fact: Fact::Decided { decision: Advice::Ship, variant },
            message: "Ship calculator: it is better than control.".to_owned(),
        };
        let event = serde_json::to_value(CloudEvent::of(&notice, "https://ab.example.com/v1")).unwrap();
        assert_eq!(
            event,
            json!({
                "specversion": "1.0",
                "id": "9e5ba7ffbea19b16547454403563cc1e",
                "source": "https://ab.example.com/v1/tests/pricing-page",
                "type": "bellwether.decided",
                "time": "2026-11-21T10:00:00.25Z",
                "datacontenttype": "application/json",
                "data": {
                    "workspace": "acme",
                    "test_id": "pricing-page",
                    "phase": 1,
                    "kind": "decided",
                    "decision": "ship",
                    "variant": "calculator",
                    "message": "Ship calculator: it is better than control.",
                },
            })
        );
    }
}
