//! Signing keys as they lie in Secrets Manager: a private secret that only signers may read, and a
//! public one for everybody else. [`KeyCache`] reads them for every request, [`rotation_secrets`] for their rotation;
//! [`discovery`] shows the public halves to others.

mod cache;
pub mod discovery;
mod private;
mod public;
pub mod rotation_secrets;

pub use cache::{KeyCache, KeysError};
pub use private::{PrivateKey, PrivateKeys};
pub use public::{PublicKey, PublicKeys};

/// A key that cannot be made or read.
#[derive(Debug, thiserror::Error)]
#[error("a signing key cannot be used: {0}")]
pub struct KeyFault(String);

impl KeyFault {
    pub(in crate::auth) fn new(cause: impl std::fmt::Display) -> Self {
        Self(cause.to_string())
    }
}
