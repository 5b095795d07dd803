//! Compares a handler's types with the declaration of its operation. A handler that differs does not compile.

use super::admit::Admit;
use super::body::ReadBody;
use super::endpoint::Endpoint;
use super::path::ReadPath;
use crate::operations::{Access, BodyKind};

/// Panics during compilation unless the types of `E` are those of its operation's declaration.
pub(super) const fn as_declared<E: Endpoint>() {
    let operation = E::OPERATION;
    let is_guarded = matches!(operation.access, Access::Scope(_));
    assert!(E::Caller::IS_GUARDED == is_guarded, "the caller is not as declared");
    let is_same = matches!(
        (operation.body, E::Body::KIND),
        (BodyKind::None, BodyKind::None)
            | (BodyKind::Json, BodyKind::Json)
            | (BodyKind::Form, BodyKind::Form)
    );
    assert!(is_same, "the body is not as declared");
    assert!(same(parameter(operation.path), E::Path::NAME), "the path is not as declared");
}

/// The first parameter of a path. Empty when there is none.
const fn parameter(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let (mut start, mut place) = (0, 0);
    while place < bytes.len() {
        if bytes[place] == b'{' {
            start = place + 1;
        } else if bytes[place] == b'}' {
            return path.split_at(place).0.split_at(start).1;
        }
        place += 1;
    }
    ""
}

/// Whether two texts are equal.
pub(super) const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut place = 0;
    while place < one.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    true
}
