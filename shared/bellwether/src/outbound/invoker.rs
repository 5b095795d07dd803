//! Invokes the function of the schedule again, once for each test.

use std::sync::OnceLock;

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde::Serialize;

use super::OutboundError;
use crate::config::Config;

/// Invokes a function asynchronously: Lambda stores the event, and the invocation has its own time and memory.
#[derive(Debug)]
pub struct Invoker {
    function: Option<String>,
    sdk: Box<SdkConfig>,
    client: OnceLock<Client>,
}

impl Invoker {
    /// Creates the handle for the function in `config`. Makes no call.
    #[must_use]
    pub fn new(sdk: Box<SdkConfig>, config: &Config) -> Self {
        Self { function: config.aggregation_function.clone(), sdk, client: OnceLock::new() }
    }

    /// Whether there is a function to invoke. Otherwise, a run aggregates all tests itself.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.function.is_some()
    }

    /// Hands an event to Lambda, which invokes the function with it at least once.
    ///
    /// # Errors
    /// When Lambda does not accept the event, or no function is configured.
    pub async fn invoke(&self, event: &impl Serialize) -> Result<(), OutboundError> {
        let refused = |cause: String| OutboundError { service: "Lambda", cause };
        let function =
            self.function.as_ref().ok_or_else(|| refused("no function is configured".to_owned()))?;
        let payload = serde_json::to_vec(event).map_err(|error| refused(error.to_string()))?;
        let client = self.client.get_or_init(|| Client::new(&self.sdk));
        let request = client.invoke().function_name(function).invocation_type(InvocationType::Event);
        let sent = request.payload(Blob::new(payload)).send().await;
        sent.map(|_| ()).map_err(|error| OutboundError::of("Lambda", error))
    }
}
