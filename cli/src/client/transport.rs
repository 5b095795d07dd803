//! Sends requests over HTTP.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request, StatusCode};
use ureq::tls::{RootCerts, TlsConfig};

use super::Lost;
use super::address::Address;
use crate::Failure;
use crate::text::printable;

/// Longer than the server's own budget for any request.
const TIMEOUT: Duration = Duration::from_secs(40);
const CONNECT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: u64 = 32 * 1024 * 1024;

/// Sends requests to one server.
pub struct Transport {
    agent: Agent,
    address: Address,
}

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// No body.
    None,
    /// A JSON document.
    Json(&'a Value),
    /// A form, already encoded.
    Form(&'a str),
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The wait that the server asks for.
    pub retry_after: Option<Duration>,
    /// The body, if it is JSON.
    pub body: Option<Value>,
}

impl Answer {
    /// Returns whether the request succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Transport {
    /// Creates the transport. TLS trusts what the system trusts. A request to this machine does not use a proxy, and a
    /// redirect is not followed, because it could send the token elsewhere.
    #[must_use]
    pub fn new(address: Address) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("bellwether/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if address.is_loopback() {
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), address }
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Sends a request once.
    ///
    /// # Errors
    /// When the connection fails, or the server's certificate is not trusted.
    pub fn send(&self, method: &str, path: &str, body: Body, token: Option<&str>) -> Result<Answer, Lost> {
        self.exchange(method, path, body, token).map_err(|error| {
            if is_distrust(&error) {
                return Lost::Caller(Failure::new(format!(
                    "the certificate of {} is not trusted ({}); check the address, or name the file with your own \
                     certificate authorities in SSL_CERT_FILE",
                    self.address,
                    printable(&error.to_string())
                )));
            }
            let advice = if self.address.is_loopback() {
                "start it with: bellwether serve"
            } else {
                "check the address and the network"
            };
            let error = printable(&error.to_string());
            Lost::Connection(format!("the server at {} does not answer ({error}); {advice}", self.address))
        })
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        body: Body,
        token: Option<&str>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (kind, content) = match body {
            Body::None => (None, Vec::new()),
            Body::Json(document) => (Some("application/json"), document.to_string().into_bytes()),
            Body::Form(form) => (Some("application/x-www-form-urlencoded"), form.as_bytes().to_vec()),
        };
        let mut answer = match kind {
            Some(kind) => self.agent.run(request.header("content-type", kind).body(content)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let (status, retry_after) = (answer.status(), retry_after(answer.headers()));
        let content = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec()?;
        Ok(Answer { status: status.as_u16(), retry_after, body: parsed(status, &content) })
    }
}

/// Returns whether the server's certificate is the problem. The same request cannot succeed later.
fn is_distrust(error: &ureq::Error) -> bool {
    let cause = match error {
        ureq::Error::Rustls(cause) => Some(cause),
        ureq::Error::Io(error) => error.get_ref().and_then(|cause| cause.downcast_ref()),
        _ => None,
    };
    matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}

fn parsed(status: StatusCode, content: &[u8]) -> Option<Value> {
    if status.is_redirection() { None } else { serde_json::from_slice(content).ok() }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get("retry-after")?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use rustls::CertificateError::UnknownIssuer;

    use super::is_distrust;

    #[test]
    fn a_certificate_that_is_not_trusted_is_not_a_broken_connection() {
        let unknown = rustls::Error::InvalidCertificate(UnknownIssuer);
        assert!(is_distrust(&ureq::Error::Io(Error::new(ErrorKind::InvalidData, unknown))));
        let broken = rustls::Error::HandshakeNotComplete;
        assert!(!is_distrust(&ureq::Error::Io(Error::new(ErrorKind::InvalidData, broken))));
        assert!(!is_distrust(&ureq::Error::Io(ErrorKind::ConnectionReset.into())));
    }
}
