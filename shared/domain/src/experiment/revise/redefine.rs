//! Applies a patch to a test's definition and parses the result.

use std::collections::BTreeMap;

use crate::experiment::identity;
use crate::experiment::wire::{TestPatch, VariantBody};
use crate::experiment::{Definition, Experiment};
use crate::validation::{Invalid, escape};

impl Experiment {
    /// Returns the definition with the changes of a patch.
    pub(super) fn redefined(&self, patch: TestPatch) -> Result<Definition, Vec<Invalid>> {
        let (mut body, kind) = (self.definition.body(), self.definition.unit_kind);
        let has_targeting = patch.targeting.is_some();
        let known = if patch.known_units.is_none() { self.definition.known_units.clone() } else { None };
        overlay(&mut body.name, patch.name);
        overlay(&mut body.hypothesis, patch.hypothesis);
        overlay(&mut body.variants, patch.variants);
        overlay(&mut body.coverage, patch.coverage);
        overlay(&mut body.targeting, patch.targeting);
        let named = patch.overrides.map(|own| identity::overrides(kind, own)).transpose()?;
        overlay(&mut body.overrides, named);
        overlay(&mut body.allocation, patch.allocation);
        overlay(&mut body.segments, patch.segments);
        overlay(&mut body.goals, patch.goals);
        let named = patch.known_units.map(|own| identity::known_units(kind, own)).transpose()?;
        body.known_units = named.or(body.known_units);
        body.namespace = patch.namespace.or(body.namespace);
        body.planned_units = patch.planned_units.or(body.planned_units);
        body.spending = patch.spending.unwrap_or(body.spending);
        body.expected = patch.expected.or(body.expected);
        let parse = |body| {
            let parsed = self.definition.changed(body, has_targeting);
            // The stored list keeps the places of erased units, which a body cannot express.
            parsed.map(|definition| match known {
                Some(known) => Definition { known_units: Some(known), ..definition },
                None => definition,
            })
        };
        let Some(weights) = patch.weights else { return parse(body) };
        reweigh(&mut body.variants, &weights)?;
        parse(body).map_err(|broken| broken.into_iter().map(at_weights).collect())
    }
}

fn overlay<T>(field: &mut T, change: Option<T>) {
    if let Some(change) = change {
        *field = change;
    }
}

fn reweigh(variants: &mut [VariantBody], weights: &BTreeMap<String, u32>) -> Result<(), Vec<Invalid>> {
    let mut broken = Vec::new();
    for (key, weight) in weights {
        if let Some(variant) = variants.iter_mut().find(|v| v.key == *key) {
            variant.weight = *weight;
        } else {
            let pointer = format!("/weights/{}", escape(key));
            broken.push(Invalid::new(pointer, "is not a variant of this test"));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

/// Moves an error about `/variants` to `/weights` if the caller sent weights.
fn at_weights(found: Invalid) -> Invalid {
    if found.pointer.starts_with("/variants") {
        return Invalid::new("/weights", found.detail);
    }
    found
}
