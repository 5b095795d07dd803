//! The key that signs the preview tokens of one test.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// 256 random bits in hexadecimal. The key is stored with its test, is never in a response, and cannot be printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewKey(String);

impl PreviewKey {
    /// Creates a key from random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let mut text = String::with_capacity(64);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// Returns the bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for PreviewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PreviewKey(…)")
    }
}
