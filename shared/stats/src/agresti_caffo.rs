//! The difference of two conversion rates that are near 0 or near 1.

use crate::moments::count;
use crate::sample::Contrast;
use crate::welch::Difference;

/// The method applies to rates below this, or above 1 minus this.
pub const LOW_BASELINE: f64 = 0.1;

/// An arm of a binary goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Units that converted.
    pub converted: u64,
    /// All units.
    pub units: u64,
}

/// Returns whether control's rate, or that of both arms together, is below 10 % or above 90 %. In this range,
/// Welch's interval is too narrow, and it does not exist when no unit converted. Returns true without units.
#[must_use]
pub fn applies(control: Rate, treatment: Rate) -> bool {
    let both =
        Rate { converted: control.converted + treatment.converted, units: control.units + treatment.units };
    [control, both].into_iter().any(|rate| {
        let share = count(rate.converted) / count(rate.units);
        !(LOW_BASELINE..=1.0 - LOW_BASELINE).contains(&share)
    })
}

/// Returns the interval on `treatment − control` at level `alpha` (0.05 for 95 %), for a fixed horizon. It is
/// computed as if each arm had one more unit that converted and one that did not, with the normal
/// distribution.
///
/// The estimate is the plain difference of rates and need not be in the middle of the interval. The standard
/// error and p-value belong to the shifted estimate. The p-value agrees with the interval; for a decision, a
/// permutation test's p-value is better. Returns None when an arm has no units.
///
/// Source: Agresti and Caffo 2000, "Simple and effective confidence intervals for proportions and differences
/// of proportions result from adding two successes and two failures".
#[must_use]
pub fn agresti_caffo(control: Rate, treatment: Rate, alpha: f64) -> Option<Difference> {
    if control.units == 0 || treatment.units == 0 {
        return None;
    }
    let shifted = |rate: Rate| {
        let n = count(rate.units) + 2.0;
        let share = (count(rate.converted) + 1.0) / n;
        (share, share * (1.0 - share) / n)
    };
    let ((a, a_variance), (b, b_variance)) = (shifted(control), shifted(treatment));
    let found = Difference::new(
        &Contrast {
            estimate: b - a,
            standard_error: (a_variance + b_variance).sqrt(),
            freedom: f64::INFINITY,
        },
        alpha,
    )?;
    let share = |rate: Rate| count(rate.converted) / count(rate.units);
    Some(Difference {
        estimate: share(treatment) - share(control),
        low: found.low.max(-1.0),
        high: found.high.min(1.0),
        ..found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(converted: u64, units: u64) -> Rate {
        Rate { converted, units }
    }

    #[test]
    fn the_interval_follows_the_formula_and_stays_between_minus_one_and_one() {
        // By hand: 1/42 and 7/42, standard error √(1/42·41/42/42 + 7/42·35/42/42), z 1.959963984540054.
        let found = agresti_caffo(rate(0, 40), rate(6, 40), 0.05).unwrap();
        assert!((found.estimate - 0.15).abs() < 1e-15);
        assert!((found.standard_error - 0.062_131_105_482_178_04).abs() < 1e-12);
        assert!((found.low - 0.021_082_4).abs() < 1e-6 && (found.high - 0.264_631_9).abs() < 1e-6);
        let all = agresti_caffo(rate(0, 2), rate(2, 2), 0.000_1).unwrap();
        assert_eq!((all.low < 0.0, all.high), (true, 1.0));
        assert_eq!(agresti_caffo(rate(0, 0), rate(2, 2), 0.05), None);
    }

    #[test]
    fn the_method_applies_to_rates_near_0_or_1() {
        for (control, treatment, wanted) in [
            (rate(3, 40), rate(9, 40), true),
            (rate(4, 40), rate(9, 40), false),
            (rate(37, 40), rate(30, 40), true),
            (rate(2, 10), rate(1, 90), true),
            (rate(0, 0), rate(0, 0), true),
        ] {
            assert_eq!(applies(control, treatment), wanted, "{control:?} {treatment:?}");
        }
    }
}
