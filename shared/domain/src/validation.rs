//! What is wrong with an input, field by field, as JSON pointers (RFC 6901). JSON into types: `validation/typed.rs`.

mod typed;

use serde::Serialize;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

pub use screen::pointer::{escape, pointer};
pub use typed::typed;

/// One thing wrong with the input: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Invalid {
    /// JSON pointer into the request body; empty for the body as a whole.
    pub pointer: String,
    /// What is wrong and what would be right, in plain words.
    pub detail: String,
}

impl Invalid {
    /// Names the field at `pointer` and says what is wrong with it.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// The same complaint about a value that sits below `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}

/// Checks every limit that `body` declares.
///
/// # Errors
/// All limits that are broken, sorted by pointer. Only the message of a broken limit is passed on:
/// `validator` keeps the offending value beside it, and the value may be a password.
pub fn check(body: &impl Validate) -> Result<(), Vec<Invalid>> {
    let Err(errors) = body.validate() else { return Ok(()) };
    let mut found = Vec::new();
    flatten(&errors, "", &mut found);
    found.sort();
    Err(found)
}

fn flatten(errors: &ValidationErrors, prefix: &str, found: &mut Vec<Invalid>) {
    for (field, kind) in errors.errors() {
        let pointer = format!("{prefix}/{}", escape(field));
        match kind {
            ValidationErrorsKind::Struct(inner) => flatten(inner, &pointer, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    flatten(inner, &format!("{pointer}/{index}"), found);
                }
            }
            ValidationErrorsKind::Field(broken) => {
                for error in broken {
                    let detail = error.message.as_deref().unwrap_or("is out of range");
                    found.push(Invalid::new(pointer.clone(), detail));
                }
            }
        }
    }
}

impl From<screen::Refused> for Invalid {
    fn from(refused: screen::Refused) -> Self {
        Self { pointer: refused.pointer, detail: refused.detail }
    }
}
