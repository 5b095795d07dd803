//! The erasure of accounts from a test's definition and state.

use std::collections::BTreeSet;

use super::state::{Experiment, suspect};
use super::{Known, UnitId};
use crate::clock::Timestamp;

impl Experiment {
    /// Returns the test without these units: without their overrides and without their entries in the list of known
    /// units. None if it contains none of them. The revision stays the same, because past revisions are rewritten
    /// too.
    ///
    /// Once the variants are balanced, an entry of the list keeps its place, because the variant of every other unit
    /// depends on the number of units and on the order of the list. Its id and its segments are removed, and its
    /// covariate becomes the mean of the others.
    #[must_use]
    pub fn without(&self, units: &BTreeSet<UnitId>) -> Option<Self> {
        let mut next = self.clone();
        next.definition.overrides.retain(|unit, _| !units.contains(unit));
        next.overridden_since.retain(|unit, _| !units.contains(unit));
        if let Some(known) = &mut next.definition.known_units {
            if self.balance.is_some() {
                empty_places(known, units);
            } else {
                known.retain(|own| !units.contains(&own.unit_id));
            }
        }
        next.suspect = suspect(&next.definition);
        (next != *self).then_some(next)
    }

    /// Returns the units that the definition names: those with an override, and the known units.
    pub fn named_units(&self) -> impl Iterator<Item = &UnitId> {
        let known = self.definition.known_units.iter().flatten().filter(|own| !own.erased);
        self.definition.overrides.keys().chain(known.map(|own| &own.unit_id))
    }

    /// Returns the next revision of a test that was changed by an erasure.
    #[must_use]
    pub fn after_erasure(mut self, now: Timestamp) -> Self {
        self.revision += 1;
        self.updated_at = now;
        self
    }
}

fn empty_places(known: &mut [Known], units: &BTreeSet<UnitId>) {
    let is_kept = |own: &&Known| !own.erased && !units.contains(&own.unit_id);
    let numbers: Vec<f64> = known.iter().filter(is_kept).filter_map(|own| own.covariate).collect();
    #[expect(clippy::cast_precision_loss, reason = "a list has at most 1,000 units")]
    let mean = numbers.iter().sum::<f64>() / numbers.len().max(1) as f64;
    for (place, own) in known.iter_mut().enumerate() {
        if own.erased || !units.contains(&own.unit_id) {
            continue;
        }
        let Ok(name) = UnitId::parse(format!("erased:{place}")) else { continue };
        *own = Known {
            unit_id: name,
            attributes: std::collections::BTreeMap::new(),
            covariate: own.covariate.map(|_| mean),
            erased: true,
        };
    }
}

#[cfg(test)]
mod tests;
