//! Version texts in the order of the SDKs: `v1.2.3-beta.4+build` without its `v` and its build, part
//! by part, numbers by size and tags by text, and a release after its pre-releases.

use std::cmp::Ordering;

/// A version, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Decimal digits of any length, without leading zeros.
    Number(String),
    Tag(String),
}

impl Version {
    /// Reads any text; an empty one is version 0.
    pub(super) fn parse(text: &str) -> Self {
        let text = if text.is_empty() { "0" } else { text };
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next().unwrap_or_default();
        let mut parts: Vec<Part> = text.split(['-', '.']).map(Part::parse).collect();
        if parts.len() == 3 {
            // A release sorts after its pre-releases, whose tags are letters.
            parts.push(Part::Tag("~".to_owned()));
        }
        Self(parts)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let differ = self.0.iter().zip(&other.0).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
        differ.unwrap_or_else(|| self.0.len().cmp(&other.0.len()))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Part {
    fn parse(text: &str) -> Self {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Self::Number(text.trim_start_matches('0').to_owned());
        }
        Self::Tag(text.to_owned())
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Self::Tag(a), Self::Tag(b)) => a.cmp(b),
            (Self::Number(_), Self::Tag(_)) => Ordering::Less,
            (Self::Tag(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}
