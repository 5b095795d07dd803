//! A short run of plans: the planned units find the planned difference with the planned power.

use calibrate::planning::{Plan, simulate, visitors};
use stats::planning::{Analysis, Outcome};

const RUNS: u32 = 1_000;

#[test]
fn a_fixed_horizon_test_of_the_planned_units_has_the_planned_power() {
    for (outcome, effect, weight) in [
        (Outcome::Mean { deviation: 1.0 }, 0.5, 5_000),
        (Outcome::Mean { deviation: 1.0 }, 0.5, 2_000),
        (Outcome::Binary { rate: 0.2 }, 0.3, 5_000),
        (Outcome::Binary { rate: 0.2 }, 0.2, 2_000),
        (visitors(), 0.1, 5_000),
    ] {
        let (units, power) = simulate(&Plan { outcome, effect, weight }, Analysis::FixedHorizon, RUNS, 1);
        // The permutation test finds more in uneven arms than the normal approximation of the plan.
        let more = if weight == 5_000 { 0.02 } else { 0.06 };
        let [least, most] = [0.78 - power.margin(), 0.8 + more + power.margin()];
        assert!((least..most).contains(&power.share()), "{outcome:?} {units} {power}");
    }
}

#[test]
fn a_sequential_test_of_the_planned_units_has_the_planned_power() {
    for (outcome, effect) in [(Outcome::Mean { deviation: 1.0 }, 0.5), (Outcome::Binary { rate: 0.2 }, 0.2)] {
        let (units, power) =
            simulate(&Plan { outcome, effect, weight: 5_000 }, Analysis::Sequential, RUNS, 1);
        assert!((0.78..0.85).contains(&power.share()), "{outcome:?} {units} {power}");
    }
}
