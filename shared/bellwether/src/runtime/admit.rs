//! The caller of an operation, as a type. The guard creates a [`Caller`]; [`Anyone`] requires nothing.

use std::future::Future;

use lambda_http::Request;

use super::guard;
use crate::app::App;
use crate::auth::access::Caller;
use crate::http::problem::Problem;
use crate::operations::{Access, Operation};

/// The caller of a public operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anyone;

/// How a caller is admitted.
pub trait Admit: Sized + Send + Sync {
    /// Whether the guard decides.
    const IS_GUARDED: bool;

    /// Admits the caller, or returns the reason for the refusal.
    fn admit(
        app: &App,
        request: &Request,
        operation: &'static Operation,
    ) -> impl Future<Output = Result<Self, Problem>> + Send;
}

impl Admit for Anyone {
    const IS_GUARDED: bool = false;

    async fn admit(_: &App, _: &Request, _: &'static Operation) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl Admit for Caller {
    const IS_GUARDED: bool = true;

    async fn admit(app: &App, request: &Request, operation: &'static Operation) -> Result<Self, Problem> {
        match operation.access {
            Access::Scope(scope) => guard::require(app, request, scope).await,
            Access::Public => Err(Problem::internal("a public operation has a guarded handler")),
        }
    }
}
