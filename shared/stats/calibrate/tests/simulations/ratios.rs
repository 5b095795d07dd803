//! A short run of the sample-ratio check, and of segments.

use calibrate::ratios::{alarms, drifts, fixed_alarms, segments};

/// Alarms at 0.001 in so many tests that are within three Monte Carlo errors of it.
const FEW: f64 = 0.001 + 3.0 * 0.000_707;

#[test]
fn the_sample_ratio_check_may_be_watched_and_finds_what_is_lost() {
    let found = fixed_alarms(&[5_000, 5_000], 400, 10, 0.0, 2_000, 1);
    assert!(found.sequential.share() <= FEW, "{found:?}");
    assert!(found.chi_square.share() > found.at_the_end.share(), "{found:?}");
    assert!(fixed_alarms(&[5_000, 5_000], 400, 20, 0.5, 100, 2).sequential.share() > 0.85);
}

#[test]
fn an_adaptive_test_of_small_batches_is_checked() {
    assert!(alarms(24, 20, 0.0, 2_000, 1).sequential.share() <= FEW);
    assert!(alarms(24, 20, 1.0, 100, 2).sequential.share() > 0.95);
}

#[test]
fn watching_many_segments_finds_no_more_than_looking_once_at_one() {
    for (count, units, rate) in [(8, 20, None), (8, 20, Some(0.2)), (4, 10, None)] {
        let (any, differ) = segments(count, units, rate, 400, 3);
        assert!(any.share() <= 0.05 + any.margin(), "{any}");
        assert!(differ.share() <= 0.05 + differ.margin(), "{differ}");
    }
}

#[test]
fn shares_that_stay_raise_no_alarm_and_shares_that_change_do() {
    for share in [0.5, 0.1] {
        assert!(drifts(320, share, share, 1_000, 1).share() <= 0.001 + 3.0 * 0.001, "{share}");
    }
    assert!(drifts(320, 0.5, 0.9, 100, 2).share() > 0.85);
}
