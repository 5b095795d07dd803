//! `"check": true`: reads with one call whether the units of a request are assigned.

use std::collections::BTreeSet;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use domain::experiment::{Entry, Experiment, UnitId};

/// The units of a request that are assigned in the test's phase.
pub struct Units(BTreeSet<UnitId>);

impl Units {
    /// Reads the assignments of the units in `entries`.
    ///
    /// # Errors
    /// Returns 503 if the store is unavailable. In that case, nothing is recorded.
    pub async fn of(
        app: &App,
        caller: &Caller,
        test: &Experiment,
        entries: impl Iterator<Item = &Entry>,
    ) -> Result<Self, Problem> {
        let units = entries.map(|entry| entry.event.unit_id().clone()).collect();
        Ok(Self(app.store.events.assigned(&caller.workspace, test, &units).await?))
    }

    /// Returns the value of `unit` in the response.
    pub fn word(&self, test: &Experiment, unit: &UnitId) -> &'static str {
        if self.0.contains(unit) {
            "assigned"
        } else if test.definition.overrides.contains_key(unit) {
            "overridden"
        } else {
            "unknown"
        }
    }
}
