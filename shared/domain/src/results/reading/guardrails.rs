//! Whether a guardrail holds or is broken.

use stats::always_valid::Watch;
use stats::exact_rates;
use stats::families::{Guardrail, watched_guardrail};

use super::chance::Chance;
use super::pair::{ALPHA, Pair, end};
use crate::experiment::goal::{Better, Kind};

impl Pair<'_> {
    /// Whether a guardrail holds or is broken, to be watched. Of a ratio, both have to be confirmed by chance
    /// alone unless its totals are even, as in [`Self::watched`]; None when that cannot be done.
    #[must_use]
    pub fn guarded(
        &self,
        watch: &Watch,
        margin: f64,
        better: Better,
        chance: &mut Chance<'_>,
    ) -> Option<Guardrail> {
        if self.is_exact() {
            let (control, treatment) = self.rates();
            return exact_rates::guardrail(control, treatment, margin, end(better));
        }
        let (control, treatment) = self.samples()?;
        let plain = watched_guardrail(watch, &control, &treatment, margin, end(better))?;
        if self.kind != Kind::Ratio || self.is_even() || plain.holds.min(plain.broken) > ALPHA {
            return Some(plain);
        }
        let apart = if better == Better::Lower { margin } else { -margin };
        let confirmed = |p_value: f64, by_chance: f64| {
            watch.confirmed_one_sided(p_value, by_chance, control.units + treatment.units)
        };
        let tested = self.permuted_ratio(chance, apart)?;
        // Only one of both is small, the one on whose side the difference lies.
        Some(if plain.broken < plain.holds {
            Guardrail { broken: confirmed(plain.broken, tested.p_value), ..plain }
        } else {
            Guardrail { holds: confirmed(plain.holds, tested.p_value), ..plain }
        })
    }
}
