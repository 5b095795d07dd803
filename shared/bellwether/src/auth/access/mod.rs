//! Authorization: scopes and roles, protection against cross-site requests ([`csrf`]), and limits on sign-in
//! attempts ([`throttle`]).

pub mod csrf;
mod identified;
mod role;
pub mod throttle;

pub use identified::{Identified, identify};
pub use role::{Role, Scope};

use crate::net::source::Source;
use domain::experiment::Workspace;

/// A caller with a valid token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user or client that the token was issued to.
    pub subject: String,
    /// The only workspace that the caller can access.
    pub workspace: Workspace,
    /// The role the token was issued under.
    pub role: Role,
    /// The scopes of the token, which may be fewer than those of the role.
    pub scopes: Vec<Scope>,
    /// The user's `session_epoch` when the token was issued. None for a client.
    pub session_epoch: Option<u32>,
}

/// A request with a valid token that does not allow it, for the audit record.
#[derive(Debug, Clone)]
pub struct Overreach {
    /// The caller.
    pub caller: Caller,
    /// The reason for the refusal.
    pub denial: Denial,
    /// The address of the caller.
    pub source: Source,
}

/// The reason why a valid token does not allow a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The token lacks this scope.
    Scope(Scope),
    /// The address is not in a network that may call administrative operations.
    Network,
    /// The token came in a cookie, and the request does not prove that an allowed page sent it.
    CrossSite,
}
