//! The declarations of all operations of the API. Routing, the guard, rejected methods, names in telemetry,
//! the local server's routes and the requirements for `openapi.yaml` are derived from them.
//!
//! To add an operation, add a constant to the table, add it to [`OPERATIONS`], and add a function whose
//! handler names the constant (`crate::runtime::endpoint`).

pub mod routing;
mod table;

use std::time::Duration;

use crate::auth::access::Scope;
pub use table::*;

/// The declaration of an operation, without its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The name in the contract (`operationId`).
    pub id: &'static str,
    /// The function that handles it.
    pub function: &'static str,
    /// Its method.
    pub method: &'static str,
    /// The path below the stage, with parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The scope that a part of it requires in addition, which its handler checks with
    /// [`Call::require`](crate::runtime::Call::require).
    pub further: Option<Scope>,
    /// The query parameters. Any other is refused.
    pub query: &'static [&'static str],
    /// The kind of body.
    pub body: BodyKind,
    /// The statuses that it can return besides [`COMMON`], in ascending order.
    pub statuses: &'static [u16],
    /// The time budget. A request that takes longer gets 503.
    pub budget: Duration,
    /// Whether it stores audit records of what it does.
    pub audits: bool,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every caller, without a token.
    Public,
    /// A caller with this scope. An administrative operation can be called only from `ADMIN_NETWORKS`, and a
    /// request with cookies must come from an allowed page.
    Scope(Scope),
}

/// The kind of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// No body. A body that is sent anyway is not read.
    None,
    /// A JSON object.
    Json,
    /// A form, for OAuth.
    Form,
}

/// The statuses that every operation can return: 400 for a secret or an unknown parameter in the query, 500
/// for a fault of this service, 503 when a dependency is down or slow.
pub const COMMON: [u16; 3] = [400, 500, 503];

/// The default budget, so that the caller gets a response within 3 s.
pub(crate) const BUDGET: Duration = Duration::from_millis(2_700);

impl Operation {
    /// An operation without body and query parameters, which the function with the same name handles.
    const fn new(id: &'static str, method: &'static str, path: &'static str, access: Access) -> Self {
        Self {
            id,
            function: id,
            method,
            path,
            access,
            further: None,
            query: &[],
            body: BodyKind::None,
            statuses: &[],
            budget: BUDGET,
            audits: false,
        }
    }

    const fn answered_by(self, function: &'static str) -> Self {
        Self { function, ..self }
    }

    const fn partly_for(self, scope: Scope) -> Self {
        Self { further: Some(scope), ..self }
    }

    const fn with_query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    const fn with_body(self, body: BodyKind) -> Self {
        Self { body, ..self }
    }

    const fn answers(self, statuses: &'static [u16]) -> Self {
        Self { statuses, ..self }
    }

    const fn within(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }

    const fn audited(self) -> Self {
        Self { audits: true, ..self }
    }

    /// The scope that it requires. None for a public operation.
    #[must_use]
    pub const fn scope(&self) -> Option<Scope> {
        match self.access {
            Access::Public => None,
            Access::Scope(scope) => Some(scope),
        }
    }

    /// Whether it can return `status`.
    #[must_use]
    pub fn may_answer(&self, status: u16) -> bool {
        self.statuses.contains(&status) || COMMON.contains(&status)
    }

    /// The names of the parameters in its path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split(['{', '}']).skip(1).step_by(2)
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
