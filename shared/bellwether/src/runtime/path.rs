//! Conversion of a path to a typed parameter. An invalid name gets 404, like the name of a missing resource.

use lambda_http::{Request, RequestExt};

use crate::auth::clients::ClientId;
use crate::auth::users::UserId;
use crate::http::problem::Problem;
use domain::experiment::ExperimentId;
use domain::privacy::PrivacyRequestId;

/// The type of a path parameter.
pub trait ReadPath: Sized + Send + Sync {
    /// The parameter's name. Empty for none.
    const NAME: &'static str;

    /// Parses the parameter.
    ///
    /// # Errors
    /// 404 for an invalid name.
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

impl ReadPath for PrivacyRequestId {
    const NAME: &'static str = "request_id";

    fn read(request: &Request) -> Result<Self, Problem> {
        Self::parse(named(request, Self::NAME)).map_err(|_| Problem::NotFound)
    }
}

fn named<'a>(request: &'a Request, parameter: &str) -> &'a str {
    request.path_parameters_ref().and_then(|all| all.first(parameter)).unwrap_or_default()
}
