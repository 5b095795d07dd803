//! Several comparisons at once: Holm's correction, and guardrails against a margin.

use serde::{Deserialize, Serialize};

use crate::always_valid::SequentialTest;
pub use crate::direction::Direction;
use crate::sample::{Contrast, Sample};
use crate::welch::student_tail;

/// Returns Holm's adjusted p-values, in the order given. If each is compared with 5 %, the probability of one
/// or more false claims among all of them is at most 5 %. An entry without a p-value counts as 1 in the
/// family and remains None.
///
/// The caller decides which comparisons form a family: `domain` corrects all secondary goals in all arms as one
/// family, and the primary goal in all arms as another.
///
/// Source: Holm 1979.
#[must_use]
pub fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = p_values.iter().map(|p| p.unwrap_or(1.0)).enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![None; p_values.len()];
    let (mut least, mut left) = (0.0_f64, crate::moments::count(p_values.len() as u64));
    for (index, p) in order {
        least = least.max((p * left).min(1.0));
        left -= 1.0;
        adjusted[index] = p_values[index].map(|_| least);
    }
    adjusted
}

/// The result of a guardrail, as one one-sided p-value for each direction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Guardrail {
    /// The p-value of harm by the margin or more. It is small when the guardrail is shown to be met.
    pub met: f64,
    /// The p-value of harm by less than the margin. It is small when the guardrail is shown to be broken.
    pub broken: f64,
}

/// Reads a guardrail at a fixed horizon. Harm means that the goal gets worse by `margin` (0 or more, in the
/// goal's own unit). Returns None when the contrast has no degrees of freedom.
#[must_use]
pub fn guardrail(contrast: &Contrast, margin: f64, better: Direction) -> Option<Guardrail> {
    let gain = match better {
        Direction::Higher => contrast.estimate,
        Direction::Lower => -contrast.estimate,
    };
    let t = (gain + margin) / contrast.standard_error;
    Some(Guardrail { met: student_tail(contrast.freedom, t)?, broken: student_tail(contrast.freedom, -t)? })
}

/// Reads a guardrail at an interim look, as [`SequentialTest::look`]. Returns None before there is a reading.
#[must_use]
pub fn sequential_guardrail(
    sequential_test: &SequentialTest,
    control: &Sample,
    treatment: &Sample,
    margin: f64,
    better: Direction,
) -> Option<Guardrail> {
    let turned = |sample: &Sample| match better {
        Direction::Higher => *sample,
        Direction::Lower => Sample { mean: -sample.mean, ..*sample },
    };
    let (control, treatment) = (turned(control), turned(treatment));
    Some(Guardrail {
        met: sequential_test.at_most(&control, &treatment, -margin)?,
        broken: sequential_test.at_most(&treatment, &control, margin)?,
    })
}

#[cfg(test)]
#[path = "families/tests.rs"]
mod tests;
