//! Errors in an input, by field, as JSON pointers (RFC 6901). `validation/typed.rs` converts JSON to types,
//! and [`numeral`] reads numbers in texts.

pub mod numeral;
mod typed;

use serde::Serialize;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

pub use screen::pointer::{escape, pointer};
pub use typed::typed;

/// One error in the input: the field and how to correct it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Invalid {
    /// JSON pointer into the request body; empty for the body as a whole.
    pub pointer: String,
    /// The error and the correct form, in plain English.
    pub detail: String,
}

impl Invalid {
    /// Creates an error about the field at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// Returns the same error about a value below `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}

/// Checks `body` against every limit that it declares.
///
/// # Errors
/// Returns every violated limit, sorted by pointer. Only the message of a limit is passed on. `validator` keeps
/// the value next to it, and the value may be a password.
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
