//! JSON pointers (RFC 6901).

/// Returns the pointer through `parts`.
pub fn pointer(parts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    parts.into_iter().fold(String::new(), |path, part| path + "/" + &escape(part.as_ref()))
}

/// Escapes one part of a JSON pointer (RFC 6901 section 3).
#[must_use]
pub fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}
