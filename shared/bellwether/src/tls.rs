//! The certificates that the AWS clients trust: the built-in roots of Amazon Trust Services, or instead the
//! certificates in the PEM file that `AWS_CA_BUNDLE` names, as in the AWS CLI and SDKs.
//!
//! The system's roots are not read. There are about 140, and parsing them costs about as much as the rest of
//! a start. They would also be the only files outside the binary that a function needs.

use std::path::Path;

use aws_sdk_dynamodb::config::{RuntimeComponents, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::ConfigError;

/// Written by `build.rs`.
const AMAZON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/amazon-roots.pem"));

/// Creates a client that trusts the certificates in `bundle`, or Amazon's if there is none. It uses plain
/// HTTP for `http://` endpoints, and the proxy in `HTTPS_PROXY`.
///
/// # Errors
/// When the file cannot be read or contains anything except certificates.
pub fn client(bundle: Option<&Path>) -> Result<SharedHttpClient, ConfigError> {
    let pem = bundle.map(read).transpose()?;
    let roots = TrustStore::empty().with_pem_certificate(pem.as_deref().unwrap_or(AMAZON));
    let context = TlsContext::builder().with_trust_store(roots).build();
    let context = context.map_err(|_| refused("cannot be used"))?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    }))
}

/// Returns the file's content after checking each certificate, because the client panics at an invalid one.
fn read(bundle: &Path) -> Result<Vec<u8>, ConfigError> {
    let pem = std::fs::read(bundle).map_err(|_| refused("names a file that cannot be read"))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate.ok().and_then(|certificate| store.add(certificate).ok());
        added.ok_or_else(|| refused("names a file with a certificate that cannot be read"))?;
    }
    if store.is_empty() { Err(refused("names a file without a PEM certificate")) } else { Ok(pem) }
}

fn refused(problem: &'static str) -> ConfigError {
    ConfigError { name: "AWS_CA_BUNDLE", problem }
}

#[cfg(test)]
mod tests;
