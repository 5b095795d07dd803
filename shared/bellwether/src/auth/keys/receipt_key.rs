//! The key that signs receipts of erasures. It is apart from the keys of tokens, which are replaced after weeks: a
//! receipt must be verifiable for years.

use jsonwebtoken::{Algorithm, Header, encode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::KeyFault;
use super::kept::Kept;
use super::private::PrivateKey;

/// The type of a receipt, which no other signed text of the service has.
pub const TYPE: &str = "privacy-receipt+jwt";

/// An Ed25519 pair.
#[derive(Debug, Clone, Deserialize)]
pub struct ReceiptKey {
    pair: PrivateKey,
}

impl ReceiptKey {
    /// Signs a receipt as a JWS in compact serialization (RFC 7515 section 7.1).
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn sign(&self, receipt: &impl Serialize) -> Result<String, KeyFault> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.pair.kid.clone());
        encode(&header, receipt, &self.pair.encoding()?).map_err(KeyFault::new)
    }

    /// The id of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.pair.kid
    }

    /// The public half as a JWK (RFC 8037 section 2).
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.pair.kid, "x": self.pair.x() })
    }
}

impl Kept for ReceiptKey {
    fn create() -> Result<Self, KeyFault> {
        let mut pair = PrivateKey::generate()?;
        pair.sign_from = 0;
        Ok(Self { pair })
    }

    fn to_secret(&self) -> SecretString {
        json!({ "pair": self.pair.to_json() }).to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, crypto};
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_receipt_is_verified_with_the_published_key_and_the_key_survives_its_secret() {
        let key: ReceiptKey =
            serde_json::from_str(ReceiptKey::create().unwrap().to_secret().expose_secret()).unwrap();
        let signed = key.sign(&json!({ "erased": { "events": 3 } })).unwrap();
        let public = DecodingKey::from_ed_components(key.jwk()["x"].as_str().unwrap()).unwrap();
        let (message, signature) = signed.rsplit_once('.').unwrap();
        assert!(crypto::verify(signature, message.as_bytes(), &public, Algorithm::EdDSA).unwrap());
        assert!(!crypto::verify(signature, b"another", &public, Algorithm::EdDSA).unwrap());
        assert_eq!(jsonwebtoken::decode_header(&signed).unwrap().typ.as_deref(), Some(TYPE));
    }
}
