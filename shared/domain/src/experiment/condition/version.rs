//! Compares version texts as the SDKs do: `v1.2.3-beta.4+build` without its `v` and its build, part by part,
//! numbers by size and tags by text, with a release after its pre-releases.
//!
//! One rule extends the SDKs: with fewer than three numbers, the missing numbers are 0, so `1.18` equals `1.18.0`
//! and `1.18-beta` comes before it. A fourth number is read as the SDKs read it: `1.2.3.4` equals the
//! pre-release `1.2.3-4`.

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
    /// Parses any text. An empty text is version 0.
    pub(super) fn parse(text: &str) -> Self {
        let text = if text.is_empty() { "0" } else { text };
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next().unwrap_or_default();
        let mut parts: Vec<Part> = text.split(['-', '.']).map(Part::parse).collect();
        let numbers = parts.iter().take_while(|part| matches!(part, Part::Number(_))).count();
        let ends = parts.get(numbers).is_none_or(|part| matches!(part, Part::Tag(tag) if !tag.is_empty()));
        if (1..3).contains(&numbers) && ends {
            let missing = std::iter::repeat_n(Part::Number(String::new()), 3 - numbers);
            parts.splice(numbers..numbers, missing);
        }
        if parts.len() == 3 {
            // A release sorts after its pre-releases, because their tags are letters.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(a: &str, b: &str) -> Ordering {
        Version::parse(a).cmp(&Version::parse(b))
    }

    #[test]
    fn missing_numbers_are_zero() {
        for (a, b) in
            [("1.18", "1.18.0"), ("1", "1.0.0"), ("v2", "2.0"), ("1.18+build", "1.18.0"), ("", "0.0.0")]
        {
            assert_eq!(compared(a, b), Ordering::Equal, "{a} {b}");
        }
        let rising =
            ["1", "1.0.1", "1.2-beta", "1.2.0-beta.2", "1.2", "1.2.1", "1.18", "1.18.1", "2-rc.1", "2"];
        for (at, a) in rising.iter().enumerate() {
            for b in &rising[at + 1..] {
                assert_eq!((compared(a, b), compared(b, a)), (Ordering::Less, Ordering::Greater), "{a} {b}");
            }
        }
    }
}
