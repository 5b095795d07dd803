//! Checks of the query: it must contain no secret and only declared parameters.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use lambda_http::{Request, RequestExt};

use crate::http::problem::Problem;
use crate::operations::Operation;
use domain::validation::Invalid;

/// Names of secrets, without case and punctuation.
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

/// Refuses a request with a secret in its query, because proxies and browsers log and pass on queries (RFC
/// 6750 section 2.3, RFC 9700 section 4.3.2).
///
/// # Errors
/// 400, even if the request is valid otherwise.
pub(super) fn no_secret(request: &Request) -> Result<(), Problem> {
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

/// Refuses query parameters that the operation does not declare. Otherwise, a caller who misspells one would
/// get the response to another request.
///
/// # Errors
/// 400, with the name of each.
pub(super) fn only_declared(request: &Request, operation: &Operation) -> Result<(), Problem> {
    let parameters = request.query_string_parameters_ref().into_iter().flat_map(|all| all.iter());
    let unknown: BTreeSet<&str> =
        parameters.map(|(name, _)| name).filter(|name| !operation.query.contains(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let known = if operation.query.is_empty() {
        "this operation has none".to_owned()
    } else {
        format!("this operation has {}", operation.query.join(", "))
    };
    let detail = format!("is not a query parameter here: {known}");
    let named = |name: &str| Invalid::new(format!("?{}", repeatable(name)), detail.clone());
    Err(Problem::UnknownParameter(unknown.into_iter().take(NAMED).map(named).collect()))
}

/// The maximum number of unknown parameters that a response names.
const NAMED: usize = 10;

/// A parameter's name as a response may repeat it. A name that could be a secret or contains special
/// characters is cut to its plain beginning.
fn repeatable(name: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    let end = name.find(|c| !plain(c)).unwrap_or(name.len()).min(24);
    if end == name.len() { name } else { &name[..end.min(8)] }
}
