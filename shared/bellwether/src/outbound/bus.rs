//! Sends notices to an `EventBridge` bus.

use std::sync::OnceLock;

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use domain::results::notice::Notice;

use super::OutboundError;
use super::cloud_event::CloudEvent;
use crate::config::Config;

/// The `source` of all events. Rules select events by it and by the kind in `detail-type`.
const SOURCE: &str = "bellwether";
/// The number of events that one call accepts.
const BY_ONE_CALL: usize = 10;

/// The bus to which notices are sent. Without a name in the configuration, a notice is a line in the log.
#[derive(Debug)]
pub struct Bus {
    name: Option<String>,
    issuer: String,
    sdk: Box<SdkConfig>,
    client: OnceLock<Client>,
}

/// The result for each notice of a call, in their order: whether the bus has accepted it.
pub type Accepted = Vec<bool>;

impl Bus {
    /// Creates the handle for the bus in `config`. Makes no call.
    #[must_use]
    pub fn new(sdk: Box<SdkConfig>, config: &Config) -> Self {
        Self { name: config.event_bus.clone(), issuer: config.issuer.clone(), sdk, client: OnceLock::new() }
    }

    /// Sends notices, in calls of ten. Returns which of them the bus has accepted: it can refuse some of a
    /// call, and none of the notices after a call that fails is sent.
    ///
    /// # Errors
    /// When the first call fails.
    pub async fn send(&self, notices: &[Notice]) -> Result<Accepted, OutboundError> {
        let Some(bus) = &self.name else {
            for notice in notices {
                tracing::info!(id = notice.id, "{}", notice.line());
            }
            return Ok(vec![true; notices.len()]);
        };
        let mut accepted = Accepted::new();
        for part in notices.chunks(BY_ONE_CALL) {
            match self.put(bus, part).await {
                Ok(of_part) => accepted.extend(of_part),
                Err(error) if accepted.is_empty() => return Err(error),
                Err(error) => {
                    tracing::error!(cause = %error, "notices could not be sent");
                    break;
                }
            }
        }
        accepted.resize(notices.len(), false);
        Ok(accepted)
    }

    async fn put(&self, bus: &str, notices: &[Notice]) -> Result<Accepted, OutboundError> {
        let client = self.client.get_or_init(|| Client::new(&self.sdk));
        let entries = notices.iter().map(|notice| self.entry(bus, notice)).collect();
        let answer = client.put_events().set_entries(Some(entries)).send().await;
        let answer = answer.map_err(|error| OutboundError::of("EventBridge", error))?;
        let mut results = answer.entries().iter();
        // A notice without a result is sent again: better twice than never.
        let accepted = notices.iter().map(|notice| {
            let result = results.next();
            let is_accepted =
                result.is_some_and(|own| own.event_id().is_some() && own.error_code().is_none());
            if !is_accepted {
                let code = result.and_then(PutEventsResultEntry::error_code).unwrap_or("none");
                tracing::error!(
                    id = notice.id,
                    code,
                    "EventBridge has refused a notice, which is sent again"
                );
            }
            is_accepted
        });
        Ok(accepted.collect())
    }

    fn entry(&self, bus: &str, notice: &Notice) -> PutEventsRequestEntry {
        let event = CloudEvent::of(notice, &self.issuer);
        PutEventsRequestEntry::builder()
            .event_bus_name(bus)
            .source(SOURCE)
            .detail_type(notice.fact.kind())
            .time(DateTime::from_millis(notice.at.millis()))
            .detail(serde_json::to_string(&event).unwrap_or_default())
            .build()
    }
}
