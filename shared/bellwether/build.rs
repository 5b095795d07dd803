//! Selects the Amazon Trust Services roots, which sign for AWS endpoints, from the crate `webpki-root-certs`
//! (Mozilla's store), and writes them as PEM for `src/tls.rs` to include. An update of the crate updates the
//! roots. If the crate drops one of them, the build fails.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The common names, as <https://www.amazontrust.com/repository/> lists them.
const ROOTS: [&str; 5] = [
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut pem = String::new();
    for root in ROOTS {
        let named = |certificate: &&[u8]| certificate.windows(root.len()).any(|w| w == root.as_bytes());
        let all = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref);
        let found: Vec<&[u8]> = all.filter(named).collect();
        let [certificate] = found.as_slice() else {
            panic!("expected one certificate named {root} in webpki-root-certs, found {}", found.len());
        };
        let text = STANDARD.encode(certificate);
        let _ = writeln!(pem, "-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----");
    }
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    std::fs::write(Path::new(&folder).join("amazon-roots.pem"), pem).expect("OUT_DIR is writable");
}
