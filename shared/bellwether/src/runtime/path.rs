//! From a path to what it names. A name that nothing can have is that of something that does not exist: 404.

use lambda_http::{Request, RequestExt};

use crate::auth::clients::ClientId;
use crate::auth::users::UserId;
use crate::http::problem::Problem;
use domain::experiment::ExperimentId;

/// What a path names.
pub trait ReadPath: Sized + Send + Sync {
    /// Its parameter's name; empty when it has none.
    const NAME: &'static str;

    /// Reads it.
    ///
    /// # Errors
    /// 404.
    fn read(request: &Request) -> Result<Self, Problem>;
}

impl ReadPath for () {
    const NAME: &'static str = "";

    fn read(_: &Request) -> Result<Self, Problem> {
        Ok(())
    }
}

impl ReadPath for ExperimentId {
    const NAME: &'static str = "test_id";

    fn read(request: &Request) -> Result<Self, Problem> {
        Self::parse(named(request, Self::NAME)).map_err(|_| Problem::NotFound)
    }
}

impl ReadPath for UserId {
    const NAME: &'static str = "user_id";

    fn read(request: &Request) -> Result<Self, Problem> {
        Self::parse(named(request, Self::NAME)).map_err(|_| Problem::NotFound)
    }
}

impl ReadPath for ClientId {
    const NAME: &'static str = "client_id";

    fn read(request: &Request) -> Result<Self, Problem> {
        Self::parse(named(request, Self::NAME)).map_err(|_| Problem::NotFound)
    }
}

fn named<'a>(request: &'a Request, parameter: &str) -> &'a str {
    request.path_parameters_ref().and_then(|all| all.first(parameter)).unwrap_or_default()
}
