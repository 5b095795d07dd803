//! The reasons why a token is not accepted.

use super::keys::KeysError;
use super::token::TokenRefused;

/// A token cannot be verified, or is invalid.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The keys to verify it with are not available.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The token is invalid.
    #[error(transparent)]
    Refused(#[from] TokenRefused),
}
