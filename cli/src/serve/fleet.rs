//! All functions, each with its own app and caches. An invocation uses [`bellwether::runtime::invoke`], as on Lambda.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether::App;
use bellwether::clock::Clock;
use bellwether::config::Config;
use bellwether::runtime::{Function, invoke};
use lambda_http::lambda_runtime::{Context, Error, LambdaEvent};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::clients::Clients;
use super::functions::ALL;
use crate::Failure;

/// The time that a function has for an event, like the timeout on Lambda.
const EVENT_TIME: Duration = Duration::from_mins(1);

/// One instance of each function.
pub struct Fleet {
    instances: BTreeMap<&'static str, Instance>,
    clock: Clock,
}

struct Instance {
    function: Function,
    app: App,
}

impl Fleet {
    /// Creates all functions with these clients, this configuration and this clock.
    #[must_use]
    pub fn new(clients: &Clients, config: &Config, clock: Clock) -> Self {
        let instance = |function: Function| {
            let app = clients.app(config, clock.clone());
            (function.name(), Instance { function, app })
        };
        Self { instances: ALL.into_iter().map(instance).collect(), clock }
    }

    /// Returns the app of a function.
    ///
    /// # Errors
    /// When no function has this name.
    pub fn app(&self, function: &str) -> Result<&App, Failure> {
        let instance = self.instances.get(function);
        instance
            .map(|instance| &instance.app)
            .ok_or_else(|| Failure::new(format!("no function is called {function}")))
    }

    /// Invokes a function.
    ///
    /// # Errors
    /// The function error that Lambda would report.
    pub async fn invoke(
        &self,
        function: &str,
        request_id: String,
        event: Box<RawValue>,
    ) -> Result<Box<RawValue>, Error> {
        let instance =
            self.instances.get(function).ok_or_else(|| format!("no function is called {function}"))?;
        let mut context = Context::default();
        context.request_id = request_id;
        let deadline = self.clock.now().millis() + i64::try_from(EVENT_TIME.as_millis())?;
        context.deadline = u64::try_from(deadline)?;
        invoke(&instance.app, instance.function, LambdaEvent::new(event, context)).await
    }

    /// Invokes a function with an event that does not come from API Gateway.
    ///
    /// # Errors
    /// The error message of the function.
    pub async fn event(&self, function: &str, event: &Value) -> Result<Value, Failure> {
        let id = uuid::Uuid::new_v4().to_string();
        let event = to_raw_value(event).map_err(|error| Failure::new(format!("{function}: {error}")))?;
        let answer = self.invoke(function, id, event).await;
        let answer = answer.and_then(|answer| Ok(serde_json::from_str(answer.get())?));
        answer.map_err(|error| Failure::new(format!("{function}: {error}")))
    }
}
