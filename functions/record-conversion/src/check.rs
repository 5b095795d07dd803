//! `"check": true`: are the units of a request assigned? One read for all of them.

use std::collections::BTreeSet;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use domain::experiment::{Conversion, Experiment, UnitId};

/// The units of a request that are assigned in the test's phase.
pub struct Units(BTreeSet<UnitId>);

impl Units {
    /// Reads those of `conversions`.
    ///
    /// # Errors
    /// 503 when the store is unavailable; nothing is recorded then.
    pub async fn of(
        app: &App,
        caller: &Caller,
        test: &Experiment,
        conversions: impl Iterator<Item = &Conversion>,
    ) -> Result<Self, Problem> {
        let units = conversions.map(|conversion| conversion.unit_id.clone()).collect();
        Ok(Self(app.store.events.assigned(&caller.workspace, test, &units).await?))
    }

    /// What the answer says of a unit.
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
