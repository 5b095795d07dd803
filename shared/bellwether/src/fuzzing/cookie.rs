//! Arbitrary bytes as `Cookie` headers, one on each line.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::{COOKIE, HeaderValue};
use secrecy::ExposeSecret;

use crate::http::browser::cookies::{ACCESS, REFRESH, read, write};

/// Cookies. The result does not depend on whether they are in one header or several, or on other cookies. A
/// value that was read is complete and can be written and read back. With two cookies of the same name, none
/// is read.
pub fn cookie(input: &[u8]) {
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').filter(|line| readable(line)).collect();
    for name in [ACCESS, REFRESH] {
        let found = value(&lines, name);
        assert_eq!(value(&[lines.join(&b"; "[..]).as_slice()], name), found, "in one header");
        let beside: Vec<&[u8]> = [&[&b"a=b"[..]], lines.as_slice(), &[b"c"]].concat();
        assert_eq!(value(&beside, name), found, "with other cookies");
        let own = write(name, found.as_deref().unwrap_or("own"), 60);
        let (own, _) = own.split_once("; Path=/; ").expect("attributes of the cookie");
        if let Some(found) = found {
            assert!(!found.is_empty() && !found.contains(';'));
            assert_eq!(value(&[own.as_bytes()], name).as_ref(), Some(&found), "written and read back");
            let twice: Vec<&[u8]> = [lines.as_slice(), &[own.as_bytes()]].concat();
            assert_eq!(value(&twice, name), None, "two cookies of the same name");
        }
    }
}

/// Whether a line can be a text header. Other lines are not checked.
fn readable(line: &[u8]) -> bool {
    HeaderValue::from_bytes(line).is_ok_and(|line| line.to_str().is_ok())
}

fn value(lines: &[&[u8]], name: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(COOKIE, HeaderValue::from_bytes(line).expect("a readable line"));
    }
    read(&headers, name).map(|value| value.expose_secret().to_owned())
}
