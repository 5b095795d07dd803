//! What a unit has or would get, without assigning it.

use serde::Serialize;

use super::allocation::Mode;
use super::{
    Assignment, Decision, Experiment, ExperimentId, Otherwise, Reason, Status, Unit, VariantKey, decide,
};
use crate::validation::Invalid;

/// What a unit has or would get in a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Peek<'t> {
    /// The test.
    pub test_id: &'t ExperimentId,
    /// The variant. None for a unit that would get none.
    pub variant: Option<VariantKey>,
    /// The reason.
    pub reason: Reason,
    /// Whether the assignment is stored. If not, a request for the variant decides anew.
    pub stored: bool,
}

/// Decides about a unit without assigning it. In an external test, the caller need not name a variant: only a stored
/// assignment counts then.
///
/// # Errors
/// Returns those of [`decide`].
pub fn foresee<'t>(test: &'t Experiment, unit: &Unit) -> Result<Decision<'t>, Vec<Invalid>> {
    let is_external = test.definition.allocation.mode == Mode::External;
    if !is_external || unit.variant.is_some() || test.status != Status::Running {
        return match decide(test, unit) {
            Err(_) if is_external && unit.variant.is_none() => Ok(Decision::Leave(Reason::NotRunning)),
            decision => decision,
        };
    }
    let forced = test.definition.overrides.get(&unit.id).and_then(|key| test.definition.variant(key));
    let stored = Decision::Stored(Otherwise::Leave(Reason::External));
    Ok(forced.map_or(stored, |variant| Decision::Chosen(variant, Reason::Override)))
}

impl<'t> Peek<'t> {
    /// Combines a decision with the stored assignment of the unit, if there is one.
    ///
    /// # Errors
    /// Returns why the unit can neither be assigned nor left out.
    pub fn of(
        test: &'t Experiment,
        decision: &Decision<'_>,
        stored: Option<&Assignment>,
    ) -> Result<Self, Vec<Invalid>> {
        let own = |variant: Option<&VariantKey>, reason, stored| Self {
            test_id: &test.definition.test_id,
            variant: variant.cloned(),
            reason,
            stored,
        };
        Ok(match (decision, stored) {
            (Decision::Chosen(variant, reason), _) => own(Some(&variant.key), *reason, false),
            (Decision::Assign(_) | Decision::Stored(_), Some(stored)) => match test.winner() {
                Some(winner) => own(Some(&winner.key), Reason::Shipped, false),
                None => own(Some(&stored.variant), Reason::Assigned, true),
            },
            (Decision::Assign(variant), None) => own(Some(&variant.key), Reason::Assigned, false),
            (Decision::Leave(reason), _) | (Decision::Stored(Otherwise::Leave(reason)), None) => {
                own(None, *reason, false)
            }
            (Decision::Stored(Otherwise::Refuse(broken)), None) => return Err(broken.clone()),
        })
    }
}

impl Decision<'_> {
    /// Returns whether a stored assignment would change the answer.
    #[must_use]
    pub fn depends_on_stored(&self) -> bool {
        matches!(self, Self::Assign(_) | Self::Stored(_))
    }
}
