//! A short run of adaptive tests with windows longer than a batch.

use calibrate::windows::{Setting, simulate};

#[test]
fn the_e_process_keeps_its_error_rate_and_intervals_miss_little_more_with_long_windows() {
    let setting = Setting { units: 240, size: 20, window: 60, base: 0.3, floor: 1_000, least_move: 0 };
    let found = simulate(&setting, 300, 1);
    assert!(found.e_process.share() <= 0.05, "{found:?}");
    assert!(found.stratified_missed.share() <= 0.05 + found.stratified_missed.margin(), "{found:?}");
    assert!(found.sequence_missed.share() <= 0.06 + found.sequence_missed.margin(), "{found:?}");
}
