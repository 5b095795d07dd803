//! Access tokens: JWTs as RFC 9068 profiles them, signed with Ed25519. `claims.rs` says what stands in one,
//! `jws.rs` how it is written, [`Grant`] for what it is issued; [`Verifier`] reads it, with a memory of what it
//! has verified (`verified.rs`).

mod claims;
mod grant;
mod jws;
#[cfg(test)]
mod tests;
mod verified;
mod verifier;

pub use claims::{Claims, LIFE_SECONDS, SKEW_SECONDS};
pub use grant::{FIRST_PARTY, Grant};
pub use verified::Signed;
pub use verifier::{Presented, Verifier, prove};

use jws::LONGEST;

/// Why a token is refused: for the log, never for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It is longer than any of ours.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// Its header is not what ours have.
    #[error("its header is not one of ours")]
    Header,
    /// No key of that name is in force.
    #[error("its key is unknown or has ended")]
    Key,
    /// Signature, issuer, audience or a claim is wrong or missing.
    #[error("its signature or a claim is wrong")]
    Claims,
    /// It was issued for a cookie and stands in a header, or the other way round.
    #[error("it stands where it does not belong")]
    Place,
    /// It has ended, is not valid yet, or claims a longer life than ours have.
    #[error("its times do not hold")]
    Times,
    /// What its holder may do has changed since it was issued.
    #[error("its holder is disabled, or has another role or other sessions since it was issued")]
    Superseded,
}

/// Whom the issuer's tokens are for.
#[derive(Debug, Clone)]
pub struct Terms {
    /// `iss` of every token.
    pub issuer: String,
    /// `aud` of every token.
    pub audience: String,
}
