//! The two cookies of a browser session (RFC 6265bis). The prefix `__Host-` makes browsers refuse them unless
//! they are Secure, valid for this host only and for all of its paths.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::COOKIE;
use secrecy::SecretString;

/// The cookie with the access token.
pub const ACCESS: &str = "__Host-bellwether-access";
/// The cookie with the refresh token.
pub const REFRESH: &str = "__Host-bellwether-refresh";

/// Returns the value of a cookie. None when it is missing, empty, or occurs more than once, because the
/// genuine one cannot be determined.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then(|| value.to_owned().into())
}

/// Writes a cookie that is valid for `seconds`; 0 deletes it. Scripts cannot read it, and pages of other
/// sites cannot send it.
#[must_use]
pub fn write(name: &str, value: &str, seconds: i64) -> String {
    format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn cookie(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        read(&headers, ACCESS).map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn a_cookie_is_found_among_others_and_refused_if_repeated() {
        assert_eq!(cookie(&["a=1; __Host-bellwether-access=x.y.z; b"]).as_deref(), Some("x.y.z"));
        assert_eq!(cookie(&["a=1", "__Host-bellwether-access=x=y"]).as_deref(), Some("x=y"));
        for lines in [
            &["__Host-bellwether-access=1; __Host-bellwether-access=2"][..],
            &["__Host-bellwether-access=1", "__Host-bellwether-access=1"],
            &["__Host-bellwether-access="],
            &["__host-bellwether-access=1"],
            &["x__Host-bellwether-access=1"],
            &["__Host-bellwether-access"],
            &[],
        ] {
            assert_eq!(cookie(lines), None, "{lines:?}");
        }
    }
}
