//! Keeps the tokens of a stored session valid. A refresh token is used once, so the file stays locked from before its use
//! until its successor is stored: of several processes, one refreshes and the others use its tokens.

use super::super::Lost;
use super::super::address::Address;
use super::super::transport::Transport;
use super::grant::{self, Access};
use super::sessions::{Session, Sessions};
use crate::Failure;

/// Returns the access token of the session, refreshed if necessary.
///
/// # Errors
/// When the session has ended, or the server cannot be reached.
pub fn access(sessions: &Sessions, transport: &Transport, rejected: Option<&str>) -> Result<Access, Lost> {
    let address = transport.address();
    let stored = session(sessions, address)?;
    if stored.access.is_usable(rejected) {
        return Ok(stored.access);
    }
    let lock = sessions.lock()?;
    // Another process may have refreshed the session while this one waited.
    let mut content = lock.read()?;
    let session = content.sessions.get_mut(&address.to_string()).ok_or_else(|| no_session(address))?;
    if session.access.is_usable(rejected) {
        return Ok(session.access.clone());
    }
    let Some(grant) = grant::refresh(transport, &session.refresh_token)? else {
        return Err(Lost::Caller(Failure::new(format!(
            "the session of {} at {address} has ended; sign in again with: bellwether login --server {address}",
            session.email
        ))));
    };
    session.access = grant.access.clone();
    if let Some(refresh) = grant.refresh {
        session.refresh_token = refresh;
    }
    lock.write(&content)?;
    Ok(grant.access)
}

fn session(sessions: &Sessions, address: &Address) -> Result<Session, Failure> {
    sessions.read()?.of(address).cloned().ok_or_else(|| no_session(address))
}

/// The error for a server without a session.
#[must_use]
pub fn no_session(address: &Address) -> Failure {
    Failure::usage(format!(
        "you are not signed in to {address}; sign in with: bellwether login --server {address}"
    ))
}

impl From<Lost> for Failure {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Connection(why) => Self::new(why),
            Lost::Caller(failure) => failure,
        }
    }
}

impl From<Failure> for Lost {
    fn from(failure: Failure) -> Self {
        Self::Caller(failure)
    }
}
