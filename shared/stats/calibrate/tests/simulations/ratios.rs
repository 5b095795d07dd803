//! A short run of changed shares, and of segments.

use calibrate::ratios::{drifts, segments};

#[test]
fn repeated_interim_looks_at_many_segments_keep_the_error_rate() {
    for (count, units, rate) in [(8, 20, None), (8, 20, Some(0.2)), (4, 10, None)] {
        let (any, differ) = segments(count, units, rate, 400, 3);
        assert!(any.share() <= 0.05 + any.margin(), "{any}");
        assert!(differ.share() <= 0.05 + differ.margin(), "{differ}");
    }
}

#[test]
fn constant_shares_raise_no_alarm_and_changed_shares_do() {
    for share in [0.5, 0.1] {
        assert!(drifts(320, share, share, 1_000, 1).share() <= 0.001 + 3.0 * 0.001, "{share}");
    }
    assert!(drifts(320, 0.5, 0.9, 100, 2).share() > 0.85);
}
