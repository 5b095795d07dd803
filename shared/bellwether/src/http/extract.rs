//! From a request to types: the body, the path, the query. Whatever does not parse is refused here.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Request, RequestExt};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use super::routes::Route;
use crate::auth::clients::ClientId;
use crate::auth::users::UserId;
use crate::json;
use domain::experiment::ExperimentId;
use domain::validation::{Invalid, typed};

/// Largest body: the most that WAF can inspect.
pub const BODY_BYTES: usize = 64 * 1024;

/// The body as a JSON object.
///
/// # Errors
/// 413, 415, 400 or 422 for a body that is too large, not declared as JSON, no JSON, or no object.
pub fn object(request: &Request) -> Result<Value, Problem> {
    let body: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if body.len() > BODY_BYTES {
        return Err(Problem::TooLarge);
    }
    let declared = request.headers().get(CONTENT_TYPE);
    if declared.is_some_and(|value| !value.to_str().is_ok_and(is_json)) {
        return Err(Problem::NotJson);
    }
    match json::parse(body)? {
        object @ Value::Object(_) => Ok(object),
        _ => Err(Problem::Malformed("The body must be a JSON object.".to_owned())),
    }
}

/// The body as `T`.
///
/// # Errors
/// As [`object`]; 422 for the first field of a wrong type or an unknown name.
pub fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    Ok(typed(object(request)?)?)
}

/// The test named in the path. A name that no test can have is a test that does not exist.
///
/// # Errors
/// 404.
pub fn test_id(request: &Request) -> Result<ExperimentId, Problem> {
    ExperimentId::parse(named(request, "test_id")).map_err(|_| Problem::NotFound)
}

/// The person named in the path; as with a test, a name that nobody can have is nobody's.
///
/// # Errors
/// 404.
pub fn user_id(request: &Request) -> Result<UserId, Problem> {
    UserId::parse(named(request, "user_id")).map_err(|_| Problem::NotFound)
}

/// The client named in the path; as with a test, a name that none can have is none's.
///
/// # Errors
/// 404.
pub fn client_id(request: &Request) -> Result<ClientId, Problem> {
    ClientId::parse(named(request, "client_id")).map_err(|_| Problem::NotFound)
}

fn named<'a>(request: &'a Request, parameter: &str) -> &'a str {
    request.path_parameters_ref().and_then(|all| all.first(parameter)).unwrap_or_default()
}

/// A query parameter that may be left out.
///
/// # Errors
/// 422 when it stands more than once.
pub fn query<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>, Problem> {
    let Some(values) = request.query_string_parameters_ref().and_then(|all| all.all(name)) else {
        return Ok(None);
    };
    match values.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(Problem::field(format!("?{name}"), "stands more than once in the query")),
    }
}

/// Names, without case and punctuation, under which secrets are sent.
const SECRETS: [&str; 14] = [
    "accesstoken",
    "apikey",
    "assertion",
    "authorization",
    "bearer",
    "bearertoken",
    "clientassertion",
    "clientsecret",
    "idtoken",
    "jwt",
    "password",
    "refreshtoken",
    "secret",
    "token",
];

/// Refuses a request with a secret in its query, which proxies and browsers log and pass on (RFC 6750
/// section 2.3, RFC 9700 section 4.3.2).
///
/// # Errors
/// 400, whatever else the request has.
pub fn no_secret_in_query(request: &Request) -> Result<(), Problem> {
    let parameters = request.query_string_parameters_ref().into_iter().flat_map(|all| all.iter());
    let plain = |name: &str| {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).collect::<String>()
    };
    for (name, _) in parameters {
        if SECRETS.contains(&plain(name).as_str()) {
            return Err(Problem::SecretInQuery);
        }
    }
    Ok(())
}

/// Refuses query parameters that the route does not declare: whoever misspells one is told, and not answered as if
/// nothing had been asked.
///
/// # Errors
/// 400, with the name of each.
pub fn only_known_parameters(request: &Request, route: Option<&Route>) -> Result<(), Problem> {
    let Some(route) = route else { return Ok(()) };
    let parameters = request.query_string_parameters_ref().into_iter().flat_map(|all| all.iter());
    let unknown: BTreeSet<&str> =
        parameters.map(|(name, _)| name).filter(|name| !route.query.contains(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let known = if route.query.is_empty() {
        "this operation has none".to_owned()
    } else {
        format!("this operation has {}", route.query.join(", "))
    };
    let detail = format!("is not a query parameter here: {known}");
    let named = |name: &str| Invalid::new(format!("?{}", repeatable(name)), detail.clone());
    Err(Problem::UnknownParameter(unknown.into_iter().take(NAMED).map(named).collect()))
}

/// The most unknown parameters that an answer names.
const NAMED: usize = 10;

/// A parameter's name as an answer may repeat it. What could be a secret in the wrong place, or is no plain name, is
/// shortened to its plain beginning.
fn repeatable(name: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    let end = name.find(|c| !plain(c)).unwrap_or(name.len()).min(24);
    if end == name.len() { name } else { &name[..end.min(8)] }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
