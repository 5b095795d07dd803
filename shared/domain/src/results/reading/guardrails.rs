//! Whether a guardrail is met or broken.

use stats::always_valid::SequentialTest;
use stats::exact_rates;
use stats::families::{Guardrail, sequential_guardrail};

use super::chance::Chance;
use super::pair::{ALPHA, Pair, end};
use crate::experiment::goal::{Direction, Kind};

impl Pair<'_> {
    /// Reads a guardrail sequentially. For a ratio, both p-values must be confirmed by a permutation test
    /// unless its totals are even, as in [`Self::sequential`]. Returns None when that is not possible.
    #[must_use]
    pub fn guarded(
        &self,
        sequential_test: &SequentialTest,
        margin: f64,
        direction: Direction,
        chance: &mut Chance<'_>,
    ) -> Option<Guardrail> {
        if self.is_exact() {
            let (control, treatment) = self.rates();
            return exact_rates::guardrail(control, treatment, margin, end(direction));
        }
        let (control, treatment) = self.samples()?;
        let plain = sequential_guardrail(sequential_test, &control, &treatment, margin, end(direction))?;
        if self.kind != Kind::Ratio || self.is_even() || plain.met.min(plain.broken) > ALPHA {
            return Some(plain);
        }
        let apart = if direction == Direction::Lower { margin } else { -margin };
        let confirmed = |p_value: f64, by_chance: f64| {
            sequential_test.confirmed_one_sided(p_value, by_chance, control.units + treatment.units)
        };
        let tested = self.permuted_ratio(chance, apart)?;
        // Only one of both is small: the one in the direction of the difference.
        Some(if plain.broken < plain.met {
            Guardrail { broken: confirmed(plain.broken, tested.p_value), ..plain }
        } else {
            Guardrail { met: confirmed(plain.met, tested.p_value), ..plain }
        })
    }
}
