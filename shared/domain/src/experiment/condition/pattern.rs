//! Patterns that are matched in time linear in the text, and the cost of a match.

use regex_lite::{Regex, RegexBuilder};

use super::budget::{Budget, TooSlow};

/// The maximum length of a pattern, in bytes.
pub(super) const PATTERN_BYTES: usize = 256;
/// The maximum size of a compiled pattern, in bytes, in a new test. The cost of each character of a text is
/// proportional to this size.
pub(super) const DECLARED_SIZE: usize = 4 * 1024;
/// The same limit for a stored test. Older tests may contain patterns of this size.
pub(super) const STORED_SIZE: usize = 32 * 1024;
/// The smallest size that is distinguished, in bytes.
const SMALLEST_SIZE: usize = 256;
/// The maximum length of a text, in bytes. Longer texts match no pattern.
const LONGEST_MATCHED: usize = 1_024;
/// The fixed cost of a match, in units.
const MATCH: usize = 400;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    compiled: Regex,
    /// The memory of the pattern in bytes, rounded up to a power of two.
    size: usize,
}

impl Pattern {
    /// Compiles a pattern. Returns None if it is invalid or takes more than `largest` bytes.
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

    /// Returns whether the pattern matches a part of the text.
    pub(super) fn matches(&self, text: &str, budget: &Budget) -> Result<bool, TooSlow> {
        if text.len() > LONGEST_MATCHED {
            return Ok(false);
        }
        budget.spend(MATCH + text.len() * self.size / 4)?;
        Ok(self.compiled.is_match(text))
    }
}
