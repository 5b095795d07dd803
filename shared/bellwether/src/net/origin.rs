//! The origins whose pages may use cookies: a fixed list, and none without a custom domain.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::ORIGIN;
use url::Url;

/// An origin as browsers write it (RFC 6454 section 6.1): `https`, a host, and a port unless it is 443.
/// `http` is allowed only for pages on the developer's own computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// Hosts whose pages come from the computer that the browser runs on.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Origin {
    /// Parses an origin.
    ///
    /// # Errors
    /// When it is not an origin: `*`, `null`, or one with a path or in another spelling than browsers use.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let limits = "must be origins as browsers send them: https://app.example.com, with no path, no '*' \
                      and lower-case names (http for localhost alone)";
        let url = Url::parse(text).map_err(|_| limits)?;
        let host = url.host_str().unwrap_or_default();
        let may = url.scheme() == "https" || (url.scheme() == "http" && LOOPBACK.contains(&host));
        let exact = url.origin().ascii_serialization() == text && !host.contains('*');
        if may && exact { Ok(Self(text.to_owned())) } else { Err(limits) }
    }

    /// Parses a comma-separated list. An empty text contains no origin.
    ///
    /// # Errors
    /// Those of [`Self::parse`], for the first that is not an origin.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, &'static str> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        text.split(',').map(|part| Self::parse(part.trim())).collect()
    }

    /// The origin in a request's headers. None when there is none, several, or an invalid one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut named = headers.get_all(ORIGIN).iter();
        let (first, second) = (named.next()?, named.next());
        let origin = Self::parse(first.to_str().ok()?).ok()?;
        second.is_none().then_some(origin)
    }

    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A host name: at most 253 of lower-case letters, digits, `-` and `.`, with a dot inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Parses a host name.
    ///
    /// # Errors
    /// When it is not a host name. The message contains the rules.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let fits = |label: &str| {
            let byte_fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            (1..=63).contains(&label.len()) && label.bytes().all(byte_fits)
        };
        if text.len() <= 253 && text.contains('.') && text.split('.').all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be a host name in lower case, as in api.example.com, without scheme and path")
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The settings for browsers. They exist only with a custom domain, because cookies under API Gateway's own
/// domain would be set for a name that its owner does not control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// The API's own domain.
    pub domain: Domain,
    /// The origins whose pages may call with cookies.
    pub origins: Vec<Origin>,
}

impl Browser {
    /// Whether pages of `origin` may call with cookies and read responses.
    #[must_use]
    pub fn allows(&self, origin: &Origin) -> bool {
        self.origins.contains(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_origins_in_a_request_count_as_none() {
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, "https://app.example.com".parse().unwrap());
        assert_eq!(Origin::of(&headers).unwrap().as_str(), "https://app.example.com");
        headers.append(ORIGIN, "https://app.example.com".parse().unwrap());
        assert_eq!(Origin::of(&headers), None);
    }

    #[test]
    fn an_origin_must_be_spelled_as_browsers_send_it() {
        for good in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "https://xn--mller-kva.de",
            "https://[2001:db8::1]",
            "http://localhost",
            "http://localhost:3000",
            "http://127.0.0.1:5173",
            "http://[::1]:5173",
        ] {
            assert_eq!(Origin::parse(good).map(|origin| origin.0), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "*",
            "null",
            "https://*",
            "https://*.example.com",
            "http://app.example.com",
            "http://localhost.evil.example",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://app.example.com?",
            "https://app.example.com#",
            "https://ada@app.example.com",
            "https://APP.example.com",
            "https://app.example.com:443",
            "https://müller.de",
            "https://app.example.com\r\n",
            " https://app.example.com",
            "app.example.com",
            "file:///etc/passwd",
            "data:text/html,x",
            "https://",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_list_with_one_invalid_origin_is_refused() {
        let list = Origin::parse_list("https://a.example, https://b.example").unwrap();
        assert_eq!(
            list.iter().map(Origin::as_str).collect::<Vec<_>>(),
            ["https://a.example", "https://b.example"]
        );
        assert_eq!(Origin::parse_list(""), Ok(Vec::new()));
        for bad in [",", "https://a.example,", "https://a.example,*", " "] {
            assert!(Origin::parse_list(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_domain_is_a_host_name_without_scheme_or_path() {
        assert!(Domain::parse("api.example.com").is_ok());
        let long = "a.".repeat(127);
        for bad in
            ["", "localhost", "https://api.example.com", "api.example.com/", "API.example.com", "a..b", &long]
        {
            assert!(Domain::parse(bad).is_err(), "{bad:?}");
        }
    }
}
