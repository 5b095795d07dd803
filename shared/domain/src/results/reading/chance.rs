//! P-values of permutation and rerandomization tests: their input, their seed and their budget.

use stats::balance::Randomized;
use stats::permutation::{self, DRAWS, Drawing, Tested};

use super::pair::Pair;
use crate::experiment::goal::Kind;

/// The remaining budget for permutations in one report, in randomized units: about two seconds of a
/// processor.
#[derive(Debug)]
pub struct Allowance(u64);

impl Default for Allowance {
    fn default() -> Self {
        Self(200_000_000)
    }
}

impl Allowance {
    /// Subtracts the cost of a test of arms of these sizes. Returns false when the rest is not enough.
    fn take(&mut self, control: usize, treatment: usize, draws: u32) -> bool {
        let left = self.0.checked_sub(permutation::cost(control, treatment, draws));
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// The input of permutation and rerandomization tests.
#[derive(Debug)]
pub struct Chance<'a> {
    /// The seed of permutations, which are drawn when there are too many to evaluate all.
    pub seed: [u8; 32],
    /// The remaining budget.
    pub budget: &'a mut Allowance,
    /// For a test of known units, the rerandomization test, which replaces permutations. The inner value is
    /// None when it was not possible.
    pub rerandomized: Option<Option<Randomized>>,
}

impl Pair<'_> {
    /// Returns whether the decision uses the p-value of a permutation test.
    #[must_use]
    pub fn wants_permutation(&self) -> bool {
        let (control, treatment) = self.units();
        permutation::called_for(self.kind == Kind::Ratio, control, treatment)
    }

    /// Returns the permutation test of no difference, if the decision uses it and the budget allows it.
    pub(super) fn permuted(&self, chance: &mut Chance<'_>) -> Option<Tested> {
        if !self.wants_permutation() {
            return None;
        }
        if self.kind == Kind::Binary {
            let (control, treatment) = self.rates();
            return permutation::rates(control, treatment);
        }
        if self.kind == Kind::Ratio {
            return self.permuted_ratio(chance, 0.0);
        }
        let (control, treatment) = (self.control.numbers.sorted()?, self.treatment.numbers.sorted()?);
        if !chance.budget.take(control.len(), treatment.len(), DRAWS) {
            return None;
        }
        let drawing = Drawing { seed: chance.seed, draws: DRAWS };
        let first = |pairs: &[(f64, f64)]| pairs.iter().map(|(x, _)| *x).collect::<Vec<_>>();
        permutation::means(&first(&control), &first(&treatment), &drawing)
    }

    /// Returns the permutation test of "treatment's ratio equals control's plus `apart`".
    pub(super) fn permuted_ratio(&self, chance: &mut Chance<'_>, apart: f64) -> Option<Tested> {
        let (control, treatment) = (self.control.numbers.sorted()?, self.treatment.numbers.sorted()?);
        let smaller = control.len().min(treatment.len());
        let drawing = Drawing { seed: chance.seed, draws: permutation::draws(smaller) };
        if !chance.budget.take(control.len(), treatment.len(), drawing.draws) {
            return None;
        }
        let moved: Vec<_> = treatment.iter().map(|(x, y)| (x - apart * y, *y)).collect();
        permutation::ratios(&control, &moved, &drawing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_limits_many_small_arms_and_few_large_arms() {
        let taken = |control: usize, treatment: usize| {
            let mut budget = Allowance::default();
            (0..10_000).take_while(|_| budget.take(control, treatment, DRAWS)).count()
        };
        // 20 variants of 10 units and 18 ratios request 342 tests of 184,756 permutations each, 63 million in
        // all.
        assert_eq!((taken(10, 10), taken(200, 200)), (216, 97));
    }
}
