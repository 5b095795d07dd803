//! Signing keys in Secrets Manager: a private secret that only signers may read, and a public secret that
//! functions that verify tokens may read. [`KeyCache`] reads them for requests, and [`rotation_secrets`] for
//! their rotation. [`discovery`] publishes the public keys. [`kept`] reads the two secrets that are never replaced:
//! the key of pseudonyms and the key of receipts.

mod cache;
pub mod discovery;
pub mod kept;
mod private;
mod pseudonym_key;
mod public;
pub mod receipt_key;
pub mod rotation_secrets;

pub use cache::{KeyCache, KeysError};
pub use private::{PrivateKey, PrivateKeys};
pub use pseudonym_key::PseudonymKey;
pub use public::{PublicKey, PublicKeys};
pub use receipt_key::ReceiptKey;

/// A key cannot be created or read.
#[derive(Debug, thiserror::Error)]
#[error("a signing key cannot be used: {0}")]
pub struct KeyFault(String);

impl KeyFault {
    pub(in crate::auth) fn new(cause: impl std::fmt::Display) -> Self {
        Self(cause.to_string())
    }
}
