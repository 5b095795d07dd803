//! Paths of requests.

/// Returns an id as one segment of a path: every byte other than letters, digits and `-` is escaped.
#[must_use]
pub fn segment(id: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    id.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_id_cannot_leave_its_segment() {
        assert_eq!(super::segment("pricing-page"), "pricing-page");
        assert_eq!(super::segment("../users?a"), "%2E%2E%2Fusers%3Fa");
    }
}
