//! Access tokens: JWTs in the profile of RFC 9068, signed with Ed25519. `claims.rs` defines the claims,
//! `jws.rs` the encoding, and [`Grant`] what a token is issued for. [`Verifier`] verifies tokens and caches
//! verified signatures (`verified.rs`).

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

/// The reason why a token is refused. It goes to the log, never to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It is longer than the maximum.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// Its header is not of the form that this issuer writes.
    #[error("its header is not one that this issuer writes")]
    Header,
    /// No key with that id is valid now.
    #[error("its key is unknown or has ended")]
    Key,
    /// Signature, issuer, audience or a claim is wrong or missing.
    #[error("its signature or a claim is wrong")]
    Claims,
    /// It was issued for a cookie and came in a header, or the other way round.
    #[error("it was issued for a cookie and came in a header, or the other way round")]
    Place,
    /// It has expired, is not valid yet, or is valid for longer than this issuer's tokens.
    #[error("it has expired, is not valid yet, or is valid for too long")]
    Times,
    /// Its holder's rights have changed since it was issued.
    #[error("since it was issued, its holder was disabled, got another role or lost all sessions")]
    Superseded,
}

/// The issuer and the audience of tokens.
#[derive(Debug, Clone)]
pub struct Terms {
    /// `iss` of every token.
    pub issuer: String,
    /// `aud` of every token.
    pub audience: String,
}
