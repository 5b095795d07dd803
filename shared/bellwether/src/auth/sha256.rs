//! SHA-256 (FIPS 180-4) as text, which is stored in place of a token, a secret or an address.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};

/// The hash of `bytes` as 64 hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(&SHA256, bytes).as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
