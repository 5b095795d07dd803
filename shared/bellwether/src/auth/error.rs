//! Why nobody is let in by a token, where it is not known already that they may not.

use super::keys::KeysError;
use super::token::TokenRefused;

/// A token that could not be held to its key, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// There are no keys to hold it to.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// It does not hold.
    #[error(transparent)]
    Refused(#[from] TokenRefused),
}
