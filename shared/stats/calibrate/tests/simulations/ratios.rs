//! A short run of the sample-ratio check, and of segments.

use calibrate::ratios::{alarms, drifts, fixed_alarms, segments};

/// The highest rate of alarms at 0.001 that is within three Monte Carlo errors.
const FEW: f64 = 0.001 + 3.0 * 0.000_707;

#[test]
fn the_sequential_sample_ratio_check_keeps_its_error_rate_and_finds_lost_units() {
    let found = fixed_alarms(&[5_000, 5_000], 400, 10, 0.0, 2_000, 1);
    assert!(found.sequential.share() <= FEW, "{found:?}");
    assert!(found.chi_square.share() > found.at_the_end.share(), "{found:?}");
    assert!(fixed_alarms(&[5_000, 5_000], 400, 20, 0.5, 100, 2).sequential.share() > 0.85);
}

#[test]
fn the_sample_ratio_of_small_adaptive_batches_is_checked() {
    assert!(alarms(24, 20, 0.0, 2_000, 1).sequential.share() <= FEW);
    assert!(alarms(24, 20, 1.0, 100, 2).sequential.share() > 0.95);
}

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
