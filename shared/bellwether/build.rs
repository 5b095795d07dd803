//! Picks the roots of Amazon Trust Services, which sign for AWS, out of Mozilla's store as the crate
//! `webpki-root-certs` has it, and writes them as PEM for `src/tls.rs` to build in. An update of that
//! crate is an update of the roots; one that has dropped a root fails the build.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// By common name, as <https://www.amazontrust.com/repository/> lists them.
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
            panic!("webpki-root-certs has {} certificates named {root}, not one", found.len());
        };
        let text = STANDARD.encode(certificate);
        let _ = writeln!(pem, "-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----");
    }
    let folder = std::env::var_os("OUT_DIR").expect("cargo names the folder");
    std::fs::write(Path::new(&folder).join("amazon-roots.pem"), pem).expect("the folder can be written");
}
