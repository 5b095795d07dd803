//! Short runs of the simulations. Each fails when its method is off by as much as a wrong formula would
//! cause. The seeds are fixed, so a cell gives the same result each time. The bounds leave three Monte Carlo
//! errors.

use calibrate::goals::{Goal, split};
use calibrate::{coverage, fixed, power, sequential};

/// The number of 1,000 tests that may err at a rate of 5 %, plus three Monte Carlo errors.
const FIVE_PERCENT: usize = 71;

#[test]
fn the_permutation_test_errs_in_five_percent_where_formulas_err_more() {
    let small = fixed::cell(Goal::Ratio, split(40, 50), 1_000);
    assert!((29..=FIVE_PERCENT).contains(&small.permutation), "{small:?}");
    assert!(small.naive > 130, "{small:?}");
    let uneven = fixed::cell(Goal::Skewed, split(80, 10), 1_000);
    assert!((5..=FIVE_PERCENT).contains(&uneven.permutation), "{uneven:?}");
    assert!(uneven.formula > 100, "{uneven:?}");
    for share in [50, 20, 10] {
        let binary = fixed::cell(Goal::Binary(20.0), split(80, share), 1_000);
        assert!(binary.permutation <= FIVE_PERCENT, "{share} {binary:?}");
    }
}

#[test]
fn an_interim_look_after_every_unit_errs_in_at_most_five_percent_of_tests() {
    for (goal, share, planned) in [
        (Goal::Ratio, 50, 80),
        (Goal::Ratio, 20, 80),
        (Goal::Binary(50.0), 50, 200),
        (Goal::Binary(50.0), 10, 200),
        (Goal::Skewed, 10, 400),
    ] {
        let found = sequential::cell(goal, share, planned, 0.0, 1_000);
        assert!(found.wrong.max(found.better).max(found.worse) <= 50, "{goal:?} {share} {found:?}");
    }
    assert!(
        sequential::cell(Goal::Ratio, 50, 80, 0.0, 1_000).wrong >= 10,
        "a test that never errs finds nothing"
    );
}

#[test]
fn sequential_tests_find_a_good_part_of_what_a_fixed_horizon_finds() {
    for (goal, n, least) in [(Goal::Ratio, 40, 40), (Goal::Binary(50.0), 100, 50)] {
        let found = power::cell(goal, n, goal.lift_to_find(n), 400);
        assert!(100 * found.sequential >= least * found.planned, "{goal:?} {found:?}");
        assert!(found.planned > 220, "{goal:?} {found:?}");
    }
}

#[test]
fn a_covariate_saves_the_share_of_variance_that_is_reported() {
    let found = power::covariate(80, 40, 1_000);
    assert!((found.saved - 0.64).abs() < 0.03 && (found.truly_saved - 0.64).abs() < 0.06, "{found:?}");
    assert!(found.wrong <= FIVE_PERCENT && found.wrong_sequential <= 50, "{found:?}");
}

#[test]
fn intervals_contain_the_true_difference_at_their_nominal_rate() {
    for (goal, lift) in [(Goal::Ratio, 0.0), (Goal::Ratio, 0.5), (Goal::Binary(20.0), 0.5)] {
        let found = coverage::cell(goal, 100, lift, 2_000);
        assert!((1_870..=1_930).contains(&found.covered) && found.none == 0, "{goal:?} {found:?}");
    }
    let rare = coverage::cell(Goal::Binary(5.0), 40, 1.0, 2_000);
    assert!((1_870..=1_980).contains(&rare.covered), "{rare:?}");
    let always = sequential::cell(Goal::Ratio, 50, 80, 0.5, 1_000);
    assert!(always.wrong <= 50, "{always:?}");
}
