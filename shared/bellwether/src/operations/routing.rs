//! Finds the operation of a path and a method, and writes paths for display.

use super::{OPERATIONS, Operation, REJECT_METHOD};

/// The first part of a path in AWS and in the local server.
const STAGE: &str = "/v1";

/// The target of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The name of the function.
    pub function: &'static str,
    /// The declared path, with parameters in braces.
    pub resource: &'static str,
}

/// Returns the route of a request, as API Gateway finds it. The path begins with the stage. None for an undeclared path;
/// [`REJECT_METHOD`] for an undeclared method of a declared path.
#[must_use]
pub fn route(method: &str, path: &str) -> Option<Route> {
    let (stage, rest) = staged(path);
    if stage.is_empty() {
        return None;
    }
    let mut declared = OPERATIONS.iter().filter(|operation| is_same(operation.path, rest)).peekable();
    let resource = declared.peek()?.path;
    let own = declared.find(|operation| operation.method == method);
    Some(Route { function: own.map_or(REJECT_METHOD, |operation| operation.function), resource })
}

/// Returns the path parameters of `resource` with their values in `path`.
pub fn parameters<'a>(
    resource: &'static str,
    path: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let named = |(declared, part): (&'static str, &'a str)| {
        Some((declared.strip_prefix('{')?.strip_suffix('}')?, part))
    };
    parts(resource).zip(parts(staged(path).1)).filter_map(named)
}

/// The methods of a path, with or without the stage. Empty for an undeclared path.
#[must_use]
pub fn allowed(path: &str) -> Vec<&'static str> {
    OPERATIONS
        .iter()
        .filter(|operation| is_same(operation.path, staged(path).1))
        .map(|operation| operation.method)
        .collect()
}

/// A path as a response may repeat it. A part that cannot be an id, such as a token in the wrong place, is
/// replaced by the parameter's name in the declared path. `/` for an undeclared path.
#[must_use]
pub fn shown(path: &str) -> String {
    let (stage, rest) = staged(path);
    let Some(operation) = OPERATIONS.iter().find(|operation| is_same(operation.path, rest)) else {
        return "/".to_owned();
    };
    let part = |(declared, part)| if is_id(part) { part } else { declared };
    let shown = parts(operation.path).zip(parts(rest)).map(part);
    shown.fold(stage.to_owned(), |shown, part| shown + "/" + part)
}

/// Splits a path into the stage, if present, and the rest.
fn staged(path: &str) -> (&'static str, &str) {
    match path.strip_prefix(STAGE) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => (STAGE, rest),
        _ => ("", path),
    }
}

/// The parts between a path's slashes. API Gateway treats `/login/` like `/login` and passes on the original
/// path, so trailing or repeated slashes are ignored.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// Whether a part can be the id of a resource. Tokens and secrets contain capital letters, ids do not.
fn is_id(part: &str) -> bool {
    let byte_fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=63).contains(&part.len()) && part.bytes().all(byte_fits)
}

/// Whether a path belongs to this operation.
#[must_use]
pub fn is_at(operation: &Operation, path: &str) -> bool {
    is_same(operation.path, staged(path).1)
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
    use crate::operations::{GET_TEST, LOGIN};

    #[test]
    fn a_path_has_its_declared_methods_with_or_without_the_stage() {
        assert_eq!(allowed("/tests"), ["POST", "GET"]);
        assert_eq!(allowed("/v1/tests/pricing"), ["GET", "PATCH"]);
        assert_eq!(allowed("/v1/tests/pricing/results"), ["GET"]);
        for unknown in ["/", "/v1", "/v1/", "/v1tests", "/tests/a/b", "/testsx", "/TESTS"] {
            assert!(allowed(unknown).is_empty(), "{unknown}");
        }
        assert!(is_at(&GET_TEST, "/v1/tests/pricing") && is_at(&GET_TEST, "/tests/pricing"));
        assert!(!is_at(&GET_TEST, "/v1/tests") && !is_at(&GET_TEST, "/v1/tests/pricing/results"));
    }

    #[test]
    fn a_request_is_routed_to_the_function_of_its_operation_or_to_reject_method() {
        let to = |method: &str, path: &str| route(method, path).map(|route| (route.function, route.resource));
        assert_eq!(to("GET", "/v1/tests/pricing"), Some(("get-test", "/tests/{test_id}")));
        assert_eq!(to("PATCH", "/v1/tests/pricing/"), Some(("update-test", "/tests/{test_id}")));
        assert_eq!(to("DELETE", "/v1/tests"), Some((REJECT_METHOD, "/tests")));
        for unknown in ["/", "/v1", "/tests", "/v1tests", "/v1/tests/a/b", "/v2/tests"] {
            assert_eq!(to("GET", unknown), None, "{unknown}");
        }
        let of = |path: &'static str| parameters("/tests/{test_id}/results", path).collect::<Vec<_>>();
        assert_eq!(of("/v1/tests/pricing/results"), [("test_id", "pricing")]);
    }

    #[test]
    fn a_trailing_or_repeated_slash_makes_no_other_path() {
        for path in ["/login/", "/v1/login/", "/v1//login", "//login//"] {
            assert_eq!(allowed(path), ["POST"], "{path}");
            assert!(is_at(&LOGIN, path), "{path}");
        }
        assert_eq!(allowed("/v1/tests/"), ["POST", "GET"]);
        assert_eq!(allowed("/v1/tests/pricing/"), ["GET", "PATCH"]);
        assert_eq!(shown("/v1/tests/pricing/results/"), "/v1/tests/pricing/results");
    }

    #[test]
    fn a_response_repeats_only_parts_of_a_path_that_can_be_ids() {
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
