//! Whether units came under the same shares of the arms all the time.

use stats::drift;

use crate::experiment::Experiment;
use crate::experiment::allocation::Mode;
use crate::results::counting::totals::Totals;

/// Why no reading of the arms is right, if the shares in which units fell into them have changed: units that
/// came before and after had different time to convert, and are perhaps others. Adaptive tests have readings
/// that take it into account.
#[must_use]
pub fn changed_weights(test: &Experiment, totals: &Totals) -> Option<&'static str> {
    let mode = test.definition.allocation.mode;
    if mode != Mode::Adaptive && totals.are_of_several_weightings() {
        return Some(
            "The weights have changed in this phase: units that came before and after had different time to \
             convert, so nothing is decided. Stop the test and start a new phase.",
        );
    }
    let drifted = || totals.arrivals.drift().is_some_and(|p| p < drift::THRESHOLD);
    (mode == Mode::External && drifted()).then_some(
        "The shares of the variants have changed while units came: units that came before and after may differ, \
         so nothing is decided. Assign with the same shares throughout, and start a new phase.",
    )
}
