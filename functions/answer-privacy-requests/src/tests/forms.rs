//! The forms in which an id could be left, and the content of receipts.

use std::io::Read;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use std::fmt::Write as _;

use super::*;

/// A stored value as text. What is compressed is unpacked.
pub fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        AttributeValue::B(bytes) => {
            let mut text = String::new();
            match GzDecoder::new(bytes.as_ref()).read_to_string(&mut text) {
                Ok(_) => text,
                Err(_) => STANDARD.encode(bytes),
            }
        }
        AttributeValue::Bs(all) => all.iter().map(|bytes| STANDARD.encode(bytes) + " ").collect(),
        AttributeValue::L(all) => all.iter().map(|one| text(one) + " ").collect(),
        AttributeValue::M(all) => {
            all.iter().fold(String::new(), |all, (name, one)| all + name + ": " + &text(one) + " ")
        }
        other => format!("{other:?}"),
    }
}

/// The content of a receipt.
pub fn payload(receipt: &str) -> Value {
    let part = receipt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Verifies a receipt as a party with the published key does.
pub fn verify(receipt: &str, jwk: &Value) {
    let key = jsonwebtoken::DecodingKey::from_ed_components(jwk["x"].as_str().unwrap()).unwrap();
    let (message, signature) = receipt.rsplit_once('.').unwrap();
    let verified = |message: &str| {
        let algorithm = jsonwebtoken::Algorithm::EdDSA;
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm).unwrap()
    };
    assert!(verified(message) && !verified(&message.replace('A', "B")), "{receipt}");
}

/// Every text in which an id could be written without a key: normalized, in upper and lower case, percent-encoded,
/// escaped, in Base64 at each offset, and hashed.
fn forms(id: &str, ascii: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    let mut forms: Vec<String> = vec![id.nfc().collect(), id.nfd().collect(), ascii.to_owned()];
    forms.extend([id.to_uppercase(), id.to_lowercase()]);
    let plain = forms.clone();
    for text in plain {
        let bytes = text.as_bytes();
        let mut percent = String::new();
        for byte in bytes {
            let plain = byte.is_ascii_alphanumeric();
            let _ =
                if plain { percent.write_char(char::from(*byte)) } else { write!(percent, "%{byte:02X}") };
        }
        forms.push(percent);
        forms.push(text.escape_default().to_string());
        for offset in 0..3 {
            // The characters that depend only on the id, without those that it shares with its neighbours.
            let padded = [vec![0; offset], bytes.to_vec()].concat();
            let encoded = STANDARD.encode(&padded);
            let (from, to) = ([0, 2, 3][offset], padded.len() * 8 / 6);
            forms.push(encoded[from..to].to_owned());
        }
        let hash = Sha256::digest(bytes);
        let mut digits = String::new();
        for byte in hash {
            let _ = write!(digits, "{byte:02x}");
        }
        forms.push(digits);
        forms.push(STANDARD.encode(hash));
    }
    forms
}

#[tokio::test]
async fn an_erased_id_is_found_in_no_form() {
    let bench = Bench::start().await;
    let changes = json!({ "overrides": { "Bücher Käse.example": "control" }, "namespace": null });
    let test = bench.launch(changes).await;
    record(&bench, &test, "Bücher Käse.example", "calculator").await;
    let all = forms("Bücher Käse.example", "xn--bcher kse-x2a.example");
    let before = content(&bench).await;
    assert!(all.iter().any(|form| before.contains(form)), "the search finds what is there");
    request(&bench, Kind::Erasure, &["Bücher Käse.example"]).await;
    bench.pass(60);
    run(&bench).await;
    let after = content(&bench).await;
    for form in all {
        assert!(!after.to_lowercase().contains(&form.to_lowercase()), "{form} is left in {after}");
    }
}
