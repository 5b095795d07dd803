//! Names that callers choose. Each type has a private field and one constructor, and its error states the limits.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use validator::ValidationError;

/// The error for a text that is not a valid name. It states the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAName(&'static str);

/// Declares a text type with one constructor (`parse`) and one rule (`$accepts`), and with `check` for the
/// `validator` attribute, so that the rule is written once.
macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $accepts:expr, $limits:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// Parses the text.
            ///
            /// # Errors
            /// Returns an error that states the limits if the text is outside them.
            pub fn parse(text: impl Into<String>) -> Result<Self, NotAName> {
                let text = text.into();
                if $accepts(&text) { Ok(Self(text)) } else { Err(NotAName($limits)) }
            }

            /// Applies the rule of [`Self::parse`] in the form that `validator` calls.
            ///
            /// # Errors
            /// Returns an error if the text is outside the limits.
            pub fn check(text: &str) -> Result<(), ValidationError> {
                if $accepts(text) { return Ok(()); }
                Err(ValidationError::new("name").with_message(Cow::Borrowed($limits)))
            }

            /// Returns the text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = NotAName;
            fn try_from(text: String) -> Result<Self, NotAName> {
                Self::parse(text)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Checks for `[a-z0-9][a-z0-9-]{0,62}`, which needs no escaping in a key, a path or a log.
fn is_slug(text: &str) -> bool {
    let byte_fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(byte_fits) && !text.starts_with('-')
}

fn is_unit(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn is_event(text: &str) -> bool {
    let byte_fits = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(byte_fits)
}

fn is_attribute(text: &str) -> bool {
    (1..=64).contains(&text.len()) && !text.chars().any(char::is_control)
}

name!(
    /// A test's name in paths and keys. The author chooses it, and it is unique in the workspace.
    ExperimentId,
    is_slug,
    "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
);
name!(
    /// The tenant. Every token contains it, and every key begins with it.
    Workspace,
    is_slug,
    "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
);
name!(
    /// The name of an arm within its test.
    VariantKey,
    is_slug,
    "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
);
name!(
    /// The name of a goal within its test.
    GoalKey,
    is_slug,
    "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
);
name!(
    /// The name of a namespace, which mutually exclusive tests share.
    NamespaceKey,
    is_slug,
    "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
);
name!(
    /// The id of an account. It is personal or company data, so it does not appear in paths or logs.
    UnitId,
    is_unit,
    "must be 1 to 256 bytes of UTF-8 without control characters"
);
name!(
    /// The caller's id of an outcome. It identifies retries.
    EventId,
    is_event,
    "must be 1 to 64 of A-Z, a-z, 0-9, '.', '_', ':' and '-'"
);
name!(
    /// The name of an account's attribute, for example `industry`.
    AttributeName,
    is_attribute,
    "must be 1 to 64 bytes of UTF-8 without control characters"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_1_to_63_lower_case_characters_and_no_leading_hyphen() {
        for good in ["a", "0", "pricing-page-q4", &"x".repeat(63)] {
            assert!(ExperimentId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a b", "a/b", "a_b", "ü", "a\n", &"x".repeat(64)] {
            assert!(ExperimentId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_unit_id_has_at_most_256_bytes_and_no_control_character() {
        assert!(UnitId::parse("müller.de").is_ok());
        assert!(UnitId::parse("ü".repeat(128)).is_ok());
        for bad in ["", "a\tb", "a\u{7f}", "a\u{85}b", &"ü".repeat(129)] {
            assert!(UnitId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_event_id_contains_only_characters_that_are_safe_in_a_key() {
        assert!(EventId::parse("crm:991_a.b-C").is_ok());
        for bad in ["", "a b", "a%b", "a/b", "é", &"x".repeat(65)] {
            assert!(EventId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
