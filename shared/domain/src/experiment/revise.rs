//! Changes of a test: which are allowed in which state, and their result.

mod redefine;

use std::collections::BTreeMap;

use super::lifecycle::{Denied, Enrolment, Move, Start};
use super::seed::Seed;
use super::state::{Experiment, SETTLE_MS, Shipped, Weighting, suspect, weights};
use super::wire::TestPatch;
use super::{BasisPoints, Definition, Status, UnitId, VariantKey};
use crate::clock::Timestamp;
use crate::validation::Invalid;

/// Why a change is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The change is invalid.
    Invalid(Vec<Invalid>),
    /// The change is valid but not allowed now. The text states why.
    Conflict(String),
}

/// The maximum number of changes of weights in a phase. The list is read with every test.
const WEIGHTINGS: usize = 200;

impl Experiment {
    /// Returns the test after a change. `seed` is used only if the change begins a new phase.
    ///
    /// # Errors
    /// Returns [`Refusal::Invalid`] for an invalid change, and [`Refusal::Conflict`] for a change that is based on
    /// another revision or not allowed in this state.
    pub fn revise(&self, patch: TestPatch, seed: Seed, now: Timestamp) -> Result<Self, Refusal> {
        let against = patch.revision.get();
        if against + 1 == self.revision && self.already_is(&patch) {
            return Ok(self.clone());
        }
        if against != self.revision {
            return Err(Refusal::Conflict(format!(
                "The test is at revision {}, this change is based on {against}. Read the test again and retry.",
                self.revision
            )));
        }
        let (status, step) = (patch.status.unwrap_or(self.status), self.step(&patch)?);
        if step == Move::NewPhase && now.millis() - self.updated_at.millis() < SETTLE_MS {
            let detail = "The test was stopped or changed less than 35 s ago, and instances may still assign units to the old phase; restart it later.";
            return Err(Refusal::Conflict(detail.to_owned()));
        }
        let shipped = self.ship(status, patch.winner.as_deref(), now)?;
        let current = if step == Move::NewPhase { Enrolment::Open } else { self.enrolment };
        let enrolment = patch.enrolment.unwrap_or(current);
        let acknowledged = patch.acknowledge_suspect == Some(true);
        let definition = self.redefined(patch).map_err(Refusal::Invalid)?;
        self.allows(&definition, enrolment, step == Move::NewPhase)?;
        let mut next = Self { definition, status, enrolment, shipped, ..self.clone() };
        if next == *self {
            return Ok(next);
        }
        next.suspect = suspect(&next.definition);
        next.overridden_since = self.overridden(&next.definition, now);
        next.revision += 1;
        next.updated_at = now;
        next.enter(self.status, step, seed)?;
        if next.starts_after(self) && !acknowledged {
            next.refuse_suspect()?;
        }
        Ok(next)
    }

    /// Returns the effect of the status change on the data.
    fn step(&self, patch: &TestPatch) -> Result<Move, Refusal> {
        let next = patch.status.unwrap_or(self.status);
        let at_start = |detail: &str| Refusal::Invalid(vec![Invalid::new("/start", detail)]);
        self.status.go(next, patch.start).map_err(|denied| match denied {
            Denied::Illegal => {
                let (from, to) = (self.status.as_str(), next.as_str());
                let legal: Vec<_> = self.status.next().map(Status::as_str).collect();
                let legal = if legal.is_empty() { "no other state".to_owned() } else { legal.join(" or ") };
                Refusal::Conflict(format!("The test is {from} and cannot become {to}; it can become {legal}."))
            }
            Denied::Undecided => at_start(
                "is required to start a stopped test: resume continues the phase and keeps every assignment and override; restart begins a new phase, in which accounts are randomized again",
            ),
            Denied::Pointless => at_start(
                "must be omitted here: only a stopped test can be restarted, and only a paused, stopped or shipped test can be resumed, with \"status\": \"running\"",
            ),
        })
    }

    /// Returns how the test is shipped after a change.
    fn ship(&self, status: Status, winner: Option<&str>, now: Timestamp) -> Result<Option<Shipped>, Refusal> {
        let refused = |detail: &str| Err(Refusal::Invalid(vec![Invalid::new("/winner", detail)]));
        if status != Status::Shipped {
            let free = winner.is_none();
            return if free { Ok(None) } else { refused("must be omitted unless the test is shipped") };
        }
        let Some(winner) = winner else {
            let before = self.shipped.is_some();
            let detail = "is required to ship a test: the key of the variant that all accounts get";
            return if before { Ok(self.shipped.clone()) } else { refused(detail) };
        };
        let Some(winner) =
            VariantKey::parse(winner).ok().filter(|key| self.definition.variant(key).is_some())
        else {
            return refused("is not a variant of this test");
        };
        match &self.shipped {
            Some(before) if before.winner != winner => Err(Refusal::Conflict(format!(
                "The test is shipped with {}; stop it first, then ship another variant.",
                before.winner
            ))),
            Some(before) => Ok(Some(before.clone())),
            None => Ok(Some(Shipped { winner, at: now })),
        }
    }

    /// Returns the time at which each override of the next definition took effect.
    fn overridden(&self, next: &Definition, now: Timestamp) -> BTreeMap<UnitId, Timestamp> {
        let since = |unit: &UnitId| match self.definition.overrides.get(unit) {
            Some(_) => self.overridden_since.get(unit).copied(),
            None => Some(now),
        };
        next.overrides.keys().filter_map(|unit| Some((unit.clone(), since(unit)?))).collect()
    }

    /// Returns the next revision with the weights of the next batch, which an adaptive test sets itself. The next batch
    /// begins even when the weights stay the same, so that outcomes do not affect where a batch ends. Returns None if
    /// the weights are invalid or there were too many batches.
    #[must_use]
    pub fn reweighted(&self, weights: &[BasisPoints], now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        let whole: u32 = weights.iter().map(|weight| weight.get()).sum();
        if weights.len() != next.definition.variants.len() || whole != BasisPoints::WHOLE.get() {
            return None;
        }
        for (variant, weight) in next.definition.variants.iter_mut().zip(weights) {
            variant.weight = *weight;
        }
        next.revision += 1;
        next.updated_at = now;
        let batch = Weighting { revision: next.revision, weights: weights.to_vec() };
        next.weigh(batch).ok().map(|()| next)
    }

    fn weigh(&mut self, next: Weighting) -> Result<(), Refusal> {
        if self.weightings.len() > WEIGHTINGS {
            let detail = format!(
                "Weights may change {WEIGHTINGS} times in a phase; this phase keeps the current ones."
            );
            return Err(Refusal::Conflict(detail));
        }
        self.weightings.push(next);
        Ok(())
    }

    /// Returns whether a phase begins with this revision, which follows `before`.
    #[must_use]
    pub fn starts_after(&self, before: &Self) -> bool {
        self.status == Status::Running && (before.status == Status::Draft || self.phase > before.phase)
    }

    /// Refuses to start a test with suspect text until a user has acknowledged it.
    fn refuse_suspect(&self) -> Result<(), Refusal> {
        if self.suspect.is_empty() {
            return Ok(());
        }
        Err(Refusal::Conflict(format!(
            "Parts of the test read like instructions to a language model: {}. Check them. If they are \
             intended, start the test with \"acknowledge_suspect\": true.",
            self.suspect.pointers()
        )))
    }

    /// Returns whether a change, repeated because its response was lost, has already been made.
    fn already_is(&self, patch: &TestPatch) -> bool {
        let winner = self.shipped.as_ref().map(|shipped| shipped.winner.as_str());
        let is_new = self.weightings.first().is_some_and(|first| first.revision == self.revision);
        patch.status.is_none_or(|status| status == self.status)
            && patch.enrolment.is_none_or(|enrolment| enrolment == self.enrolment)
            && patch.winner.as_deref().is_none_or(|named| Some(named) == winner)
            && patch.start.is_none_or(|start| is_new == (start == Start::Restart))
            && self.redefined(patch.clone()).is_ok_and(|definition| definition == self.definition)
    }

    fn enter(&mut self, from: Status, step: Move, seed: Seed) -> Result<(), Refusal> {
        let now = Weighting { revision: self.revision, weights: weights(&self.definition) };
        if step == Move::NewPhase {
            self.phase += 1;
            self.phase_began_at = Some(self.updated_at);
            self.seed = seed;
            self.weightings = vec![now];
            self.randomize()?;
        } else if from == Status::Draft {
            self.weightings = vec![now];
            if self.status == Status::Running {
                self.phase_began_at = Some(self.updated_at);
                self.randomize()?;
            }
        } else if self.weightings.last().is_none_or(|last| last.weights != now.weights) {
            return self.weigh(now);
        }
        Ok(())
    }

    /// Chooses the seed of a phase with known units: the present seed becomes the root of the numbered seeds.
    fn randomize(&mut self) -> Result<(), Refusal> {
        self.balance = None;
        let Some(known) = &mut self.definition.known_units else { return Ok(()) };
        known.retain(|own| !own.erased);
        let Some(balance) = self.definition.balance(self.seed.clone()) else {
            let detail = "cannot be balanced: with these weights, too few seeds give each variant a unit; list more units or choose weights that are closer to each other";
            return Err(Refusal::Invalid(vec![Invalid::new("/known_units", detail)]));
        };
        self.seed = balance.seed();
        self.balance = Some(balance);
        Ok(())
    }
}
