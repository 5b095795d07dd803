//! Whether all units were assigned under the same shares of the arms.

use stats::drift;

use crate::experiment::Experiment;
use crate::experiment::allocation::Mode;
use crate::results::counting::arrivals::Arrivals;
use crate::results::counting::totals::Totals;

/// Returns whether units were assigned under several sets of weights, so that arms are compared within each set.
/// Adaptive tests have readings of their own, which take changes into account.
#[must_use]
pub fn are_changed(test: &Experiment, totals: &Totals) -> bool {
    test.definition.allocation.mode != Mode::Adaptive && totals.are_of_several_weightings()
}

/// Returns why no reading of the arms is valid, if the shares of the arms have changed in an external test although its
/// weights have not. Nobody knows with which probability its units were assigned.
#[must_use]
pub fn undeclared_change(test: &Experiment, totals: &Totals) -> Option<&'static str> {
    let has_drifted = || totals.arrivals.iter().filter_map(Arrivals::drift).any(|p| p < drift::THRESHOLD);
    (test.definition.allocation.mode == Mode::External && has_drifted()).then_some(
        "The shares of the variants have changed while accounts were assigned. Accounts from before and \
         after the change may differ, so the comparison is not valid. Assign accounts with constant shares, \
         and start a new phase.",
    )
}
