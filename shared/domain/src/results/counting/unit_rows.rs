//! What re-randomization needs of each unit: how it is drawn again, and its outcomes.

use sha2::{Digest, Sha256};
use stats::rerandomization::MAX_UNITS;

use crate::clock::Timestamp;
use crate::experiment::{Assignment, Experiment, UnitId};

/// A unit with its outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRow {
    /// The key by which the unit is drawn again. It depends on the test, the phase and the unit alone, and on the
    /// seed, which is secret.
    pub key: [u8; 32],
    /// Its arm, in the definition's order.
    pub arm: usize,
    /// The number of the weighting under which it was assigned, in the test's order.
    pub weighting: usize,
    /// The time since its assignment, in milliseconds: 0 or more.
    pub age_ms: i64,
    /// Its number for each goal, with the denominator of a ratio, otherwise 1.
    pub outcomes: Vec<(f64, f64)>,
    /// A number that was known before its assignment.
    pub covariate: Option<f64>,
    /// Its place on the list of known units.
    pub known: Option<usize>,
    /// The value of each declared segment attribute, in the definition's order.
    pub segments: Vec<Option<String>>,
}

impl UnitRow {
    /// Returns the row of a unit without outcomes.
    #[must_use]
    pub fn new(
        test: &Experiment,
        unit: &UnitId,
        assignment: &Assignment,
        arm: usize,
        weighting: usize,
    ) -> Self {
        let definition = &test.definition;
        Self {
            key: key(test, unit),
            arm,
            weighting,
            age_ms: 0,
            outcomes: Vec::with_capacity(definition.goals.len()),
            covariate: assignment.covariate,
            known: definition.known_index(unit),
            segments: definition.segments.iter().map(|name| assignment.segments.get(name).cloned()).collect(),
        }
    }
}

impl UnitRow {
    /// Returns the share of a window that has passed, 0 to 1.
    #[must_use]
    pub fn passed(&self, window_ms: i64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 ms")]
        let [passed, window] = [self.age_ms.clamp(0, window_ms), window_ms].map(|own| own as f64);
        passed / window
    }
}

/// Returns a digest of the secret seed, the test, the phase and the unit. Each part is preceded by its length, so
/// that no two lists of parts are equal.
fn key(test: &Experiment, unit: &UnitId) -> [u8; 32] {
    let mut digest = Sha256::new();
    let phase = test.phase.to_string();
    for part in [test.seed.as_str(), test.definition.test_id.as_str(), phase.as_str(), unit.as_str()] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}

/// The rows of all units, unless there are more than can be drawn again.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRows(Option<Vec<UnitRow>>);

impl Default for UnitRows {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl UnitRows {
    /// Returns the rows of a test that has too many units.
    #[must_use]
    pub fn too_many() -> Self {
        Self(None)
    }

    /// Adds a unit.
    pub fn push(&mut self, row: UnitRow) {
        self.0 = self.0.take().filter(|all| all.len() < MAX_UNITS).map(|mut all| {
            all.push(row);
            all
        });
    }

    /// Adds the units of another part of the same test.
    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (self.0.take(), other.0.as_deref());
        self.0 = own.zip(theirs).filter(|(a, b)| a.len() + b.len() <= MAX_UNITS).map(|(mut a, b)| {
            a.extend_from_slice(b);
            a
        });
    }

    /// Returns whether there were too many units, so that none is kept.
    #[must_use]
    pub fn are_too_many(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the units in the order of their keys, independent of the order in which they were added. Returns
    /// None when there were too many.
    #[must_use]
    pub fn sorted(&self) -> Option<Vec<&UnitRow>> {
        let mut all: Vec<_> = self.0.as_ref()?.iter().collect();
        all.sort_by_key(|row| row.key);
        Some(all)
    }
}

/// Returns how much of a window has passed, in milliseconds: at most the window, and 0 for an assignment in the
/// future.
#[must_use]
pub fn matured_ms(assigned_at: Timestamp, as_of: Timestamp, window_ms: i64) -> u64 {
    u64::try_from((as_of.millis() - assigned_at.millis()).clamp(0, window_ms)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::experiment::{Definition, Seed};
    use crate::validation::typed;

    fn test(test_id: &str, seed: u8) -> Experiment {
        let body = json!({ "test_id": test_id, "name": "T",
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        let definition = typed(body).and_then(Definition::parse).unwrap();
        Experiment::draft(definition, Seed::from_random([seed; 8]), Timestamp::from_millis(0))
    }

    #[test]
    fn a_key_depends_on_the_seed_the_test_the_phase_and_the_unit_alone() {
        let unit = |text: &str| UnitId::parse(text).unwrap();
        let own = key(&test("t", 1), &unit("acme.com"));
        let next = Experiment { phase: 2, ..test("t", 1) };
        assert_eq!(own, key(&Experiment { revision: 9, ..test("t", 1) }, &unit("acme.com")));
        for (test, name) in [
            (test("t", 2), "acme.com"),
            (test("u", 1), "acme.com"),
            (next, "acme.com"),
            (test("t", 1), "acme.co"),
        ] {
            assert_ne!(own, key(&test, &unit(name)));
        }
    }

    #[test]
    fn a_window_matures_from_its_assignment_to_its_end() {
        let at = Timestamp::from_millis;
        assert_eq!([10, 15, 20, 500].map(|now| matured_ms(at(10), at(now), 10)), [0, 5, 10, 10]);
        assert_eq!(matured_ms(at(10), at(3), 10), 0);
    }
}
