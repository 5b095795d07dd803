//! A short run of changed shares.

use calibrate::ratios::drifts;

#[test]
fn constant_shares_raise_no_alarm_and_changed_shares_do() {
    for share in [0.5, 0.1] {
        assert!(drifts(320, share, share, 1_000, 1).share() <= 0.001 + 3.0 * 0.001, "{share}");
    }
    assert!(drifts(320, 0.5, 0.9, 100, 2).share() > 0.85);
}
