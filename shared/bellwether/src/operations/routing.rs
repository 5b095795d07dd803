//! Finds the operation of a path and a method, and writes paths for display.

use super::{OPERATIONS, Operation};

/// The first part of a path in AWS and in the local server.
const STAGE: &str = "/v1";

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
