//! The two cookies of a browser's session (RFC 6265bis). The prefix `__Host-` makes browsers refuse
//! them unless they are Secure, for this host alone and for all of its paths.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::COOKIE;
use secrecy::SecretString;

/// Holds the access token.
pub const ACCESS: &str = "__Host-bellwether-access";
/// Holds the refresh token.
pub const REFRESH: &str = "__Host-bellwether-refresh";

/// The value of a cookie; None when it is not there, is empty or stands more than once: which of two
/// is ours cannot be response.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then(|| value.to_owned().into())
}

/// A cookie that lasts for `seconds`; 0 deletes it. Scripts cannot read it and no other site's page
/// can send it.
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
    fn a_cookie_is_found_among_others_and_not_if_it_stands_twice() {
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
