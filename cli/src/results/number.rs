//! Numbers as text.

use super::report::{Comparison, Interval};
use crate::text::count;

/// How the values of a goal are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A share, in percent; differences in points.
    Share,
    /// A number.
    Number,
    /// A change relative to control, in percent.
    Change,
}

impl Scale {
    /// Returns the scale of a kind of goal.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        if kind == "binary" { Self::Share } else { Self::Number }
    }

    /// Writes a mean.
    #[must_use]
    pub fn mean(self, mean: Option<f64>) -> String {
        match (self, mean) {
            (_, None) => "-".to_owned(),
            (Self::Share | Self::Change, Some(share)) => format!("{:.1} %", 100.0 * share),
            (Self::Number, Some(mean)) => number(mean),
        }
    }

    /// Writes a difference of means.
    #[must_use]
    pub fn difference(self, difference: f64) -> String {
        match self {
            Self::Share => format!("{:+.1}", 100.0 * difference),
            Self::Change => format!("{:+.1} %", 100.0 * difference),
            Self::Number if difference < 0.0 => number(difference),
            Self::Number => format!("+{}", number(difference)),
        }
    }

    /// Writes a difference with its interval, or why it is missing.
    #[must_use]
    pub fn interval(self, interval: Interval) -> String {
        let unit = if self == Self::Share { " points" } else { "" };
        let Some(estimate) = interval.estimate else { return "not enough data".to_owned() };
        let range = match (interval.low, interval.high) {
            (Some(low), Some(high)) => format!("{} to {}", self.difference(low), self.difference(high)),
            (Some(low), None) => format!("{} or more", self.difference(low)),
            (None, Some(high)) => format!("{} or less", self.difference(high)),
            (None, None) => "no interval yet".to_owned(),
        };
        format!("{}{unit} ({range})", self.difference(estimate))
    }
}

/// Writes a number: whole from 1,000, with two decimals from 1, and with four below.
#[must_use]
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 1_000.0 || value.fract() == 0.0 => 0,
        middle if middle >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{:.digits$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let grouped = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let sign = if value < 0.0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{rest}") }
}

/// Writes the p-value of a comparison. Above 5 %, the value has no meaning at an interim look.
#[must_use]
pub fn sequential_p(comparison: &Comparison) -> String {
    let is_read = comparison.interim_looks.as_ref().is_some_and(|own| own.p_value.is_some());
    match comparison.p_value {
        None if is_read => "over 0.05".to_owned(),
        p => p_value(p),
    }
}

/// Writes a p-value.
#[must_use]
pub fn p_value(p: Option<f64>) -> String {
    match p {
        None => "-".to_owned(),
        Some(p) if p < 0.0001 => "under 0.0001".to_owned(),
        Some(p) => format!("{p:.4}"),
    }
}
