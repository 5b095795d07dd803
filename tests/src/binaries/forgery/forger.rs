//! Creates tokens with any header, payload and signature.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bellwether::auth::keys::PrivateKeys;
use domain::clock::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A token and its defect.
#[derive(Debug, Clone)]
pub struct Forged {
    pub what: String,
    pub token: String,
}

impl Forged {
    pub fn new(what: impl Into<String>, token: impl Into<String>) -> Self {
        Self { what: what.into(), token: token.into() }
    }
}

/// A key pair with its private key.
pub struct Signer {
    pub kid: String,
    /// The public key, base64url.
    pub x: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// Returns the first pair of a private secret.
    pub fn of(secret: &Value) -> Self {
        let text = |name: &str| secret["keys"][0][name].as_str().unwrap().to_owned();
        let pair = Ed25519KeyPair::from_pkcs8(&STANDARD.decode(text("pkcs8")).unwrap()).unwrap();
        Self { kid: text("kid"), x: text("x"), pair }
    }

    /// Creates a new pair.
    pub fn new() -> Self {
        let keys = PrivateKeys::first(Timestamp::from_millis(0)).unwrap();
        Self::of(&serde_json::from_str(keys.to_secret().expose_secret()).unwrap())
    }

    pub fn sign(&self, text: &str) -> Vec<u8> {
        self.pair.sign(text.as_bytes()).as_ref().to_vec()
    }
}

/// The keys and facts of a forger: one current key, so that other defects of a token can be tested; other
/// current keys, expired keys and unknown keys; and a server that counts connections.
pub struct Forger {
    pub own: Signer,
    pub second: Signer,
    pub ended: Signer,
    pub stranger: Signer,
    /// The URL of the server, which must get no request.
    pub trap: String,
    /// The current time, in seconds since 1970.
    pub now: i64,
    /// A text in every token, for which the test searches the log.
    pub canary: String,
}

impl Forger {
    /// Returns the header that the issuer writes.
    pub fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.own.kid })
    }

    /// Returns valid claims of an admin.
    pub fn claims(&self) -> Value {
        json!({ "iss": "https://issuer.example/v1", "aud": "bellwether", "sub": self.canary,
            "client_id": "bellwether", "iat": self.now - 5, "exp": self.now + 895, "jti": "00ff",
            "scope": bellwether::auth::access::Scope::write_list(&bellwether::auth::access::Scope::ALL),
            "workspace": "acme", "role": "admin", "session_epoch": 0 })
    }

    /// Returns a valid token.
    pub fn valid(&self) -> String {
        self.signed(&self.header(), &self.claims())
    }

    /// Signs a header and claims with the current key, so that the rest of the token is valid.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        self.written(header.to_string(), claims.to_string())
    }

    /// Does the same for texts that may not be JSON.
    pub fn written(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        by(&self.own, header, payload)
    }

    /// Returns a token with valid claims and a header that differs in one field.
    pub fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header[name] = value;
        self.signed(&header, &self.claims())
    }

    /// Returns a token with a valid header and claims that differ in one claim.
    pub fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        self.signed(&self.header(), &claims)
    }

    /// Returns the public key as a JWK.
    pub fn jwk(signer: &Signer) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": signer.x, "kid": signer.kid, "alg": "EdDSA", "use": "sig" })
    }
}

/// Returns a header and a payload signed by `signer`.
pub fn by(signer: &Signer, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let text = format!("{}.{}", part(header), part(payload));
    with_signature(&text, &signer.sign(&text))
}

pub fn with_signature(signed: &str, signature: &[u8]) -> String {
    format!("{signed}.{}", part(signature))
}

/// Encodes one part of a token.
pub fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Splits a token into its three parts.
pub fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}
