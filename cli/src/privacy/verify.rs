//! Verifies a receipt of an erasure with the published keys of the service.

use std::path::PathBuf;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use serde_json::Value;

use crate::Failure;
use crate::account::ServerOption;
use crate::client::Client;
use crate::text::{printable_json, show};

/// The receipt, and where the keys are.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The file with the receipt
    file: PathBuf,

    #[command(flatten)]
    server: ServerOption,

    /// A file with the keys, as `GET /privacy/keys` returned them, instead of the server
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

/// Prints the content of a valid receipt.
///
/// # Errors
/// When the receipt is not valid, or the keys cannot be read.
pub fn run(options: &Options) -> Result<(), Failure> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))
    };
    let receipt = read(&options.file)?;
    let keys = match &options.keys {
        Some(file) => serde_json::from_str(&read(file)?)
            .map_err(|_| Failure::new(format!("{} does not contain a JWK Set", file.display())))?,
        None => Client::find(options.server.server.as_deref())?.call("GET", "/privacy/keys", None)?,
    };
    let content = verified(receipt.trim(), &keys).map_err(Failure::new)?;
    show(&(printable_json(&content) + "\n"))
}

/// Returns the content of a receipt that one of the keys has signed.
fn verified(receipt: &str, keys: &Value) -> Result<Value, &'static str> {
    const FORM: &str = "the file does not contain a receipt: it must be a JWS in compact serialization";
    let json =
        |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    let (signed, signature) = receipt.rsplit_once('.').ok_or(FORM)?;
    let (header, payload) = signed.split_once('.').ok_or(FORM)?;
    let header = json(header).ok_or(FORM)?;
    if header["alg"] != "EdDSA" || header["typ"] != "privacy-receipt+jwt" {
        return Err("the file does not contain a receipt of an erasure");
    }
    let mut all = keys["keys"].as_array().into_iter().flatten();
    let key = all.find(|key| key["kid"] == header["kid"] && key["kty"] == "OKP" && key["crv"] == "Ed25519");
    let key = key.ok_or("the receipt was signed with a key that the service has not published")?;
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let public = UnparsedPublicKey::new(&ED25519, decoded(key["x"].as_str().unwrap_or_default()));
    let is_valid = public.verify(signed.as_bytes(), &decoded(signature)).is_ok();
    if !is_valid {
        return Err("the receipt is not valid: its content or its signature was changed");
    }
    json(payload).ok_or(FORM)
}

#[cfg(test)]
mod tests {
    use bellwether::auth::keys::ReceiptKey;
    use bellwether::auth::keys::kept::Kept;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_receipt_is_valid_only_unchanged_and_under_a_published_key() {
        let (key, other) = (ReceiptKey::create().unwrap(), ReceiptKey::create().unwrap());
        let receipt = key.sign(&json!({ "workspace": "acme" })).unwrap();
        let keys = json!({ "keys": [other.jwk(), key.jwk()] });
        assert_eq!(verified(&receipt, &keys), Ok(json!({ "workspace": "acme" })));
        let (signed, signature) = receipt.rsplit_once('.').unwrap();
        let forged = format!("{}.{signature}", signed.replace(signed.split_once('.').unwrap().1, "e30"));
        assert!(verified(&forged, &keys).unwrap_err().contains("was changed"));
        let unpublished = json!({ "keys": [other.jwk()] });
        assert!(verified(&receipt, &unpublished).unwrap_err().contains("has not published"));
        for text in ["", "a.b.c", "a.b", &receipt[10..]] {
            assert!(verified(text, &keys).is_err(), "{text}");
        }
    }
}
