//! The covariate of a comparison: a number that was known before assignment and predicts the outcome.
//!
//! The choice uses outcomes and covariates of all units of both arms, but not which arm a unit is in. It is therefore
//! the same in every draw, and the test stays exact.

use stats::joint::Joint;

/// With fewer covariates than this, none is used.
const MIN_UNITS: u64 = 20;

/// How a covariate enters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covariate {
    scale: Scale,
    /// The value of units without a covariate.
    mean: f64,
}

/// The scale on which a covariate predicts the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// The number itself.
    Linear,
    /// The logarithm of 1 plus the number, for covariates of 0 or more. Sizes of accounts are skewed.
    Logarithmic,
}

impl Scale {
    fn of(self, x: f64) -> f64 {
        match self {
            Self::Linear => x,
            Self::Logarithmic => x.ln_1p(),
        }
    }
}

impl Covariate {
    /// Chooses the scale with the greater share of explained variance. Returns None when there are too few
    /// covariates or they do not vary.
    #[must_use]
    pub fn choose(outcomes: &[f64], covariates: &[Option<f64>]) -> Option<Self> {
        let joint = |scale: Scale| {
            let mut joint = Joint::default();
            for (outcome, covariate) in outcomes.iter().zip(covariates) {
                if let Some(x) = covariate {
                    joint.add(*outcome, scale.of(*x));
                }
            }
            joint
        };
        let linear = joint(Scale::Linear);
        let varies = |own: &Joint| own.y().squares() > 0.0 && own.y().squares().is_finite();
        if linear.units() < MIN_UNITS || !varies(&linear) {
            return None;
        }
        let never_negative = covariates.iter().flatten().all(|x| *x >= 0.0);
        let explained = |own: &Joint| own.products().powi(2) / own.y().squares();
        let logarithmic = joint(Scale::Logarithmic);
        let (scale, own) = if never_negative && explained(&logarithmic) > explained(&linear) {
            (Scale::Logarithmic, logarithmic)
        } else {
            (Scale::Linear, linear)
        };
        Some(Self { scale, mean: own.y().mean() })
    }

    /// Returns the covariate of each unit on its scale, and 1 for a unit without one.
    #[must_use]
    pub fn columns(&self, covariates: &[Option<f64>]) -> Vec<[f64; 2]> {
        let of = |x: &Option<f64>| x.map_or([self.mean, 1.0], |x| [self.scale.of(x), 0.0]);
        covariates.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Vec<f64> {
        (0..40).map(|n| f64::from(n * n % 37)).collect()
    }

    fn chosen(outcome: fn(f64) -> f64) -> Scale {
        let covariates: Vec<_> = numbers().into_iter().map(Some).collect();
        let outcomes: Vec<_> = numbers().into_iter().map(outcome).collect();
        Covariate::choose(&outcomes, &covariates).unwrap().scale
    }

    #[test]
    fn the_scale_that_explains_more_is_chosen() {
        assert_eq!(chosen(|x| 3.0 * x), Scale::Linear);
        assert_eq!(chosen(f64::ln_1p), Scale::Logarithmic);
        let negative: Vec<_> = numbers().into_iter().map(|x| Some(x - 1.0)).collect();
        let outcomes: Vec<_> = numbers().into_iter().map(f64::ln_1p).collect();
        assert_eq!(Covariate::choose(&outcomes, &negative).unwrap().scale, Scale::Linear);
    }

    #[test]
    fn units_without_a_covariate_get_the_mean_and_are_marked() {
        let mut covariates: Vec<_> = numbers().into_iter().map(Some).collect();
        covariates.push(None);
        let mut outcomes = numbers();
        outcomes.push(1_000.0);
        let covariate = Covariate::choose(&outcomes, &covariates).unwrap();
        let columns = covariate.columns(&covariates);
        let mean = numbers().iter().sum::<f64>() / 40.0;
        assert!((columns[40][0] - mean).abs() < 1e-12 && columns[40][1] > 0.5 && columns[0][1] < 0.5);
    }

    #[test]
    fn few_or_equal_covariates_are_not_used() {
        let few: Vec<_> = numbers().into_iter().enumerate().map(|(n, x)| (n < 19).then_some(x)).collect();
        assert_eq!(Covariate::choose(&numbers(), &few), None);
        assert_eq!(Covariate::choose(&numbers(), &[Some(5.0); 40]), None);
        assert_eq!(Covariate::choose(&numbers(), &[None; 40]), None);
    }
}
