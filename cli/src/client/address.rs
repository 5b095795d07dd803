//! The address of a server.

use std::fmt;

use url::{Host, Url};

use crate::Failure;

/// The stage, which is the path of an address that has none.
const STAGE: &str = "/v1";

/// The address of a server with its stage, without a slash at the end. It is `https`, except on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// When it is not a URL, or would send tokens over a network without TLS.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| {
            let text = crate::text::printable(text);
            Failure::usage(format!("the server {text:?} {what}; an example is https://api.example.com/v1"))
        };
        let mut url = Url::parse(text).map_err(|error| wrong(&format!("cannot be read ({error})")))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(wrong(
                    "would get the tokens without encryption: outside this machine, use https",
                ));
            }
            _ => return Err(wrong("must begin with https://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::usage(
                "the address of a server must not contain a password; sign in with: bellwether login",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must end with the path"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(if path.is_empty() { STAGE } else { &path });
        Ok(Self(url))
    }

    /// Returns whether the server is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_gets_the_stage_unless_it_has_a_path() {
        for (text, address) in [
            ("http://localhost:9000", "http://localhost:9000/v1"),
            ("http://[::1]:9000/v1/", "http://[::1]:9000/v1"),
            ("https://API.example.com", "https://api.example.com/v1"),
            (
                "https://a.execute-api.eu-central-1.amazonaws.com/v1",
                "https://a.execute-api.eu-central-1.amazonaws.com/v1",
            ),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), address);
        }
    }

    #[test]
    fn an_address_without_tls_is_rejected_unless_it_is_loopback() {
        for text in [
            "http://api.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
        ] {
            assert!(Address::parse(text).unwrap_err().to_string().contains("use https"), "{text}");
        }
        for text in [
            "localhost:9000",
            "ftp://localhost",
            "https://user:secret@example.com",
            "https://example.com/v1?a=b",
            "",
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
