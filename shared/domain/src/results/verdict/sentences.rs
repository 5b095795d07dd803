//! Describes comparisons in words: counts, rates in percent and differences in percentage points.

use std::fmt::Write;

use crate::experiment::VariantKey;
use crate::experiment::goal::Kind;
use crate::results::reading::arm::ArmReport;
use crate::results::reading::comparison::Comparison;
use crate::results::reading::goal::GoalReport;
use crate::results::reading::interval::Interval;
use crate::results::reading::method::Method;

/// Describes one arm compared with control on a goal. For example: "new: 41 of 100; control: 10 of 107;
/// difference: +31.7 points; 95 % interval: +13.9 to +49.5; p = 0.0003". The text has no full stop.
pub(super) fn compared(goal: &GoalReport, control: &VariantKey, comparison: &Comparison) -> String {
    let arm = |key: &VariantKey| goal.arms.iter().find(|arm| arm.variant == *key);
    let (own, other) = (arm(&comparison.variant), arm(control));
    let unit = Scale::of(goal, [own, other]);
    let mut phrase = format!("{}: ", comparison.variant);
    match (own.and_then(|arm| shown(goal, unit, arm)), other.and_then(|arm| shown(goal, unit, arm))) {
        (Some(own), Some(other)) => drop(write!(phrase, "{own}; {control}: {other}")),
        _ => return phrase + "nothing to compare yet",
    }
    phrase.push_str(&difference(unit, comparison));
    match comparison.corrected_p {
        Some(p) if p < 0.0001 => phrase.push_str("; p < 0.0001"),
        Some(p) => drop(write!(phrase, "; p = {p:.4}")),
        None if comparison.interim_looks.is_some_and(|own| own.p_value.is_some()) => {
            phrase.push_str("; p > 0.05");
        }
        None => {}
    }
    phrase
}

/// The scale of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// Percentage points, of shares.
    Points,
    /// The goal's own unit, with the relative difference in percent.
    Own,
}

impl Scale {
    /// Returns points for shares of units, and for a ratio whose values in both arms are between 0 and 1.
    fn of(goal: &GoalReport, arms: [Option<&ArmReport>; 2]) -> Self {
        let share = |arm: &ArmReport| arm.mean.is_some_and(|mean| (0.0..=1.0).contains(&mean));
        let is_share = match goal.kind {
            Kind::Binary => true,
            Kind::Ratio => arms.into_iter().flatten().all(share),
            Kind::Count | Kind::Sum => false,
        };
        if is_share { Self::Points } else { Self::Own }
    }

    /// Formats a difference with its sign.
    fn signed(self, difference: f64) -> String {
        let (value, digits) = match self {
            Self::Points => percent(difference),
            Self::Own => (difference, digits(difference)),
        };
        let sign = if value > 0.0 { "+" } else { "" };
        let text = format!("{sign}{}", grouped(value, digits));
        // A number that is rounded to 0 has no sign.
        let nothing = text.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
        if nothing { text.replace(['+', '-'], "") } else { text }
    }
}

/// Describes the outcome of an arm: counts for a binary goal, a rate in percent, or a mean per account.
fn shown(goal: &GoalReport, unit: Scale, arm: &ArmReport) -> Option<String> {
    let mean = arm.mean?;
    Some(match (goal.kind, unit) {
        (Kind::Binary, _) => format!("{} of {}", arm.converted, arm.units),
        (Kind::Ratio, Scale::Points) => {
            let (value, digits) = percent(mean);
            format!("{} %", grouped(value, digits))
        }
        (Kind::Ratio, Scale::Own) => grouped(mean, digits(mean)),
        (Kind::Count | Kind::Sum, _) => format!("{} per account", grouped(mean, digits(mean))),
    })
}

fn difference(unit: Scale, comparison: &Comparison) -> String {
    let Some(estimate) = comparison.absolute.estimate else {
        return "; no difference can be computed yet".to_owned();
    };
    let mut phrase = format!("; difference: {}", unit.signed(estimate));
    match (unit, comparison.relative.estimate) {
        (Scale::Points, _) => phrase.push_str(" points"),
        (Scale::Own, Some(relative)) => drop(write!(phrase, " ({} %)", Scale::Points.signed(relative))),
        (Scale::Own, None) => {}
    }
    match range(comparison.absolute, |end| unit.signed(end))
        .or_else(|| range(comparison.relative, |end| format!("{} %", Scale::Points.signed(end))))
    {
        Some(range) => drop(write!(phrase, "; 95 % interval: {range}")),
        None if comparison.method == Method::None => {}
        None if comparison.method == Method::Rerandomization && comparison.interim_looks.is_some() => {
            phrase.push_str("; no interval");
        }
        None => phrase.push_str("; no interval yet"),
    }
    phrase
}

/// Describes an interval. One of its ends may be open.
fn range(interval: Interval, end: impl Fn(f64) -> String) -> Option<String> {
    Some(match (interval.low, interval.high) {
        (Some(low), Some(high)) => format!("{} to {}", end(low), end(high)),
        (Some(low), None) => format!("{} or more", end(low)),
        (None, Some(high)) => format!("{} or less", end(high)),
        (None, None) => return None,
    })
}

/// Returns a share in percent, with the number of decimals that shows two significant digits. A share below a
/// millionth of a percent is rounding and becomes 0.
fn percent(share: f64) -> (f64, usize) {
    let value = share * 100.0;
    match value.abs() {
        size if size >= 1.0 => (value, 1),
        size if size >= 0.1 => (value, 2),
        size if size >= 0.01 => (value, 3),
        size if size >= 0.000_05 => (value, 5),
        size if size >= 1e-6 => (value, 6),
        _ => (0.0, 1),
    }
}

/// Returns the number of decimals that shows about three significant digits of a number.
fn digits(number: f64) -> usize {
    match number.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 => 2,
        size if size >= 0.001 => 4,
        _ => 6,
    }
}

/// Formats a number with commas between thousands. Very large and very small numbers get an exponent.
fn grouped(number: f64, digits: usize) -> String {
    let size = number.abs();
    if size >= 1e12 || (size > 0.0 && size < 0.000_05) {
        return format!("{number:.3e}");
    }
    let text = format!("{number:.digits$}");
    let (sign, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    let mut phrase = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            phrase.push(',');
        }
        phrase.push(digit);
    }
    if let Some(fraction) = fraction {
        phrase.push('.');
        phrase.push_str(fraction);
    }
    phrase
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_about_three_significant_digits() {
        let own = |number| Scale::Own.signed(number);
        assert_eq!(own(33_333_333_333_332.97), "+3.333e13");
        assert_eq!(own(1_234_567.8), "+1,234,568");
        assert_eq!(own(-1_234.4), "-1,234");
        assert_eq!([own(100.0), own(99.94), own(0.417), own(0.004_2)], ["+100", "+99.9", "+0.42", "+0.0042"]);
        assert_eq!([own(0.0), own(-0.0), own(1e-9)], ["0", "0", "+1.000e-9"]);
        let points = |share| Scale::Points.signed(share);
        assert_eq!([points(0.3166), points(-0.139), points(0.000_01)], ["+31.7", "-13.9", "+0.00100"]);
        assert_eq!([points(-0.000_4), points(12.5), points(1e-17)], ["-0.040", "+1,250.0", "0.0"]);
        assert_eq!([own(0.000_06), points(0.006_66), points(2e-7)], ["+0.000060", "+0.67", "+2.000e-5"]);
    }
}
