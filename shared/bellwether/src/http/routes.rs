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
    /// The query parameters that it takes; any other is refused.
    pub query: &'static [&'static str],
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Methods that are answered by `reject-method` where no function claims them. HEAD and OPTIONS are
/// among them: no page is served here.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The routes.
pub const ROUTES: [Route; 19] = [
    route("POST", "/login", "login"),
    route("POST", "/oauth/token", "issue-token"),
    route("POST", "/oauth/revoke", "revoke-token"),
    route("GET", "/users", "list-users").with_query(&["limit", "next"]),
    route("GET", "/.well-known/jwks.json", "publish-keys"),
    route("GET", "/.well-known/oauth-authorization-server", "publish-keys"),
    route("POST", "/users", "create-user"),
    route("PATCH", "/users/{user_id}", "update-user"),
    route("GET", "/clients", "list-clients").with_query(&["limit", "next"]),
    route("POST", "/clients", "create-client"),
    route("PATCH", "/clients/{client_id}", "update-client"),
    route("POST", "/tests", "create-test"),
    route("GET", "/tests", "list-tests").with_query(&["limit", "next", "status"]),
    route("GET", "/tests/{test_id}", "get-test"),
    route("PATCH", "/tests/{test_id}", "update-test"),
    route("POST", "/tests/{test_id}/assignments", "assign-variant"),
    route("POST", "/tests/{test_id}/conversions", "record-conversion"),
    route("GET", "/tests/{test_id}/results", "get-results").with_query(&["fresh", "phase"]),
    route("GET", "/metrics", "export-metrics"),
];

/// Functions that no route leads to: they are invoked under IAM.
pub const ON_EVENTS: [&str; 2] = ["rotate-keys", "summarize-tests"];

const fn route(method: &'static str, path: &'static str, function: &'static str) -> Route {
    Route { method, path, function, query: &[] }
}

impl Route {
    const fn with_query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }
}

/// What stands before a path in AWS and in the local server.
const STAGE: &str = "/v1";

/// The methods of a path as it was called, with or without the stage before it; empty for a path
/// that is not declared.
#[must_use]
pub fn allowed(path: &str) -> Vec<&'static str> {
    ROUTES.iter().filter(|route| is_same(route.path, staged(path).1)).map(|route| route.method).collect()
}

/// A path as an answer may repeat it: a part that no id can be, such as a token in the wrong place,
/// is shown by its name in the declared path. `/` for a path that is not declared.
#[must_use]
pub fn shown(path: &str) -> String {
    let (stage, rest) = staged(path);
    let Some(route) = ROUTES.iter().find(|route| is_same(route.path, rest)) else { return "/".to_owned() };
    let part = |(declared, part)| if is_id(part) { part } else { declared };
    let shown = parts(route.path).zip(parts(rest)).map(part);
    shown.fold(stage.to_owned(), |shown, part| shown + "/" + part)
}

/// The stage, if it stands before the path, and what follows it.
fn staged(path: &str) -> (&'static str, &str) {
    match path.strip_prefix(STAGE) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => (STAGE, rest),
        _ => ("", path),
    }
}

/// What stands between a path's slashes. API Gateway takes `/login/` for `/login` and hands on what was
/// called, so a slash at the end or twice makes no other path.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// Whether it could be the id of anything here. Tokens and secrets have capital letters.
fn is_id(part: &str) -> bool {
    let byte_fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=63).contains(&part.len()) && part.bytes().all(byte_fits)
}

/// The route that `function` answers a path by: what it is called where the names in the path are
/// nobody's business.
#[must_use]
pub fn of(function: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.function == function && is_same(route.path, staged(path).1))
}

fn is_same(declared: &str, path: &str) -> bool {
    let (mut a, mut b) = (parts(declared), parts(path));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || a.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_allows_what_is_declared_with_or_without_the_stage() {
        assert_eq!(allowed("/tests"), ["POST", "GET"]);
        assert_eq!(allowed("/v1/tests/pricing"), ["GET", "PATCH"]);
        assert_eq!(allowed("/v1/tests/pricing/results"), ["GET"]);
        for unknown in ["/", "/v1", "/v1/", "/v1tests", "/tests/a/b", "/testsx", "/TESTS"] {
            assert!(allowed(unknown).is_empty(), "{unknown}");
        }
        assert_eq!(of("get-test", "/v1/tests/pricing").map(|route| route.path), Some("/tests/{test_id}"));
        assert_eq!(of("get-test", "/v1/tests"), None);
    }

    #[test]
    fn a_slash_at_the_end_or_twice_makes_no_other_path() {
        for path in ["/login/", "/v1/login/", "/v1//login", "//login//"] {
            assert_eq!(allowed(path), ["POST"], "{path}");
            assert_eq!(of("login", path).map(|route| route.path), Some("/login"), "{path}");
        }
        assert_eq!(allowed("/v1/tests/"), ["POST", "GET"]);
        assert_eq!(allowed("/v1/tests/pricing/"), ["GET", "PATCH"]);
        assert_eq!(shown("/v1/tests/pricing/results/"), "/v1/tests/pricing/results");
    }

    #[test]
    fn an_answer_repeats_of_a_path_only_what_an_id_could_be() {
        assert_eq!(shown("/v1/tests/pricing/results"), "/v1/tests/pricing/results");
        assert_eq!(shown("/tests"), "/tests");
        for odd in
            ["eyJhbGciOiJFZERTQSJ9.e30.c2ln", "a%0D%0Ab", "%E2%80%AE", "correct%20horse", &"a".repeat(64)]
        {
            assert_eq!(shown(&format!("/v1/tests/{odd}/results")), "/v1/tests/{test_id}/results");
            assert_eq!(shown(&format!("/v1/{odd}")), "/");
        }
    }
}
