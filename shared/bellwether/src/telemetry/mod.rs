//! Logs, metrics and traces of the functions. [`catalogue`] defines all metrics. A request writes one
//! [`mod@line`] with log fields and metrics, [`log`] writes lines, and [`exposition`] writes the page of
//! `GET /metrics` from [`measured`] results. The module `traces`, which requires the feature of that name,
//! sends spans to X-Ray.
//!
//! A secret cannot be written by accident, because it has no text form.
//!
//! ```compile_fail
//! format!("{}", secrecy::SecretString::from("a password"));
//! ```

pub mod catalogue;
pub mod exposition;
pub mod line;
pub mod log;
pub mod measured;
#[cfg(feature = "traces")]
pub mod traces;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;

use self::catalogue::{AGGREGATION_FAILURES, AGGREGATION_ROWS, AGGREGATION_TIME};
use self::line::{Line, milliseconds};
use domain::clock::Timestamp;
use domain::experiment::{ExperimentId, Workspace};

/// The telemetry settings and state of an instance.
#[derive(Debug)]
pub struct Telemetry {
    namespace: Option<String>,
    enabled: bool,
    warm: AtomicBool,
}

impl Telemetry {
    /// Creates it with metrics under `namespace`, or without metrics.
    #[must_use]
    pub fn new(namespace: Option<String>) -> Self {
        let enabled = namespace.is_some() || log::level() >= LevelFilter::INFO;
        Self { namespace, enabled, warm: AtomicBool::new(false) }
    }

    /// Whether lines of requests are logged. If not, they need not be built.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The CloudWatch namespace of the metrics. None when they are off.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Whether this is the first invocation of the instance.
    pub fn is_first(&self) -> bool {
        !self.warm.swap(true, Relaxed)
    }

    /// Logs the cost of a test's aggregation.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub fn aggregated(
        &self,
        at: Timestamp,
        workspace: &Workspace,
        test_id: &ExperimentId,
        rows: u64,
        elapsed: Duration,
    ) {
        aggregate(at, workspace, test_id)
            .measure(&AGGREGATION_TIME, milliseconds(elapsed))
            .measure(&AGGREGATION_ROWS, rows as f64)
            .write(self.namespace());
    }

    /// Logs that the aggregation of a test failed.
    pub fn not_aggregated(&self, at: Timestamp, workspace: &Workspace, test_id: &ExperimentId) {
        aggregate(at, workspace, test_id).measure(&AGGREGATION_FAILURES, 1.0).write(self.namespace());
    }
}

fn aggregate(at: Timestamp, workspace: &Workspace, test_id: &ExperimentId) -> Line {
    Line::new("aggregation", at).with("workspace", workspace.as_str()).with("test_id", test_id.as_str())
}
