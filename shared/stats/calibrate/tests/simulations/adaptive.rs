//! A short run of adaptive tests: the reported readings keep their error rate while the base rate drifts.

use calibrate::adaptive::{Drift, Setting, settings, simulate};

const RUNS: u32 = 300;

#[test]
fn reported_readings_err_in_at_most_six_percent_and_the_pooled_test_errs_more() {
    let mut pooled = 0.0_f64;
    for (seed, setting) in (1..).zip(settings(&[Drift::Rise])) {
        let found = simulate(&setting, RUNS, seed);
        for reading in [found.stratified, found.stratified_missed, found.e_process, found.sequence_missed] {
            assert!(reading.share() <= 0.06 + reading.margin(), "{setting:?} {found:?}");
        }
        pooled = pooled.max(found.pooled.share());
    }
    assert!(pooled > 0.3, "{pooled}");
}

#[test]
fn a_difference_of_twenty_points_is_found() {
    let setting = Setting { batches: 12, size: 50, base: 0.1, drift: Drift::Rise, effect: 0.2, floor: 1_000 };
    let found = simulate(&setting, RUNS, 1);
    assert!(found.stratified.share() > 0.9 && found.e_process.share() > 0.85, "{found:?}");
    assert!(found.stratified_missed.share() <= 0.06 && found.sequence_missed.share() <= 0.06, "{found:?}");
}
