//! The exact reading of two conversion rates: valid for any number of units and at every interim look.
//!
//! The evidence against a hypothesis is a likelihood ratio. Its numerator is the likelihood of both arms,
//! each averaged over its rate with Jeffreys' prior Beta(½, ½). Its denominator is the greatest likelihood
//! that the hypothesis allows. For every pair of rates that the hypothesis allows, the numerator divided by
//! the likelihood at that pair is an e-process: the probability that it ever exceeds 1/α is at most α
//! (Ville). The evidence is never greater than that. The method does not rely on large samples, so the
//! reading also exists where all units of an arm converted or none did.
//!
//! Source: Robbins 1970 for the mixture; Wasserman, Ramdas and Balakrishnan 2020, "Universal inference", for
//! the division by the greatest likelihood; Turner, Ly and Grünwald 2024, "Generic E-variables for exact
//! sequential k-sample tests that allow for optional stopping", for two binary samples.

use statrs::function::gamma::ln_gamma;

use crate::agresti_caffo::Rate;
use crate::always_valid::InterimLook;
use crate::direction::Direction;
use crate::families::Guardrail;
use crate::moments::count;

/// The maximum number of halvings of an interval of length 2. The rest is below the precision of a number.
const HALVINGS: u32 = 60;

/// Returns the difference of two rates, with its interval at level `alpha` (0.05 for 95 %) between −1 and 1.
/// It is valid at every interim look. Returns None while an arm has no unit.
#[must_use]
pub fn look(control: Rate, treatment: Rate, alpha: f64) -> Option<InterimLook> {
    let pair = Pair::of(control, treatment)?;
    let end = |outside: f64| {
        let (mut inside, mut outside) = (pair.estimate(), outside);
        if pair.log_evidence(outside) < -alpha.ln() {
            return outside;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if pair.log_evidence(middle) < -alpha.ln() { inside = middle } else { outside = middle }
        }
        outside
    };
    Some(InterimLook {
        estimate: pair.estimate(),
        interval: Some((end(-1.0), end(1.0))),
        p_value: p_value(pair.log_evidence(0.0)),
    })
}

/// Returns the one-sided p-value that treatment's rate exceeds control's by at most `bound`. It is valid at
/// every interim look. Returns None while an arm has no unit.
#[must_use]
pub fn at_most(control: Rate, treatment: Rate, bound: f64) -> Option<f64> {
    let pair = Pair::of(control, treatment)?;
    // Both likelihoods are concave, so the best allowed pair is on the bound or is the best of all pairs.
    Some(if pair.estimate() <= bound { 1.0 } else { p_value(pair.log_evidence(bound.clamp(-1.0, 1.0))) })
}

/// Returns whether a guardrail is met or broken, as [`crate::families::sequential_guardrail`] does for means.
#[must_use]
pub fn guardrail(control: Rate, treatment: Rate, margin: f64, better: Direction) -> Option<Guardrail> {
    let (low, high) = match better {
        Direction::Higher => (control, treatment),
        Direction::Lower => (treatment, control),
    };
    Some(Guardrail { met: at_most(low, high, -margin)?, broken: at_most(high, low, margin)? })
}

struct Pair {
    control: [f64; 2],
    treatment: [f64; 2],
}

impl Pair {
    fn of(control: Rate, treatment: Rate) -> Option<Self> {
        let counts = |rate: Rate| {
            let yes = rate.converted.min(rate.units);
            [count(yes), count(rate.units - yes)]
        };
        (control.units > 0 && treatment.units > 0)
            .then(|| Self { control: counts(control), treatment: counts(treatment) })
    }

    fn estimate(&self) -> f64 {
        let rate = |[yes, no]: [f64; 2]| yes / (yes + no);
        rate(self.treatment) - rate(self.control)
    }

    /// Returns the evidence that the difference is not `apart`.
    fn log_evidence(&self, apart: f64) -> f64 {
        log_mixture(self.control) + log_mixture(self.treatment) - self.profile(apart)
    }

    /// Returns the greatest log likelihood of rates that differ by `apart`. It is concave in control's rate.
    fn profile(&self, apart: f64) -> f64 {
        let (mut low, mut high) = ((-apart).max(0.0), (1.0 - apart).min(1.0));
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let slope = slope(self.control, middle) + slope(self.treatment, middle + apart);
            if slope > 0.0 { low = middle } else { high = middle }
        }
        let at =
            |rate: f64| log_likelihood(self.control, rate) + log_likelihood(self.treatment, rate + apart);
        at(low).max(at(high))
    }
}

fn p_value(log_evidence: f64) -> f64 {
    (-log_evidence).exp().min(1.0)
}

/// Returns the logarithm of the likelihood averaged over Beta(½, ½).
fn log_mixture([yes, no]: [f64; 2]) -> f64 {
    ln_gamma(yes + 0.5) + ln_gamma(no + 0.5) - ln_gamma(yes + no + 1.0) - 2.0 * ln_gamma(0.5)
}

fn log_likelihood([yes, no]: [f64; 2], rate: f64) -> f64 {
    let part = |units: f64, share: f64| if units > 0.0 { units * share.max(0.0).ln() } else { 0.0 };
    part(yes, rate) + part(no, 1.0 - rate)
}

fn slope([yes, no]: [f64; 2], rate: f64) -> f64 {
    let part = |units: f64, share: f64| if units > 0.0 { units / share } else { 0.0 };
    part(yes, rate) - part(no, 1.0 - rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(converted: u64, units: u64) -> Rate {
        Rate { converted, units }
    }

    #[test]
    fn a_small_case_is_counted_by_hand() {
        // Each arm: 1/2 · 3/4 of the prior for two of two. Without a difference, at best ½ each: 4 units.
        let found = look(rate(0, 2), rate(2, 2), 0.05).unwrap();
        assert!((found.p_value - (1.0_f64 / 16.0) / (0.375 * 0.375)).abs() < 1e-12, "{found:?}");
        assert!((found.estimate - 1.0).abs() < 1e-15);
    }

    #[test]
    fn completely_different_arms_differ_and_equal_arms_do_not() {
        for units in [5, 10, 20, 60, 200, 5_000] {
            let (apart, back): (InterimLook, InterimLook) = [(0, units), (units, 0)]
                .map(|(a, b)| look(rate(a, units), rate(b, units), 0.05).unwrap())
                .into();
            assert!(
                apart.p_value < 0.02 && (apart.p_value - back.p_value).abs() < 1e-12,
                "{units} {apart:?}"
            );
            let (low, high) = apart.interval.unwrap();
            assert!(low > 0.0 && high <= 1.0, "{units} {apart:?}");
            for converted in [0, units] {
                let alike = look(rate(converted, units), rate(converted, units), 0.05).unwrap();
                let (low, high) = alike.interval.unwrap();
                assert!(alike.p_value >= 1.0 && low < 0.0 && high > 0.0, "{units} {alike:?}");
            }
        }
        assert!(look(rate(0, 6), rate(5, 5), 0.05).unwrap().p_value < 0.01);
        assert_eq!(look(rate(0, 0), rate(5, 5), 0.05), None);
    }

    #[test]
    fn the_interval_ends_where_its_own_test_rejects() {
        let (a, b) = (rate(7, 40), rate(19, 50));
        let (low, high) = look(a, b, 0.05).unwrap().interval.unwrap();
        assert!((at_most(a, b, low).unwrap() - 0.05).abs() < 1e-9);
        assert!((at_most(b, a, -high).unwrap() - 0.05).abs() < 1e-9);
        let (wide_low, wide_high) = look(a, b, 0.01).unwrap().interval.unwrap();
        assert!(wide_low < low && wide_high > high);
    }

    #[test]
    fn a_guardrail_that_all_units_break_is_broken_and_one_without_events_is_not() {
        let of = |a, b, better| guardrail(a, b, 0.02, better).unwrap();
        let all = of(rate(0, 30), rate(30, 30), Direction::Lower);
        assert!(all.broken < 1e-12 && all.met >= 1.0, "{all:?}");
        let none = of(rate(0, 30), rate(0, 30), Direction::Lower);
        assert!(none.broken >= 1.0 && none.met >= 1.0, "{none:?}");
        let saved = of(rate(30, 30), rate(0, 30), Direction::Lower);
        assert!(saved.met < 1e-12 && saved.broken >= 1.0, "{saved:?}");
        assert!(of(rate(30, 30), rate(0, 30), Direction::Higher).broken < 1e-12);
        assert!(
            of(rate(0, 1_000), rate(0, 1_000), Direction::Lower).met < 0.05,
            "with enough units it is shown to be met"
        );
    }

    #[test]
    fn a_bound_outside_the_possible_range_is_not_an_error() {
        let (a, b) = (rate(3, 9), rate(5, 9));
        assert!(at_most(a, b, 1.5).unwrap() >= 1.0);
        assert!(at_most(a, b, -1.5).unwrap() < 1e-300);
    }
}
