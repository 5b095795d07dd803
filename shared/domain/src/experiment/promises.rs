//! The terms that stay fixed during a phase, so that units keep their variants and the results are valid. A stopped
//! or shipped test may be resumed, so its phase lasts until it is restarted.

use super::allocation::Mode;
use super::lifecycle::Enrolment;
use super::revise::Refusal;
use super::state::{Experiment, weights};
use super::{Definition, Status, Variant};

/// The advice on how to change the terms of a phase.
const RESTART: &str = "to change this, stop the test, wait 35 s and send the change with \"status\": \"running\", \
                       \"start\": \"restart\", which begins a new phase and randomizes accounts again";

impl Experiment {
    /// Checks whether the test may change to `next`.
    pub(super) fn allows(
        &self,
        next: &Definition,
        enrolment: Enrolment,
        new_phase: bool,
    ) -> Result<(), Refusal> {
        let old = &self.definition;
        if self.status == Status::Draft || (next == old && enrolment == self.enrolment) {
            return Ok(());
        }
        if self.status == Status::Archived {
            return Err(Refusal::Conflict("An archived test cannot change.".to_owned()));
        }
        if shape(next) != shape(old) {
            return self
                .locked("variants", "their keys, parameters and control are fixed once it has started");
        }
        if next.goals != old.goals || next.segments != old.segments || next.allocation != old.allocation {
            return self.locked("goals, segments and allocation", "they are fixed once it has started");
        }
        if new_phase { Ok(()) } else { self.keeps_terms(next) }
    }

    fn keeps_terms(&self, next: &Definition) -> Result<(), Refusal> {
        let old = &self.definition;
        let detail = format!("the results depend on them; {RESTART}");
        if (next.planned_units, next.spending, next.expected)
            != (old.planned_units, old.spending, old.expected)
        {
            return self.locked("planned_units, spending and expected", &detail);
        }
        if next.known_units != old.known_units {
            return self.locked("known_units", &format!("the variants were balanced over them; {RESTART}"));
        }
        let reweighted = weights(next) != weights(old);
        if reweighted && old.known_units.is_some() {
            return self.locked("weights", &format!("the known units were randomized under them; {RESTART}"));
        }
        if reweighted && old.allocation.mode == Mode::Adaptive {
            return self.locked("weights", "an adaptive test sets its own weights");
        }
        if next.targeting != old.targeting {
            return self
                .locked("targeting", &format!("it defines which accounts the results are about; {RESTART}"));
        }
        if next.namespace != old.namespace {
            let detail = "accounts outside the range may be assigned already, and they would be in two tests of \
                          the namespace. Leave this test as it is, and create the next test with the namespace \
                          under another test_id";
            return self.locked("namespace", detail);
        }
        if next.coverage < old.coverage {
            return self.locked(
                "coverage",
                &format!("it may only increase, so that no assigned account is excluded; {RESTART}"),
            );
        }
        Ok(())
    }

    fn locked(&self, field: &str, rule: &str) -> Result<(), Refusal> {
        let state = self.status.as_str();
        Err(Refusal::Conflict(format!("While the test is {state}, {field} cannot change: {rule}.")))
    }
}

/// Returns everything about the arms except their weights.
fn shape(definition: &Definition) -> impl PartialEq + '_ {
    let of = |v: &'_ Variant| (v.key.clone(), v.is_control, v.parameters.clone());
    definition.variants.iter().map(of).collect::<Vec<_>>()
}
