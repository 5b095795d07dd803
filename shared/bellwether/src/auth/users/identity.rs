//! The identity of users: an e-mail address, and an id that is derived from it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use url::Host;
use validator::{ValidateEmail, ValidationError};

use crate::auth::sha256;
use screen::first_hidden;

const LIMITS: &str = "must be an e-mail address of at most 254 bytes";
const HIDDEN: &str = "must be an e-mail address of at most 254 bytes, without invisible characters";

/// An e-mail address in lower case. Its domain is in the form of DNS, so `müller.de` and `xn--mller-kva.de`
/// are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", if *.hidden { HIDDEN } else { LIMITS })]
pub struct NotAnEmail {
    hidden: bool,
}

impl Email {
    /// Parses an address.
    ///
    /// # Errors
    /// When the text is not an e-mail address or is longer than 254 bytes (RFC 5321 section 4.5.3.1.3).
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        if first_hidden(text).is_some() {
            return Err(NotAnEmail { hidden: true });
        }
        let refused = NotAnEmail { hidden: false };
        let lower = text.to_lowercase();
        let (local, domain) = lower.rsplit_once('@').ok_or(refused)?;
        let address =
            if domain.is_ascii() { lower } else { format!("{local}@{}", in_dns(domain).ok_or(refused)?) };
        if address.len() <= 254 && address.validate_email() { Ok(Self(address)) } else { Err(refused) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same check, in the form that `validator` calls.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn check(text: &str) -> Result<(), ValidationError> {
        let refused =
            |why: NotAnEmail| ValidationError::new("email").with_message(Cow::Owned(why.to_string()));
        Self::parse(text).map(|_| ()).map_err(refused)
    }
}

impl TryFrom<String> for Email {
    type Error = NotAnEmail;
    fn try_from(text: String) -> Result<Self, NotAnEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A domain in the form of DNS (UTS 46).
fn in_dns(domain: &str) -> Option<String> {
    match Host::parse(domain) {
        Ok(Host::Domain(domain)) => Some(domain),
        _ => None,
    }
}

/// The text is not a valid user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a user's id: 32 hexadecimal digits")]
pub struct NotAUserId;

/// A user's id: the first 128 bits of the SHA-256 hash of the address. One item therefore serves sign-in,
/// which has the address, and administration, which has the id, without an index that could disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserId(String);

impl UserId {
    /// The id of the user with an address.
    #[must_use]
    pub fn of(email: &Email) -> Self {
        Self(sha256::hex(format!("bellwether user {}", email.0).as_bytes())[..32].to_owned())
    }

    /// Parses an id.
    ///
    /// # Errors
    /// When the text is not a valid id.
    pub fn parse(text: &str) -> Result<Self, NotAUserId> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let fits = text.len() == 32 && text.bytes().all(hex);
        fits.then(|| Self(text.to_owned())).ok_or(NotAUserId)
    }
}

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_any_capitalization_is_one_user() {
        let ids = ["Ada@Example.com", "ada@example.com"].map(|e| UserId::of(&Email::parse(e).unwrap()));
        assert_eq!(ids[0], ids[1]);
        assert_eq!(UserId::parse(&ids[0].to_string()), Ok(ids[0].clone()));
        for text in ["", "e305", &"E".repeat(32), &"g".repeat(32), &"0".repeat(33)] {
            assert_eq!(UserId::parse(text), Err(NotAUserId), "{text}");
        }
    }

    #[test]
    fn an_invalid_address_is_refused() {
        for bad in ["", "a", "a@", "@b.c", "a b@c.d", &format!("{}@example.com", "x".repeat(250))] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_domain_is_equal_in_every_script_and_invisible_characters_are_refused() {
        let written = ["ada@müller.de", "Ada@MÜLLER.de", "ada@mu\u{308}ller.de", "ada@xn--mller-kva.de"];
        let parsed = written.map(|text| Email::parse(text).unwrap());
        assert!(parsed.iter().all(|email| email.as_str() == "ada@xn--mller-kva.de"), "{parsed:?}");
        for hidden in
            ['\u{200b}', '\u{202e}', '\u{2066}', '\u{e0041}', '\u{feff}', '\u{ad}', '\u{2060}', '\0']
        {
            for text in [format!("a{hidden}da@example.com"), format!("ada@exa{hidden}mple.com")] {
                assert!(Email::parse(&text).is_err(), "{text:?}");
            }
        }
        for bad in ["ada@１.２.３.４", "ada@exa mple.de", "ada@ü..de"] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
