//! Assignment of the units of a request: the decision, and what is stored. Every function that assigns units uses this
//! code, so a unit gets the same variant by every route.

use super::body::Unscreened;
use super::named::NamedByKind;
use crate::app::App;
use crate::auth::preview::Preview;
use crate::http::problem::Problem;
use crate::store::stored::{Pair, Stored};
use domain::clock::Timestamp;
use domain::experiment::unit::UnitBody;
use domain::experiment::{
    Assignment, AssignmentResponse, Decision, Experiment, Otherwise, Peek, Reason, Unit, UnitId, Workspace,
    decide, foresee,
};
use domain::validation::Invalid;

/// Screens and parses one unit of a request, as far as that does not depend on a test.
///
/// # Errors
/// 422 for each violated limit.
pub fn unit(app: &App, item: Unscreened) -> Result<UnitBody, Problem> {
    let body: UnitBody = item.screened(app.screen)?.into_inner();
    body.check()?;
    Ok(body)
}

/// A unit, and a test's decision about it before stored assignments are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Requested<'t> {
    /// The test.
    pub test: &'t Experiment,
    /// The unit.
    pub unit: Unit,
    /// The decision.
    pub decision: Decision<'t>,
}

impl<'t> Requested<'t> {
    /// Decides about a unit that is to be assigned. A preview token takes the place of the decision. A unit that was
    /// erased is left out.
    ///
    /// # Errors
    /// 422 for a unit that the test does not accept, or with a token that is not valid for this test.
    pub fn of(
        workspace: &Workspace,
        test: &'t Experiment,
        body: UnitBody,
        named: &NamedByKind,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let unit = named.unit(test, body)?;
        if named.is_erased(test, &unit.id) {
            return Ok(Self { test, unit, decision: Decision::Leave(Reason::Suppressed) });
        }
        if let Some(token) = &unit.preview {
            let variant = Preview::verified(token, workspace, test, now)?;
            return Ok(Self { test, unit, decision: Decision::Chosen(variant, Reason::Preview) });
        }
        unit.check_assigned_at(test, now)?;
        let decision = decide(test, &unit)?;
        Ok(Self { test, unit, decision })
    }

    /// Whether the stored assignment must be read before it is assigned.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        matches!(self.decision, Decision::Stored(_))
    }

    /// Assigns the unit as decided. `stored` contains the assignments of undecided units.
    ///
    /// # Errors
    /// 422 for a unit that can neither be assigned nor left out, 503 when the store is unavailable.
    pub async fn assign(
        self,
        app: &App,
        workspace: &Workspace,
        stored: &Stored,
        now: Timestamp,
    ) -> Result<AssignmentResponse<'t>, Problem> {
        let Self { test, unit, decision } = self;
        let events = &app.store.events;
        Ok(match decision {
            Decision::Assign(variant) => {
                let first = Assignment::of(test, &unit, variant, now)?;
                if let Some(stored) = events.remembered(workspace, test, &unit.id, now) {
                    AssignmentResponse::assigned(test, unit, stored, false)
                } else {
                    let assigned = events.assign(workspace, test, &unit.id, first, now).await?;
                    AssignmentResponse::assigned(test, unit, assigned.assignment, assigned.new)
                }
            }
            Decision::Chosen(variant, reason) => AssignmentResponse::chosen(test, unit, variant, reason),
            Decision::Leave(reason) => AssignmentResponse::left(test, unit, reason),
            Decision::Stored(otherwise) => match (stored.get(test, &unit.id)?.cloned(), otherwise) {
                (Some(stored), _) => AssignmentResponse::assigned(test, unit, stored, false),
                (None, Otherwise::Leave(reason)) => AssignmentResponse::left(test, unit, reason),
                (None, Otherwise::Refuse(broken)) => return Err(broken.into()),
            },
        })
    }
}

/// What a test would decide about a unit, before stored assignments are read. Nothing is stored.
#[derive(Debug, Clone)]
pub struct Foreseen<'t> {
    /// The test.
    pub test: &'t Experiment,
    /// The unit. None for a text that is not a unit of the test.
    pub unit: Option<UnitId>,
    /// The decision.
    pub decision: Result<Decision<'t>, Vec<Invalid>>,
}

impl<'t> Foreseen<'t> {
    /// Decides about a unit that is not to be assigned now. A preview token of this test takes the place of the
    /// decision.
    #[must_use]
    pub fn of(
        workspace: &Workspace,
        test: &'t Experiment,
        body: UnitBody,
        named: &NamedByKind,
        now: Timestamp,
    ) -> Self {
        match named.unit(test, body) {
            Ok(unit) if named.is_erased(test, &unit.id) => {
                Self { test, unit: Some(unit.id), decision: Ok(Decision::Leave(Reason::Suppressed)) }
            }
            Ok(unit) => Self::of_unit(workspace, test, &unit, now),
            Err(broken) => Self { test, unit: None, decision: Err(broken) },
        }
    }

    /// Decides about a parsed unit.
    #[must_use]
    pub fn of_unit(workspace: &Workspace, test: &'t Experiment, unit: &Unit, now: Timestamp) -> Self {
        let token = unit.preview.as_deref();
        let token = token.filter(|token| Preview::names(token).as_ref() == Some(&test.definition.test_id));
        let decision = match token.map(|token| Preview::verified(token, workspace, test, now)) {
            Some(Ok(variant)) => Ok(Decision::Chosen(variant, Reason::Preview)),
            Some(Err(refused)) => Err(vec![refused.into()]),
            None => foresee(test, unit),
        };
        Self { test, unit: Some(unit.id.clone()), decision }
    }

    /// The pair to read, if a stored assignment would change the answer.
    #[must_use]
    pub fn pair(&self) -> Option<Pair<'_>> {
        let depends = self.decision.as_ref().is_ok_and(Decision::depends_on_stored);
        self.unit.as_ref().filter(|_| depends).map(|unit| (self.test, unit))
    }

    /// What the unit has or would get. `stored` contains the assignments of the pairs.
    ///
    /// # Errors
    /// 422 for a unit that the test does not accept, 503 when its assignment could not be read.
    pub fn peek(&self, stored: &Stored) -> Result<Peek<'t>, Problem> {
        let read = self.pair().map(|(test, unit)| stored.get(test, unit)).transpose()?;
        Ok(Peek::of(self.test, self.decision.as_ref().map_err(Clone::clone)?, read.flatten())?)
    }

    /// What the unit would get in a test without assignments.
    ///
    /// # Errors
    /// 422 for a unit that the test does not accept.
    pub fn peek_unstored(&self) -> Result<Peek<'t>, Problem> {
        Ok(Peek::of(self.test, self.decision.as_ref().map_err(Clone::clone)?, None)?)
    }
}
