//! Handlers: the code of one operation, which gets its input as types.
//!
//! Before [`Endpoint::handle`] runs, the guard has admitted the caller, and the path and the body have been
//! parsed as declared for the operation. A handler cannot omit any of these steps, and a handler whose types
//! differ from the declaration does not compile.

use std::fmt::Display;
use std::future::Future;

use lambda_http::{Request, RequestExt};
use tokio::time::Instant;

use super::admit::Admit;
use super::body::ReadBody;
use super::path::ReadPath;
use crate::app::App;
use crate::auth::access::{Caller, Denial, Overreach, Scope};
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::net::source::Source;
use crate::operations::Operation;
use crate::store::audit::{Action, Entry, Provenance};

/// The code of one operation.
///
/// ```
/// use bellwether::App;
/// use bellwether::auth::access::Caller;
/// use bellwether::http::problem::Problem;
/// use bellwether::http::reply::Reply;
/// use bellwether::operations::{GET_TEST, Operation};
/// use bellwether::runtime::{Call, Endpoint, Function, Handled};
/// use domain::experiment::ExperimentId;
///
/// struct GetTest;
///
/// impl Endpoint for GetTest {
///     const OPERATION: &'static Operation = &GET_TEST;
///
///     type Caller = Caller;
///     type Path = ExperimentId;
///     type Body = ();
///
///     async fn handle(_: &App, call: Call<Self>) -> Result<Reply, Problem> {
///         Reply::ok(&call.path)
///     }
/// }
///
/// const FUNCTION: Function = Function::of(&[Handled::by::<GetTest>()]);
/// ```
///
/// The same with `type Caller = Anyone`, with another path or with a body does not compile, because
/// `GET_TEST` is declared with a scope, with a test in the path, and without a body:
///
/// ```compile_fail,E0080
/// # use bellwether::App;
/// # use bellwether::http::problem::Problem;
/// # use bellwether::http::reply::Reply;
/// # use bellwether::operations::{GET_TEST, Operation};
/// # use bellwether::runtime::{Anyone, Call, Endpoint, Function, Handled};
/// # use domain::experiment::ExperimentId;
/// # struct GetTest;
/// # impl Endpoint for GetTest {
/// #     const OPERATION: &'static Operation = &GET_TEST;
/// type Caller = Anyone;
/// #     type Path = ExperimentId;
/// #     type Body = ();
/// #     async fn handle(_: &App, call: Call<Self>) -> Result<Reply, Problem> {
/// #         Reply::ok(&call.path)
/// #     }
/// # }
/// # const FUNCTION: Function = Function::of(&[Handled::by::<GetTest>()]);
/// ```
///
/// ```compile_fail,E0080
/// # use bellwether::App;
/// # use bellwether::auth::access::Caller;
/// # use bellwether::http::problem::Problem;
/// # use bellwether::http::reply::Reply;
/// # use bellwether::operations::{GET_TEST, Operation};
/// # use bellwether::runtime::{Call, Endpoint, Function, Handled};
/// # struct GetTest;
/// # impl Endpoint for GetTest {
/// #     const OPERATION: &'static Operation = &GET_TEST;
/// #     type Caller = Caller;
/// type Path = ();
/// #     type Body = ();
/// #     async fn handle(_: &App, call: Call<Self>) -> Result<Reply, Problem> {
/// #         Reply::ok(&call.path)
/// #     }
/// # }
/// # const FUNCTION: Function = Function::of(&[Handled::by::<GetTest>()]);
/// ```
///
/// ```compile_fail,E0080
/// # use bellwether::App;
/// # use bellwether::auth::access::Caller;
/// # use bellwether::http::problem::Problem;
/// # use bellwether::http::reply::Reply;
/// # use bellwether::operations::{GET_TEST, Operation};
/// # use bellwether::runtime::body::Unscreened;
/// # use bellwether::runtime::{Call, Endpoint, Function, Handled};
/// # use domain::experiment::ExperimentId;
/// # struct GetTest;
/// # impl Endpoint for GetTest {
/// #     const OPERATION: &'static Operation = &GET_TEST;
/// #     type Caller = Caller;
/// #     type Path = ExperimentId;
/// type Body = Unscreened;
/// #     async fn handle(_: &App, call: Call<Self>) -> Result<Reply, Problem> {
/// #         Reply::ok(&call.path)
/// #     }
/// # }
/// # const FUNCTION: Function = Function::of(&[Handled::by::<GetTest>()]);
/// ```
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// The declaration of its operation.
    const OPERATION: &'static Operation;

    /// The caller: [`Caller`] if the operation requires a scope, otherwise [`super::Anyone`].
    type Caller: Admit;
    /// The type of the path parameter; `()` for none.
    type Path: ReadPath;
    /// The type of the body ([`super::body`]); `()` for none.
    type Body: ReadBody;

    /// Handles a request.
    fn handle(app: &App, call: Call<Self>) -> impl Future<Output = Result<Reply, Problem>> + Send;
}

/// A request with its parsed parts.
#[derive(Debug)]
pub struct Call<E: Endpoint> {
    /// The caller.
    pub caller: E::Caller,
    /// The path parameter.
    pub path: E::Path,
    /// The body.
    pub body: E::Body,
    /// The request, for its headers and its source. Its body was removed, so that a handler uses only
    /// [`Self::body`].
    pub request: Request,
    /// When it began.
    pub began: Instant,
}

impl<E: Endpoint> Call<E> {
    /// Returns the value of an optional query parameter.
    ///
    /// # Errors
    /// 422 when it is repeated. 500 when the operation does not declare it.
    pub fn query(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        if !E::OPERATION.query.contains(&name) {
            return Err(Problem::internal(format!("{} does not declare ?{name}", E::OPERATION.id)));
        }
        let parameters = self.request.query_string_parameters_ref();
        let Some(values) = parameters.and_then(|all| all.all(name)) else { return Ok(None) };
        match values.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(Problem::field(format!("?{name}"), "is repeated in the query")),
        }
    }
}

impl<E: Endpoint> Call<E> {
    /// Returns the origin of the request, for audit records.
    ///
    /// # Errors
    /// 500 when the event contains no source or randomness fails.
    pub fn origin(&self, app: &App) -> Result<Provenance, Problem> {
        const { assert!(E::OPERATION.audits, "only an audited operation makes records") }
        app.origin(&self.request)
    }
}

impl<E: Endpoint<Caller = Caller>> Call<E> {
    /// Refuses a caller without the further scope that the operation declares. Call it before anything is done.
    ///
    /// # Errors
    /// 403, which is recorded like a refusal by the guard.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if E::OPERATION.further != Some(scope) {
            return Err(Problem::internal(format!("{} does not declare this scope", E::OPERATION.id)));
        }
        if self.caller.scopes.contains(&scope) {
            return Ok(());
        }
        let (caller, source) = (self.caller.clone(), Source::of(&self.request)?);
        Err(Problem::Denied(Box::new(Overreach { caller, denial: Denial::Scope(scope), source })))
    }

    /// Creates the audit record of what the caller does to `target` in the workspace.
    ///
    /// # Errors
    /// Those of [`Self::origin`].
    pub fn record(&self, app: &App, action: Action, target: impl Display) -> Result<Entry, Problem> {
        let Caller { workspace, subject, .. } = &self.caller;
        Ok(self.origin(app)?.record(workspace, subject, action, target))
    }
}

/// Converts a request to types and passes them to its handler.
pub(super) async fn run<E: Endpoint>(app: &App, mut request: Request) -> Result<Reply, Problem> {
    let began = Instant::now();
    let caller = E::Caller::admit(app, &request, E::OPERATION).await?;
    let path = E::Path::read(&request)?;
    let body = E::Body::read(app, &request)?;
    *request.body_mut() = lambda_http::Body::Empty;
    E::handle(app, Call { caller, path, body, request, began }).await
}
