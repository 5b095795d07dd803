//! The cost of sequential analysis, and the power that a test has reached by each interim look.

use statrs::distribution::{ContinuousCDF, Normal};

use super::boundary::Boundary;
use super::{Aim, Analysis};
use crate::spending::{Hypothesis, LEVEL};

/// The greatest number of interim looks up to the plan that are computed. More of them change the units needed
/// by less than 1 %.
pub const MAX_LOOKS: u32 = 20;

/// The greatest standardized difference at the plan that is searched. It is found with certainty.
const MAX_DRIFT: f64 = 40.0;

/// The number of halvings of an interval in which a drift lies.
const HALVINGS: usize = 50;

/// How a test with alpha spending decides, at interim looks up to twice its plan.
#[derive(Debug, Clone)]
pub struct Course {
    boundary: Boundary,
    looks: usize,
    /// The critical value of a fixed-horizon test at the same level.
    fixed: f64,
}

/// The power that a test has reached at an interim look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// The units whose window has ended, divided by the planned units.
    pub t: f64,
    /// The probability that the difference was found by then, 0 to 1.
    pub power: f64,
}

impl Aim {
    /// Returns how a test with this aim decides. Returns None for one analysis at a fixed horizon, and for a level
    /// outside 0 to 5 %.
    #[must_use]
    pub fn course(&self) -> Option<Course> {
        let Analysis::Sequential { spending, looks } = self.analysis else { return None };
        let looks = looks.clamp(1, MAX_LOOKS);
        let two_sided = self.hypothesis == Hypothesis::Different;
        let usable = self.level > 0.0 && self.level <= LEVEL;
        usable.then(|| Course {
            boundary: Boundary::of(spending, self.level, two_sided, looks),
            looks: looks as usize,
            fixed: Normal::standard().inverse_cdf(1.0 - self.tail()),
        })
    }

    /// Returns the error rate on the side of the difference.
    pub(super) fn tail(&self) -> f64 {
        self.level / if self.hypothesis == Hypothesis::Different { 2.0 } else { 1.0 }
    }
}

impl Course {
    /// Returns the standardized difference at the plan that is found by the plan with the probability `power`,
    /// between the level and 1.
    #[must_use]
    pub fn drift(&self, power: f64) -> f64 {
        let (mut low, mut high) = (0.0, MAX_DRIFT);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let enough = self.boundary.crossed(middle).get(self.looks - 1).is_some_and(|c| c.upper >= power);
            *(if enough { &mut high } else { &mut low }) = middle;
        }
        high
    }

    /// Returns the units that find a difference by the plan with the probability `power`, divided by those of
    /// one analysis at a fixed horizon at the same level and power. It is above 1.
    #[must_use]
    pub fn factor(&self, power: f64) -> f64 {
        (self.drift(power) / (self.fixed + Normal::standard().inverse_cdf(power))).powi(2)
    }

    /// Returns the power at each interim look up to twice the plan, for a difference whose standardized size at
    /// the plan is `drift`, 0 or more. Only the boundary on the side of the difference counts.
    #[must_use]
    pub fn power(&self, drift: f64) -> Vec<Reached> {
        let crossed = self.boundary.crossed(drift);
        crossed.into_iter().map(|own| Reached { t: own.t, power: own.upper.clamp(0.0, 1.0) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spending::Spending;

    fn aim(spending: Spending, hypothesis: Hypothesis, looks: u32) -> Aim {
        Aim { hypothesis, ..Aim::usual(Analysis::Sequential { spending, looks }) }
    }

    #[test]
    fn later_spending_and_fewer_interim_looks_need_fewer_units() {
        let factor =
            |spending, looks| aim(spending, Hypothesis::Different, looks).course().unwrap().factor(0.8);
        let [early, even, late] = Spending::ALL.map(|spending| factor(spending, 20));
        assert!(early > even && even > late && late > 1.0, "{early} {even} {late}");
        assert!(factor(Spending::Even, 5) < even);
        // One analysis at 4 % needs (z₀.₉₈ + z₀.₈)² / (z₀.₉₇₅ + z₀.₈)² = 1.0681 times the units of one at 5 %.
        assert!((factor(Spending::Even, 1) - 1.0681).abs() < 1e-4);
        // Integrated with steps of a quarter of the standard deviation.
        assert!(
            (early - 1.2722).abs() < 1e-3 && (even - 1.1667).abs() < 1e-3 && (late - 1.0878).abs() < 1e-3
        );
    }

    #[test]
    fn more_interim_looks_than_are_computed_change_little() {
        let boundary = |looks| Boundary::of(Spending::Even, LEVEL, true, looks);
        let power = |looks: u32| boundary(looks).crossed(3.0)[looks as usize - 1].upper;
        assert!((power(MAX_LOOKS) - power(3 * MAX_LOOKS)).abs() < 0.004);
    }

    #[test]
    fn power_rises_to_that_of_the_plan_and_beyond_it() {
        for hypothesis in Hypothesis::ALL {
            let course = aim(Spending::Even, hypothesis, 8).course().unwrap();
            let reached = course.power(course.drift(0.9));
            assert!(reached.windows(2).all(|two| two[0].t < two[1].t && two[0].power < two[1].power));
            assert!((reached[7].t - 1.0).abs() < 1e-12 && (reached[7].power - 0.9).abs() < 1e-9);
            assert!(reached.len() == 16 && reached[15].power > 0.97);
            let wrong: f64 = course.power(0.0)[15].power;
            let share = if hypothesis == Hypothesis::Different { 0.5 } else { 1.0 };
            assert!((wrong - share * Spending::Even.spent(2.0)).abs() < 1e-6, "{wrong}");
        }
    }

    #[test]
    fn one_side_needs_fewer_units_than_two_but_no_smaller_factor_than_one() {
        let course = |hypothesis| aim(Spending::Even, hypothesis, 20).course().unwrap();
        let (one, two) = (course(Hypothesis::Greater), course(Hypothesis::Different));
        assert!(one.drift(0.8) < two.drift(0.8) && one.factor(0.8) > 1.0);
        assert!((one.factor(0.8) - course(Hypothesis::Less).factor(0.8)).abs() < 1e-12);
    }

    #[test]
    fn a_fixed_horizon_and_levels_out_of_range_have_no_course() {
        assert!(Aim::usual(Analysis::FixedHorizon).course().is_none());
        for level in [0.0, -0.01, 0.06, f64::NAN] {
            let own = Aim { level, ..aim(Spending::Late, Hypothesis::Different, 20) };
            assert!(own.course().is_none());
        }
    }
}
