//! A certificate authority with an intermediate, and a server's certificate for `localhost`.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::server::Scratch;

/// A root that is made for one run. Its private keys are never stored.
pub struct Authority {
    pub(super) server: Arc<ServerConfig>,
    folder: Scratch,
}

impl Authority {
    /// Makes the keys and the certificates, and writes the root.
    #[must_use]
    pub fn new() -> Self {
        let (root, intermediate) = (authority("Root"), authority("Intermediate"));
        let (root_key, intermediate_key, key) = (key(), key(), key());
        let own = root.self_signed(&root_key).expect("a certificate").pem();
        let root = Issuer::new(root, root_key);
        let signed = intermediate.signed_by(&intermediate_key, &root).expect("a certificate");
        let intermediate = Issuer::new(intermediate, intermediate_key);
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let leaf = leaf.signed_by(&key, &intermediate).expect("a certificate");
        let chain = vec![leaf.der().clone(), signed.der().clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let mut server = config.with_single_cert(chain, key.into()).expect("a certificate and its key");
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        let folder = Scratch::new();
        std::fs::create_dir_all(folder.path()).expect("a temporary folder");
        let authority = Self { server: Arc::new(server), folder };
        std::fs::write(authority.bundle(), own).expect("a file in a temporary folder");
        authority
    }

    /// The PEM file of the root.
    #[must_use]
    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no name");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_RSA_SHA256).expect("an RSA key of 2,048 bits")
}
