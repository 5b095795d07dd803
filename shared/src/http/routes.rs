//! Every route there is. The OpenAPI document, the local server's routes and the sample events are
//! held to this table by a test; `reject-method` answers from it.

/// A method of a path and the function that answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path below the stage, with parameters in braces.
    pub path: &'static str,
    /// The function's name.
    pub function: &'static str,
}

/// Methods that are answered by `reject-method` where no function claims them. HEAD and OPTIONS are
/// among them: no page is served here.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The routes.
pub const ROUTES: [Route; 11] = [
    route("POST", "/login", "login"),
    route("POST", "/oauth/token", "issue-token"),
    route("POST", "/oauth/revoke", "revoke-token"),
    route("POST", "/users", "create-user"),
    route("POST", "/tests", "create-test"),
    route("GET", "/tests", "list-tests"),
    route("GET", "/tests/{test_id}", "get-test"),
    route("PATCH", "/tests/{test_id}", "update-test"),
    route("POST", "/tests/{test_id}/assignments", "assign-variant"),
    route("POST", "/tests/{test_id}/conversions", "record-conversion"),
    route("GET", "/tests/{test_id}/results", "get-results"),
];

/// Functions that no route leads to: they are invoked under IAM.
pub const ON_EVENTS: [&str; 1] = ["summarize-tests"];

const fn route(method: &'static str, path: &'static str, function: &'static str) -> Route {
    Route { method, path, function }
}

/// The methods of a path as it was called, with or without the stage before it; empty for a path
/// that is not declared.
#[must_use]
pub fn allowed(path: &str) -> Vec<&'static str> {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    let same = |declared: &str| {
        let (mut a, mut b) = (declared.split('/'), path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || (a.starts_with('{') && !b.is_empty()) => {}
                _ => return false,
            }
        }
    };
    ROUTES.iter().filter(|route| same(route.path)).map(|route| route.method).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_allows_what_is_declared_with_or_without_the_stage() {
        assert_eq!(allowed("/tests"), ["POST", "GET"]);
        assert_eq!(allowed("/v1/tests/pricing"), ["GET", "PATCH"]);
        assert_eq!(allowed("/v1/tests/pricing/results"), ["GET"]);
        for unknown in ["/", "/v1", "/tests/", "/tests/a/b", "/testsx"] {
            assert!(allowed(unknown).is_empty(), "{unknown}");
        }
    }
}
