//! The arm of a unit in every draw. It depends on the unit's key and on the number of the draw alone, never on
//! the unit's position: a unit that is added, corrected or erased changes no draw of another.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The probability of treatment for a unit that is in control or in treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Propensity {
    control: u32,
    treatment: u32,
}

impl Propensity {
    /// Creates the propensity from the weights of the two arms, in any common unit. Returns None when either
    /// weight is 0: such a unit has no second arm into which it could be drawn.
    #[must_use]
    pub fn new(control: u32, treatment: u32) -> Option<Self> {
        (control > 0 && treatment > 0).then_some(Self { control, treatment })
    }

    /// Returns the probability of treatment, above 0 and below 1.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.treatment) / (f64::from(self.control) + f64::from(self.treatment))
    }

    /// Returns the number of 32-bit words, of 2^32, for which the unit is in treatment.
    fn words(self) -> u64 {
        let both = u64::from(self.control) + u64::from(self.treatment);
        (u64::from(self.treatment) << 32) / both
    }
}

/// Writes the arm of one unit in each draw: 1 for treatment and 0 for control. The first draws are the same for
/// any number of them. `key` identifies the unit or its cluster in one phase of one test; it must be secret and
/// uniform, such as a keyed hash.
pub fn place(key: &[u8; 32], propensity: Propensity, treated: &mut [f64]) {
    let mut random = ChaCha8Rng::from_seed(*key);
    let words = propensity.words();
    for place in treated {
        *place = f64::from(u8::from(u64::from(random.next_u32()) < words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(key: u8, weights: (u32, u32), draws: usize) -> Vec<f64> {
        let mut treated = vec![9.0; draws];
        place(&[key; 32], Propensity::new(weights.0, weights.1).unwrap(), &mut treated);
        treated
    }

    #[test]
    fn a_unit_is_treated_in_its_share_of_draws() {
        for (weights, share) in [((5_000, 5_000), 0.5), ((9_000, 1_000), 0.1), ((1, 9_999), 0.9999)] {
            let treated = placed(7, weights, 100_000).iter().sum::<f64>() / 100_000.0;
            assert!((treated - share).abs() < 0.01 * share.max(1.0 - share), "{weights:?} {treated}");
        }
    }

    #[test]
    fn more_draws_do_not_change_the_first_ones() {
        assert_eq!(placed(7, (1, 2), 2_000)[..999], placed(7, (1, 2), 999));
        assert!(placed(7, (1, 2), 999) != placed(8, (1, 2), 999));
    }

    #[test]
    fn an_arm_of_weight_zero_has_no_propensity() {
        assert_eq!(Propensity::new(0, 10_000), None);
        assert_eq!(Propensity::new(10_000, 0), None);
    }
}
