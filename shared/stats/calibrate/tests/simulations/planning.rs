//! A short run of plans: the planned units find the planned difference with the planned power.

use calibrate::planning::{Plan, crossings, simulate, visitors};
use stats::planning::{Aim, Analysis, MAX_LOOKS, Outcome};
use stats::spending::Spending;

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
    for spending in Spending::ALL {
        for (outcome, effect) in
            [(Outcome::Mean { deviation: 1.0 }, 0.5), (Outcome::Binary { rate: 0.2 }, 0.2)]
        {
            let daily = Analysis::Sequential { spending, looks: MAX_LOOKS };
            let (units, power) = simulate(&Plan { outcome, effect, weight: 5_000 }, daily, RUNS, 1);
            assert!((0.76..0.84).contains(&power.share()), "{spending:?} {outcome:?} {units} {power}");
        }
    }
}

#[test]
fn the_computed_power_and_error_rate_are_those_of_simulated_z_tests() {
    for spending in Spending::ALL {
        let course = Aim::usual(Analysis::Sequential { spending, looks: MAX_LOOKS }).course().unwrap();
        for drift in [0.0, 2.0, course.drift(0.8)] {
            let computed = course.power(drift);
            let found = crossings(spending, MAX_LOOKS, drift, 10 * RUNS, 1);
            for (rate, look) in found.iter().zip([MAX_LOOKS, 2 * MAX_LOOKS]) {
                let power = computed[look as usize - 1].power;
                assert!(
                    (rate.share() - power).abs() <= 1.5 * rate.margin(),
                    "{spending:?} {drift} {power} {rate}"
                );
            }
        }
    }
}
