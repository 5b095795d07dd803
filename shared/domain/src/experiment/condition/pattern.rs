//! Patterns that are matched in time linear in the text, and what that costs.

use regex_lite::{Regex, RegexBuilder};

use super::budget::{Budget, TooSlow};

/// Longest pattern, in bytes.
pub(super) const PATTERN_BYTES: usize = 256;
/// Largest compiled pattern, in bytes, of a test that is declared now. Each character of a text costs
/// time in proportion to it.
pub(super) const DECLARED_SIZE: usize = 4 * 1024;
/// The same of a test that is stored: older ones may hold patterns as large as this.
pub(super) const STORED_SIZE: usize = 32 * 1024;
/// The smallest size that is told from others, in bytes.
const SMALLEST_SIZE: usize = 256;
/// A text longer than this, in bytes, matches no pattern.
const LONGEST_MATCHED: usize = 1_024;
/// Units that a match costs whatever its text is.
const MATCH: usize = 400;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    compiled: Regex,
    /// What it takes in memory, in bytes, rounded up to a power of two.
    size: usize,
}

impl Pattern {
    /// Compiles a pattern; None when it is no pattern or takes more than `largest` bytes.
    pub(super) fn compile(text: &str, any_case: bool, largest: usize) -> Option<Self> {
        let mut size = SMALLEST_SIZE;
        while size <= largest {
            let built = RegexBuilder::new(text).case_insensitive(any_case).size_limit(size).build();
            if let Ok(compiled) = built {
                return Some(Self { compiled, size });
            }
            size *= 2;
        }
        None
    }

    /// Whether it matches somewhere in the text.
    pub(super) fn matches(&self, text: &str, budget: &Budget) -> Result<bool, TooSlow> {
        if text.len() > LONGEST_MATCHED {
            return Ok(false);
        }
        budget.spend(MATCH + text.len() * self.size / 4)?;
        Ok(self.compiled.is_match(text))
    }
}
