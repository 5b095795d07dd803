//! A short run of the sample-ratio check of adaptive tests, and of segments.

use bellwether_calibrate::ratios::{alarms, segments};

#[test]
fn an_adaptive_test_of_small_batches_is_checked() {
    let (alarm, silent) = alarms(24, 20, 0.0, 1_000, 1);
    assert!(alarm.share() <= 0.001 + 2.0 * (0.001_f64 / 1_000.0).sqrt(), "{alarm}");
    assert_eq!(silent.hits, 0);
    assert!(alarms(24, 20, 1.0, 100, 2).0.share() > 0.95);
}

#[test]
fn looking_at_many_segments_finds_no_more_than_looking_at_one() {
    for (count, units, rate) in [(8, 20, None), (8, 20, Some(0.2)), (4, 10, None)] {
        let (any, differ) = segments(count, units, rate, 1_000, 3);
        assert!(any.share() <= 0.05 + any.margin(), "{any}");
        assert!(differ.share() <= 0.05 + differ.margin(), "{differ}");
    }
}
