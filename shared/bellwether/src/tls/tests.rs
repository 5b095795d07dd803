//! Tests against a TLS server on loopback, whose certificate is signed by a root that the test creates.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::{Client, Config};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// A root as PEM, and a server's certificate and key that it has signed.
struct Authority {
    root: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn authority(name: &str) -> Authority {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.distinguished_name.push(DnType::CommonName, name);
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = root.self_signed(&root_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    Authority { root: pem, certificate: certificate.der().clone(), key: key.into() }
}

/// A temporary file that is removed when dropped.
struct File(PathBuf);

impl File {
    fn of(content: &str) -> Self {
        let name = u64::from_ne_bytes(crate::random::bytes().unwrap());
        let path = std::env::temp_dir().join(format!("bellwether-tls-{name:016x}.pem"));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Responds to one request like `ListTables` of DynamoDB. Returns its address.
fn serve(tls: Option<Authority>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let config = tls.map(|Authority { certificate, key, .. }| {
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(builder.with_single_cert(vec![certificate], key).unwrap())
    });
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            match &config {
                Some(config) => {
                    let connection = ServerConnection::new(config.clone()).unwrap();
                    answer(StreamOwned::new(connection, stream));
                }
                None => answer::<TcpStream>(stream),
            }
        }
    });
    format!("{scheme}://localhost:{port}")
}

fn answer<S: Read + Write>(mut stream: S) {
    let mut request = [0; 8_192];
    if stream.read(&mut request).is_ok_and(|length| length > 0) {
        let body = r#"{"TableNames":[]}"#;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close";
        let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let _ = stream.flush();
    }
}

/// Calls `endpoint`. Returns the whole chain of causes on failure.
async fn call(endpoint: &str, bundle: Option<&File>) -> Result<(), String> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .http_client(client(bundle.map(|file| file.0.as_path())).unwrap())
        .build();
    let answer = Client::from_conf(config).list_tables().send().await;
    answer.map(|_| ()).map_err(|error| DisplayErrorContext(error).to_string())
}

#[tokio::test]
async fn a_server_is_trusted_only_if_a_trusted_root_has_signed_its_certificate() {
    let (own, other) = (authority("own"), authority("other"));
    let (own_root, other_root) = (File::of(&own.root), File::of(&other.root));
    let both = File::of(&format!("{}{}", other.root, own.root));
    let endpoint = serve(Some(own));
    for bundle in [None, Some(&other_root)] {
        let refused = call(&endpoint, bundle).await.unwrap_err();
        assert!(refused.contains("UnknownIssuer"), "{refused}");
    }
    for bundle in [&own_root, &both] {
        assert_eq!(call(&endpoint, Some(bundle)).await, Ok(()));
    }
    let elsewhere = endpoint.replace("localhost", "127.0.0.1");
    let refused = call(&elsewhere, Some(&own_root)).await.unwrap_err();
    assert!(refused.contains("NotValidForName"), "{refused}");
}

#[tokio::test]
async fn an_endpoint_of_the_emulated_cloud_is_called_over_plain_http() {
    assert_eq!(call(&serve(None), None).await, Ok(()));
}

#[test]
fn all_five_of_amazons_roots_are_built_in() {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(AMAZON) {
        store.add(certificate.unwrap()).unwrap();
    }
    assert_eq!(store.len(), 5);
}

#[test]
fn a_bundle_that_cannot_be_used_stops_the_start_and_is_named() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cases = [
        (File::of(""), "names a file without a PEM certificate"),
        (File::of("no PEM"), "names a file without a PEM certificate"),
        (File::of(broken), "names a file with a certificate that cannot be read"),
    ];
    for (file, problem) in &cases {
        let message = client(Some(&file.0)).unwrap_err().to_string();
        assert_eq!(message, format!("the environment variable AWS_CA_BUNDLE {problem}"));
    }
    assert!(client(Some(Path::new("/no/such/file"))).is_err());
}
