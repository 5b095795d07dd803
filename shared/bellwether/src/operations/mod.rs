//! Every operation of the API, declared once. Routing, the guard, the methods that are rejected, the names in
//! telemetry, the local server's routes and the requirements for `openapi.yaml` are derived from this table.
//!
//! To add an operation, add a constant here, its place in [`OPERATIONS`], and a function whose handler names
//! it (`crate::runtime::endpoint`).

pub mod routing;
mod table;

use std::time::Duration;

use crate::auth::access::Scope;
pub use table::*;

/// One operation: what is known of it without its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Its name in the contract (`operationId`).
    pub id: &'static str,
    /// The function that answers it.
    pub function: &'static str,
    /// Its method.
    pub method: &'static str,
    /// Its path below the stage, with parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The query parameters that it takes; any other is refused.
    pub query: &'static [&'static str],
    /// What its body is.
    pub body: BodyKind,
    /// The statuses that it may answer with, beside [`COMMON`], in rising order.
    pub statuses: &'static [u16],
    /// A request that takes longer is answered 503.
    pub budget: Duration,
    /// Whether it makes changes that the audit records, or records by itself what it did.
    pub audits: bool,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: it needs no token.
    Public,
    /// Who has a token with this scope. An administrative one must come from `ADMIN_NETWORKS`, and one in a cookie
    /// from an own page.
    Scope(Scope),
}

/// What the body of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// There is none, and what is sent is not read.
    None,
    /// A JSON object.
    Json,
    /// A form, as OAuth has it.
    Form,
}

/// What every operation may answer with: 400 for a secret or an unknown parameter in the query, 500 for a fault of
/// ours, 503 when something needed is down or slow.
pub const COMMON: [u16; 3] = [400, 500, 503];

/// What a request may take unless its operation says otherwise: the caller hears within 3 s.
pub(crate) const BUDGET: Duration = Duration::from_millis(2_700);

impl Operation {
    /// An operation that its function of the same name answers, without body and query.
    const fn new(id: &'static str, method: &'static str, path: &'static str, access: Access) -> Self {
        Self {
            id,
            function: id,
            method,
            path,
            access,
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

    /// The scope that it needs; None for one that anybody may call.
    #[must_use]
    pub const fn scope(&self) -> Option<Scope> {
        match self.access {
            Access::Public => None,
            Access::Scope(scope) => Some(scope),
        }
    }

    /// Whether it may answer with `status`.
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
