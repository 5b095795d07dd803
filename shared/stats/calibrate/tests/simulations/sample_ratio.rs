//! A short run of the sample-ratio check.

use calibrate::sample_ratio::{Part, adaptive, delay, fixed};

/// The highest rate of alarms at 0.001 that is within three Monte Carlo errors.
const FEW: f64 = 0.001 + 3.0 * 0.000_707;

#[test]
fn the_sequential_sample_ratio_check_keeps_its_error_rate_and_finds_lost_units() {
    let found = fixed(&[(&[5_000, 5_000], 400)], 10, 0.0, 2_000, 1);
    assert!(found.sequential.share() <= FEW, "{found:?}");
    assert!(found.chi_square.share() > found.at_the_end.share(), "{found:?}");
    assert!(fixed(&[(&[5_000, 5_000], 400)], 20, 0.5, 100, 2).sequential.share() > 0.85);
}

#[test]
fn the_sample_ratio_is_checked_over_changes_of_weights() {
    let parts: [Part<'_>; 3] = [(&[5_000, 5_000], 150), (&[8_000, 2_000], 150), (&[1_000, 9_000], 150)];
    assert!(fixed(&parts, 5, 0.0, 2_000, 1).sequential.share() <= FEW);
    assert!(fixed(&parts, 15, 0.6, 100, 2).sequential.share() > 0.85);
}

#[test]
fn the_sample_ratio_of_small_adaptive_batches_is_checked() {
    assert!(adaptive(24, 20, 0.0, 2_000, 1).sequential.share() <= FEW);
    assert!(adaptive(24, 20, 1.0, 100, 2).sequential.share() > 0.95);
}

#[test]
fn interim_looks_at_the_sample_ratio_cost_at_most_twice_the_units() {
    let found = delay(0.6, 10, 1_500, 200, 1);
    let (watched, once) = (found.sequential, found.chi_square);
    assert!(watched[0] < 2 * once[0] && watched[1] < 2 * once[1], "{found:?}");
    assert!(watched[1] > once[1], "{found:?}");
}
