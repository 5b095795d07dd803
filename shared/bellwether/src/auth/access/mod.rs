//! What there is to be allowed, to whom it is, and what may stand in the way: scopes and roles, requests
//! that browsers make by themselves ([`csrf`]), too many attempts ([`throttle`]).

pub mod csrf;
mod identified;
mod role;
pub mod throttle;

pub use identified::{Identified, identify};
pub use role::{Role, Scope};

use crate::net::source::Source;
use domain::experiment::Workspace;

/// Somebody whose token holds.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whom the token speaks for.
    pub subject: String,
    /// The only workspace they see.
    pub workspace: Workspace,
    /// The role the token was issued under.
    pub role: Role,
    /// What the token allows, which may be less than its role does.
    pub scopes: Vec<Scope>,
    /// The person's `session_epoch` when the token was issued; None for a machine.
    pub session_epoch: Option<u32>,
}

/// Somebody whose token holds and does not allow what they asked for: what the audit will say of it.
#[derive(Debug, Clone)]
pub struct Overreach {
    /// Who asked.
    pub caller: Caller,
    /// What was in the way.
    pub denial: Denial,
    /// From which address.
    pub source: Source,
}

/// What a token that holds does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// This scope is missing.
    Scope(Scope),
    /// The address is in none of the networks that may administer.
    Network,
    /// The token came in a cookie, and nothing proves that an own page meant it.
    CrossSite,
}
