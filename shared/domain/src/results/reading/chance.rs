//! p-values by chance alone: what is drawn, from what seed, and how much of it.

use stats::balance::Randomized;
use stats::permutation::{self, DRAWS, Drawing, Tested};

use super::pair::Pair;
use crate::experiment::goal::Kind;

/// How much may be spent on permutations in one report: units dealt, about two seconds of a processor.
#[derive(Debug)]
pub struct Allowance(u64);

impl Default for Allowance {
    fn default() -> Self {
        Self(200_000_000)
    }
}

impl Allowance {
    /// Takes what a test costs whose arms have so many units; false when not enough is left.
    fn take(&mut self, control: usize, treatment: usize, draws: u32) -> bool {
        let left = self.0.checked_sub(permutation::cost(control, treatment, draws));
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// What p-values by chance alone are drawn from.
#[derive(Debug)]
pub struct Chance<'a> {
    /// What permutations are drawn from when there are too many to visit them all.
    pub seed: [u8; 32],
    /// How much may still be spent on them.
    pub budget: &'a mut Allowance,
    /// Of a test of known units the randomization test, which takes the place of permutations; None within
    /// when it could not be made.
    pub rerandomized: Option<Option<Randomized>>,
}

impl Pair<'_> {
    /// Whether a permutation test's p-value is the one to decide by.
    #[must_use]
    pub fn wants_permutation(&self) -> bool {
        let (control, treatment) = self.units();
        permutation::called_for(self.kind == Kind::Ratio, control, treatment)
    }

    /// The permutation test of no difference, where it is the one to decide by and the budget lasts.
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

    /// The permutation test of "treatment's ratio is control's and `apart` more".
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
    fn many_small_arms_are_held_to_the_budget_like_few_large_ones() {
        let taken = |control: usize, treatment: usize| {
            let mut budget = Allowance::default();
            (0..10_000).take_while(|_| budget.take(control, treatment, DRAWS)).count()
        };
        // 20 variants of 10 units and 18 ratios ask for 342 tests of 184,756 deals each, 63 million in all.
        assert_eq!((taken(10, 10), taken(200, 200)), (216, 97));
    }
}
