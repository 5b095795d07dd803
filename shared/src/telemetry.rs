//! The log: one JSON object a line on standard output, one line an invocation at its boundary and one
//! for each failure. Ids of units, tokens and bodies never stand in it.

use std::time::Instant;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::app::App;
use crate::store::meter::Spent;

/// One invocation as the log sees it: one line when it is over.
#[derive(Debug)]
pub struct Boundary {
    function: &'static str,
    request_id: String,
    began: Instant,
    before: Spent,
}

impl Boundary {
    /// An invocation begins.
    #[must_use]
    pub fn enter(app: &App, function: &'static str, request_id: String) -> Self {
        Self { function, request_id, began: Instant::now(), before: app.store.meter.read() }
    }

    /// It is over, with this status.
    pub fn leave(self, app: &App, status: u16) {
        let spent = app.store.meter.read() - self.before;
        tracing::info!(
            request_id = self.request_id,
            function = self.function,
            status,
            duration_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            dynamodb_calls = spent.calls,
            dynamodb_units = spent.units,
            "request"
        );
    }
}

/// Starts the log at the level that `LOG_LEVEL` names (error, warn, info, debug; info if unset).
/// Libraries speak from `warn` up only: below that the SDK prints requests, and they hold secrets.
pub fn init() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|text| text.parse().ok());
    let level: LevelFilter = level.unwrap_or(LevelFilter::INFO);
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("bellwether", level.min(LevelFilter::DEBUG));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
}
