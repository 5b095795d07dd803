//! The error type of all subcommands.

use std::process::ExitCode;

/// An error message of one line, which states the problem and what to do, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    text: String,
    code: u8,
    rejection: bool,
}

impl Failure {
    /// An error at run time, with exit code 1.
    pub fn new(text: impl Into<String>) -> Self {
        Self::with_code(text, 1)
    }

    /// An error in the arguments or the environment, with exit code 2.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::with_code(text, 2)
    }

    /// The result of an import in which some lines were not taken, with exit code 3.
    pub fn incomplete(text: impl Into<String>) -> Self {
        Self::with_code(text, 3)
    }

    /// An error with exit code 1 that says that a server rejects credentials.
    pub fn rejection(text: impl Into<String>) -> Self {
        Self { rejection: true, ..Self::new(text) }
    }

    /// Returns whether a server rejects the credentials.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        self.rejection
    }

    /// Returns the exit code of the process.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }

    fn with_code(text: impl Into<String>, code: u8) -> Self {
        Self { text: text.into(), code, rejection: false }
    }
}
