//! What a handler is: the code of one operation, which is given everything as types.
//!
//! The guard has let the caller in, the path has been read, and the body has been parsed before
//! [`Endpoint::handle`] runs, as the operation's declaration says. A handler cannot forget any of it, and one whose
//! types are not as declared does not compile.

use std::fmt::Display;
use std::future::Future;

use lambda_http::{Request, RequestExt};
use tokio::time::Instant;

use super::body::ReadBody;
use super::function::same;
use super::guard;
use super::path::ReadPath;
use crate::app::App;
use crate::auth::access::Caller;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::operations::{Access, Body, Operation};
use crate::store::audit::{Action, Entry, Origin};

/// The code of one operation.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Its declaration.
    const OPERATION: &'static Operation;

    /// Who calls: [`Caller`] where a scope is needed, [`Anyone`] where none is.
    type Caller: Admit;
    /// What its path names; `()` for nothing.
    type Path: ReadPath;
    /// What its body is ([`super::body`]); `()` for none.
    type Body: ReadBody;

    /// Answers a request.
    fn handle(app: &App, call: Call<Self>) -> impl Future<Output = Result<Reply, Problem>> + Send;

    /// Compiles only if the types above are as declared.
    #[doc(hidden)]
    const AS_DECLARED: () = as_declared::<Self>();
}

/// A request as its handler is given it.
#[derive(Debug)]
pub struct Call<E: Endpoint> {
    /// Who calls.
    pub caller: E::Caller,
    /// What the path names.
    pub path: E::Path,
    /// What the body says.
    pub body: E::Body,
    /// The request itself, for its headers and its source.
    pub request: Request,
    /// When it began.
    pub began: Instant,
}

impl<E: Endpoint> Call<E> {
    /// A query parameter that may be left out.
    ///
    /// # Errors
    /// 422 when it stands more than once; 500 for one that the operation does not declare.
    pub fn query(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        if !E::OPERATION.query.contains(&name) {
            return Err(Problem::internal(format!("{} does not declare ?{name}", E::OPERATION.id)));
        }
        let parameters = self.request.query_string_parameters_ref();
        let Some(values) = parameters.and_then(|all| all.all(name)) else { return Ok(None) };
        match values.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(Problem::field(format!("?{name}"), "stands more than once in the query")),
        }
    }
}

impl<E: Endpoint> Call<E> {
    /// Where the request comes from, for the record of what it does.
    ///
    /// # Errors
    /// 500 when the event names no source or randomness fails.
    pub fn origin(&self, app: &App) -> Result<Origin, Problem> {
        const { assert!(E::OPERATION.audits, "only an audited operation makes records") }
        app.origin(&self.request)
    }
}

impl<E: Endpoint<Caller = Caller>> Call<E> {
    /// The record of what the caller does to `target` in their workspace.
    ///
    /// # Errors
    /// As [`Self::origin`].
    pub fn record(&self, app: &App, action: Action, target: impl Display) -> Result<Entry, Problem> {
        let Caller { workspace, subject, .. } = &self.caller;
        Ok(self.origin(app)?.record(workspace, subject, action, target))
    }
}

/// Whoever calls an operation that needs no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anyone;

/// How a caller is let in.
pub trait Admit: Sized + Send + Sync {
    /// Whether the guard decides.
    const IS_GUARDED: bool;

    /// Lets the caller in, or says why not.
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

/// Makes types of a request and hands them to its handler.
pub(super) async fn run<E: Endpoint>(app: &App, request: Request) -> Result<Reply, Problem> {
    let began = Instant::now();
    let caller = E::Caller::admit(app, &request, E::OPERATION).await?;
    let path = E::Path::read(&request)?;
    let body = E::Body::read(app, &request)?;
    E::handle(app, Call { caller, path, body, request, began }).await
}

const fn as_declared<E: Endpoint>() {
    let operation = E::OPERATION;
    let is_guarded = matches!(operation.access, Access::Scope(_));
    assert!(E::Caller::IS_GUARDED == is_guarded, "the caller is not as declared");
    let is_same = matches!(
        (operation.body, E::Body::KIND),
        (Body::None, Body::None) | (Body::Json, Body::Json) | (Body::Form, Body::Form)
    );
    assert!(is_same, "the body is not as declared");
    assert!(same(parameter(operation.path), E::Path::NAME), "the path is not as declared");
}

/// The first parameter of a path; empty when there is none.
const fn parameter(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let (mut start, mut place) = (0, 0);
    while place < bytes.len() {
        if bytes[place] == b'{' {
            start = place + 1;
        } else if bytes[place] == b'}' {
            return path.split_at(place).0.split_at(start).1;
        }
        place += 1;
    }
    ""
}
