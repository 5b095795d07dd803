//! Outcomes of units whose windows are still open, before they are ranked.
//!
//! A unit that was assigned recently counts with what has arrived so far. When one arm happens to have more such units,
//! it looks worse until their windows end. In a small arm, this noise makes the most extreme histories of a look, so the
//! error rate is spent on histories that are not extreme later. Here, what the open windows explain is removed from the
//! outcomes: the slope of outcomes on the share of the window that has passed, over the units of both arms. Neither
//! depends on the arms, so the numbers are the same in every history.
//!
//! Source: Fisher 1932 on covariance; Zhao and Ding 2021 on covariates in randomization tests.

use crate::joint::Joint;

/// Returns the outcomes at equal shares of the window. `passed` has the share of each unit's window that has passed,
/// 0 to 1. Returns None when the shares are equal, so that there is nothing to remove.
#[must_use]
pub fn at_equal_shares(numbers: &[f64], passed: &[f64]) -> Option<Vec<f64>> {
    let mut joint = Joint::default();
    numbers.iter().zip(passed).for_each(|(number, share)| joint.add(*number, *share));
    joint.y().variance().filter(|variance| *variance > 1e-9)?;
    let (slope, middle) = (joint.products() / joint.y().squares(), joint.y().mean());
    Some(numbers.iter().zip(passed).map(|(number, share)| number - slope * (share - middle)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_open_windows_explain_is_removed_and_the_mean_stays() {
        let passed = [0.0, 0.25, 0.5, 0.75, 1.0, 1.0];
        let numbers = passed.map(|share| 3.0 + 2.0 * share);
        let found = at_equal_shares(&numbers, &passed).unwrap();
        let mean = numbers.iter().sum::<f64>() / 6.0;
        assert!(found.iter().all(|own| (own - mean).abs() < 1e-12), "{found:?}");
        let unrelated = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
        let found = at_equal_shares(&unrelated, &[0.2, 0.2, 0.2, 0.8, 0.8, 0.8]).unwrap();
        assert!(found.iter().zip(unrelated).all(|(own, number)| (own - number).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn nothing_is_removed_once_all_windows_have_ended() {
        assert_eq!(at_equal_shares(&[1.0, 0.0, 1.0], &[1.0; 3]), None);
        assert_eq!(at_equal_shares(&[], &[]), None);
    }
}
