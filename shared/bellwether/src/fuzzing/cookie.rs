//! Any bytes as `Cookie` headers, one a line.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::{COOKIE, HeaderValue};
use secrecy::ExposeSecret;

use crate::http::browser::cookies::{ACCESS, REFRESH, read, write};

/// Cookies: it makes no difference whether they come on one line or on several, or beside what else;
/// what is read is a whole value that can be written and read back; and a second one of the same name
/// makes it unknown which is ours.
pub fn cookie(input: &[u8]) {
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').filter(|line| readable(line)).collect();
    for name in [ACCESS, REFRESH] {
        let found = value(&lines, name);
        assert_eq!(value(&[lines.join(&b"; "[..]).as_slice()], name), found, "as one line");
        let beside: Vec<&[u8]> = [&[&b"a=b"[..]], lines.as_slice(), &[b"c"]].concat();
        assert_eq!(value(&beside, name), found, "beside others");
        let own = write(name, found.as_deref().unwrap_or("own"), 60);
        let (own, _) = own.split_once("; Path=/; ").expect("what a browser must know");
        if let Some(found) = found {
            assert!(!found.is_empty() && !found.contains(';'));
            assert_eq!(value(&[own.as_bytes()], name).as_ref(), Some(&found), "written and read back");
            let twice: Vec<&[u8]> = [lines.as_slice(), &[own.as_bytes()]].concat();
            assert_eq!(value(&twice, name), None, "one of two");
        }
    }
}

/// Whether a line can be a header of text: others are not looked at.
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
