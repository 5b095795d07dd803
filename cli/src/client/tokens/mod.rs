//! Access tokens: of a session that `bellwether login` has stored, or from credentials in the environment.
//!
//! [`sessions`] is the file with the stored sessions, [`grant`] asks a server for tokens, and [`stored`] keeps a session's
//! tokens valid.

pub mod grant;
pub mod sessions;
pub mod stored;

use std::sync::{Mutex, PoisonError};

use super::Lost;
use super::address::Address;
use super::transport::Transport;
use crate::Failure;
use grant::{Access, Identity};
use sessions::Sessions;

/// The address of `make run`.
const DEFAULT: &str = "http://localhost:9000/v1";

/// The access tokens of one caller at one server. Threads share one token.
pub struct Tokens {
    source: Source,
    current: Mutex<Option<Access>>,
}

/// How to get a token.
pub enum Source {
    /// The stored session of a user.
    Stored(Sessions),
    /// Credentials from the environment. Nothing is stored.
    Identity(Identity),
}

impl Tokens {
    /// Creates the tokens of a caller.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, current: Mutex::new(None) }
    }

    /// Returns an access token that is valid for some more seconds.
    ///
    /// # Errors
    /// When the server cannot be reached, or no longer accepts the caller.
    pub fn bearer(&self, transport: &Transport) -> Result<String, Lost> {
        self.token(transport, None)
    }

    /// Returns another access token than the one that the server has rejected.
    ///
    /// # Errors
    /// As for [`Self::bearer`].
    pub fn renewed(&self, transport: &Transport, rejected: &str) -> Result<String, Lost> {
        self.token(transport, Some(rejected))
    }

    fn token(&self, transport: &Transport, rejected: Option<&str>) -> Result<String, Lost> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(access) = current.as_ref().filter(|access| access.is_usable(rejected)) {
            return Ok(access.token.clone());
        }
        let access = match &self.source {
            Source::Stored(sessions) => stored::access(sessions, transport, rejected)?,
            Source::Identity(identity) => identity.sign_in(transport)?.access,
        };
        let token = access.token.clone();
        *current = Some(access);
        Ok(token)
    }
}

/// Returns the value of an environment variable, unless it is empty.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the server of the option, of `BELLWETHER_URL`, of the last sign-in, or of `make run`.
///
/// # Errors
/// When the address is not valid.
pub fn address(option: Option<&str>, sessions: &Sessions) -> Result<Address, Failure> {
    match option.map(str::to_owned).or_else(|| variable("BELLWETHER_URL")) {
        Some(text) => Address::parse(&text),
        None => Address::parse(sessions.read()?.current.as_deref().unwrap_or(DEFAULT)),
    }
}

/// Returns the server and how to sign in to it: with an API client's credentials from the environment, with a user's, or
/// with the stored session.
///
/// # Errors
/// When there are no credentials for the server.
pub fn find(option: Option<&str>) -> Result<(Address, Tokens), Failure> {
    let sessions = Sessions::of_this_user()?;
    let address = address(option, &sessions)?;
    if let Some(identity) = Identity::of_the_environment()? {
        return Ok((address, Tokens::new(Source::Identity(identity))));
    }
    if sessions.read()?.of(&address).is_none() {
        return Err(stored::no_session(&address));
    }
    Ok((address, Tokens::new(Source::Stored(sessions))))
}
