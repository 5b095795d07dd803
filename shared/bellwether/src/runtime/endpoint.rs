//! What a handler is: the code of one operation, which is given everything as types.
//!
//! The guard has let the caller in, the path has been read, and the body has been parsed before
//! [`Endpoint::handle`] runs, as the operation's declaration says. A handler cannot forget any of it, and one whose
//! types are not as declared does not compile.

use std::fmt::Display;
use std::future::Future;

use lambda_http::{Request, RequestExt};
use tokio::time::Instant;

use super::admit::Admit;
use super::body::ReadBody;
use super::path::ReadPath;
use crate::app::App;
use crate::auth::access::Caller;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
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
/// The same with `type Caller = Anyone`, with another path or with a body does not compile, since `GET_TEST` is
/// declared to need a scope, to name a test, and to have no body:
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
    /// Its declaration.
    const OPERATION: &'static Operation;

    /// Who calls: [`Caller`] where a scope is needed, [`super::Anyone`] where none is.
    type Caller: Admit;
    /// What its path names; `()` for nothing.
    type Path: ReadPath;
    /// What its body is ([`super::body`]); `()` for none.
    type Body: ReadBody;

    /// Answers a request.
    fn handle(app: &App, call: Call<Self>) -> impl Future<Output = Result<Reply, Problem>> + Send;
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
    /// The request itself, for its headers and its source. Its body has been taken out: what is in [`Self::body`] is
    /// all that a handler is told of it.
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
    pub fn origin(&self, app: &App) -> Result<Provenance, Problem> {
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

/// Makes types of a request and hands them to its handler.
pub(super) async fn run<E: Endpoint>(app: &App, mut request: Request) -> Result<Reply, Problem> {
    let began = Instant::now();
    let caller = E::Caller::admit(app, &request, E::OPERATION).await?;
    let path = E::Path::read(&request)?;
    let body = E::Body::read(app, &request)?;
    *request.body_mut() = lambda_http::Body::Empty;
    E::handle(app, Call { caller, path, body, request, began }).await
}
