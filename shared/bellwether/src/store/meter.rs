//! Counts the cost of the store: network calls and capacity units.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

/// The cost since the process started.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU64,
    milli_units: AtomicU64,
}

/// A reading of a [`Meter`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Requests sent over the network, including retries.
    pub calls: u64,
    /// Capacity units for reads and writes together.
    pub units: f64,
}

impl Meter {
    /// The cost so far.
    #[must_use]
    pub fn read(&self) -> Spent {
        Spent { calls: self.calls.load(Relaxed), units: in_units(self.milli_units.load(Relaxed)) }
    }

    /// Adds the capacity that a response reports.
    pub fn consumed(&self, units: Option<f64>) {
        let milli = units.unwrap_or_default().max(0.0) * 1_000.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small and not negative"
        )]
        self.milli_units.fetch_add(milli.round() as u64, Relaxed);
    }

    /// Adds the cost of a failed condition, which DynamoDB does not report: a write unit for each started KB
    /// of the larger item, old or new.
    pub fn failed_condition(&self, larger_item_bytes: usize) {
        let units = larger_item_bytes.div_ceil(1_024).max(1);
        self.milli_units.fetch_add(units as u64 * 1_000, Relaxed);
    }
}

impl std::ops::Sub for Spent {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self { calls: self.calls - earlier.calls, units: self.units - earlier.units }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn in_units(milli: u64) -> f64 {
    milli as f64 / 1_000.0
}

/// The interceptor that the SDK calls for every attempt.
#[derive(Debug)]
pub(super) struct Counter(pub(super) Arc<Meter>);

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "bellwether-meter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.calls.fetch_add(1, Relaxed);
        Ok(())
    }
}
