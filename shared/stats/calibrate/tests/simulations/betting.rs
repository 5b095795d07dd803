//! A short run of the exact e-value of a binary goal.

use calibrate::betting::{Setting, simulate};

const EQUAL: Setting = Setting { rates: [0.2, 0.2], share: 0.5, planned: 80, baseline: None, moved: false };

#[test]
fn the_e_value_errs_in_at_most_five_percent_also_when_weights_follow_results() {
    for moved in [false, true] {
        let found = simulate(&Setting { moved, ..EQUAL }, 500, 1).twice;
        assert!(found.share() <= 0.05, "{moved} {found}");
        assert!(found.hits > 0, "a test that never errs finds nothing");
    }
}

#[test]
fn the_e_value_finds_three_fifths_of_what_a_fixed_horizon_finds_and_more_by_twice_the_plan() {
    let found = simulate(&Setting { rates: [0.2, 0.49], ..EQUAL }, 300, 2);
    assert!(5.0 * found.planned.share() > 3.0 * found.fixed.share(), "{found:?}");
    assert!(found.twice.share() > found.fixed.share(), "{found:?}");
}
