//! A short run of Bayesian readings: valid at the end, not valid under repeated interim looks.

use calibrate::bayes::{Goal, simulate};

#[test]
fn credible_intervals_cover_at_the_end_and_interim_looks_inflate_certainty() {
    let found = simulate(Goal::Binary(0.2), 100, 500, 1);
    assert!((found.covered.share() - 0.95).abs() <= 0.01 + found.covered.margin(), "{found:?}");
    assert!((found.sure.share() - 0.1).abs() <= 0.02 + found.sure.margin(), "{found:?}");
    assert!(found.sure_sequential.share() > 0.2, "{found:?}");
}
