//! Changing a test: which change is legal when, and what becomes of the test.

use std::collections::BTreeMap;

use super::definition::Mode;
use super::lifecycle::Move;
use super::state::{Experiment, Seed, Weighting, suspect, weights};
use super::wire::{TestPatch, VariantBody};
use super::{BasisPoints, Definition, Status, Variant};
use crate::clock::Timestamp;
use crate::validation::{self, Invalid};

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The change itself is wrong.
    Invalid(Vec<Invalid>),
    /// The change is right but not now; says why.
    Conflict(String),
}

/// How long a stopped test rests before it starts again: the 30 s for which instances may remember
/// that it ran, and the time that the stop itself may take to be stored. So nobody is assigned to a
/// phase that is over.
const SETTLE_MS: i64 = 35_000;

/// At most this many changes of weights in a phase: the list is read with every test.
const WEIGHTINGS: usize = 200;

impl Experiment {
    /// The test after a change. `seed` is used only if the change begins a new phase.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a change that is wrong in itself, [`Refusal::Conflict`] for one made
    /// against another revision or not allowed in this state.
    pub fn revise(&self, patch: TestPatch, seed: Seed, now: Timestamp) -> Result<Self, Refusal> {
        if patch.revision + 1 == self.revision && self.already_is(&patch) {
            return Ok(self.clone());
        }
        if patch.revision != self.revision {
            return Err(Refusal::Conflict(format!(
                "The test is at revision {}, this change was made against {}; read it again and retry.",
                self.revision, patch.revision
            )));
        }
        let next_status = patch.status.unwrap_or(self.status);
        let Some(step) = self.status.go(next_status) else {
            let (from, to) = (self.status.as_str(), next_status.as_str());
            return Err(Refusal::Conflict(format!("The test is {from}: it cannot become {to}.")));
        };
        if step == Move::NewPhase && now.millis() - self.updated_at.millis() < SETTLE_MS {
            let detail = "The test was stopped or changed less than 35 s ago, and instances may still assign to the old phase; start it again after that.";
            return Err(Refusal::Conflict(detail.to_owned()));
        }
        let definition = self.redefined(patch).map_err(Refusal::Invalid)?;
        self.allows(&definition, step == Move::NewPhase)?;
        let mut next = Self { definition, status: next_status, ..self.clone() };
        if next.definition == self.definition && next.status == self.status {
            return Ok(next);
        }
        next.suspect = suspect(&next.definition);
        next.revision += 1;
        next.updated_at = now;
        next.enter(self.status, step, seed)?;
        Ok(next)
    }

    /// The next revision with other weights, which an adaptive test gives itself; None for weights that
    /// do not fit, or when they have changed too often.
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
        next.enter(self.status, Move::Plain, self.seed.clone()).ok().map(|()| next)
    }

    /// Whether a change, sent again because its answer was lost, has been made.
    fn already_is(&self, patch: &TestPatch) -> bool {
        let same_status = patch.status.is_none_or(|status| status == self.status);
        same_status && self.redefined(patch.clone()).is_ok_and(|definition| definition == self.definition)
    }

    fn enter(&mut self, from: Status, step: Move, seed: Seed) -> Result<(), Refusal> {
        let now = Weighting { revision: self.revision, weights: weights(&self.definition) };
        if step == Move::NewPhase {
            self.phase += 1;
            self.seed = seed;
            self.weightings = vec![now];
            self.deal()?;
        } else if from == Status::Draft {
            self.weightings = vec![now];
            if self.status == Status::Running {
                self.deal()?;
            }
        } else if self.weightings.last().is_none_or(|last| last.weights != now.weights) {
            if self.weightings.len() > WEIGHTINGS {
                let detail = format!(
                    "Weights may change {WEIGHTINGS} times in a phase; stop the test and start it again."
                );
                return Err(Refusal::Conflict(detail));
            }
            self.weightings.push(now);
        }
        Ok(())
    }

    /// Chooses the seed of a phase whose units are known: the one that is there becomes the root of many.
    fn deal(&mut self) -> Result<(), Refusal> {
        self.balance = None;
        if self.definition.known_units.is_none() {
            return Ok(());
        }
        let Some(balance) = self.definition.balance(self.seed.clone()) else {
            let detail = "cannot be balanced: with these weights too few seeds give both variants a unit; list more units or choose weights that are nearer to each other";
            return Err(Refusal::Invalid(vec![Invalid::new("/known_units", detail)]));
        };
        self.seed = balance.seed();
        self.balance = Some(balance);
        Ok(())
    }

    fn redefined(&self, patch: TestPatch) -> Result<Definition, Vec<Invalid>> {
        let mut body = self.definition.body();
        overlay(&mut body.name, patch.name);
        overlay(&mut body.hypothesis, patch.hypothesis);
        overlay(&mut body.variants, patch.variants);
        overlay(&mut body.coverage, patch.coverage);
        overlay(&mut body.targeting, patch.targeting);
        overlay(&mut body.overrides, patch.overrides);
        overlay(&mut body.allocation, patch.allocation);
        overlay(&mut body.segments, patch.segments);
        overlay(&mut body.goals, patch.goals);
        body.known_units = patch.known_units.or(body.known_units);
        body.namespace = patch.namespace.or(body.namespace);
        body.planned_units = patch.planned_units.or(body.planned_units);
        body.expected = patch.expected.or(body.expected);
        let Some(weights) = patch.weights else { return Definition::parse(body) };
        reweigh(&mut body.variants, &weights)?;
        Definition::parse(body).map_err(|broken| broken.into_iter().map(at_weights).collect())
    }

    /// What a unit was told stays true while a phase lasts, and past phases stay readable.
    fn allows(&self, next: &Definition, new_phase: bool) -> Result<(), Refusal> {
        let (old, state) = (&self.definition, self.status.as_str());
        let locked = |field: &str, rule: &str| {
            Err(Refusal::Conflict(format!("While the test is {state}, {field} cannot change: {rule}.")))
        };
        if self.status == Status::Draft || next == old {
            return Ok(());
        }
        if self.status == Status::Archived {
            return Err(Refusal::Conflict("An archived test cannot change.".to_owned()));
        }
        if shape(next) != shape(old) {
            return locked("variants", "their keys, parameters and control are fixed once it has started");
        }
        if next.goals != old.goals || next.segments != old.segments || next.allocation != old.allocation {
            return locked("goals, segments and allocation", "they are fixed once it has started");
        }
        if !new_phase && (next.planned_units, next.expected) != (old.planned_units, old.expected) {
            return locked("planned_units and expected", "results are read by them; start a new phase");
        }
        if !new_phase && next.known_units != old.known_units {
            return locked("known_units", "the variants were balanced over them; start a new phase");
        }
        let reweighted = weights(next) != weights(old);
        if !new_phase && reweighted && old.known_units.is_some() {
            return locked("weights", "the known units were dealt by them; start a new phase");
        }
        if self.status.is_mid_phase() && reweighted && old.allocation.mode == Mode::Adaptive {
            return locked("weights", "an adaptive test sets its own");
        }
        if self.status.is_mid_phase() && next.targeting != old.targeting {
            return locked("targeting", "stop it first, then start a new phase");
        }
        if self.status.is_mid_phase() && next.namespace != old.namespace {
            return locked("namespace", "stop it first, then start a new phase");
        }
        if self.status.is_mid_phase() && next.coverage < old.coverage {
            return locked("coverage", "it may only widen; stop it to start a new phase with less");
        }
        Ok(())
    }
}

fn overlay<T>(field: &mut T, change: Option<T>) {
    if let Some(change) = change {
        *field = change;
    }
}

/// Everything about the arms but their weights.
fn shape(definition: &Definition) -> impl PartialEq + '_ {
    let of = |v: &'_ Variant| (v.key.clone(), v.is_control, v.parameters.clone());
    definition.variants.iter().map(of).collect::<Vec<_>>()
}

fn reweigh(variants: &mut [VariantBody], weights: &BTreeMap<String, u32>) -> Result<(), Vec<Invalid>> {
    let mut broken = Vec::new();
    for (key, weight) in weights {
        if let Some(variant) = variants.iter_mut().find(|v| v.key == *key) {
            variant.weight = *weight;
        } else {
            let pointer = format!("/weights/{}", validation::escape(key));
            broken.push(Invalid::new(pointer, "is no variant of this test"));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

/// A complaint about `/variants` is about `/weights` when that is what the caller sent.
fn at_weights(found: Invalid) -> Invalid {
    if found.pointer.starts_with("/variants") {
        return Invalid::new("/weights", found.detail);
    }
    found
}
