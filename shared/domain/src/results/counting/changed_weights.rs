//! Whether all units were assigned under the same shares of the arms.

use stats::drift;

use crate::experiment::Experiment;
use crate::experiment::allocation::Mode;
use crate::results::counting::totals::Totals;

/// Returns why no reading of the arms is valid, if the shares of the arms have changed. Units from before and
/// after the change had different amounts of time to convert, and may be different accounts. Adaptive tests
/// have readings that take changes into account.
#[must_use]
pub fn changed_weights(test: &Experiment, totals: &Totals) -> Option<&'static str> {
    let mode = test.definition.allocation.mode;
    if mode != Mode::Adaptive && totals.are_of_several_weightings() {
        return Some(
            "The weights have changed in this phase. Accounts that were assigned before and after the \
             change had different amounts of time to convert, so the comparison is not valid. Stop the test \
             and start a new phase.",
        );
    }
    let drifted = || totals.arrivals.drift().is_some_and(|p| p < drift::THRESHOLD);
    (mode == Mode::External && drifted()).then_some(
        "The shares of the variants have changed while accounts were assigned. Accounts from before and \
         after the change may differ, so the comparison is not valid. Assign accounts with constant shares, \
         and start a new phase.",
    )
}
