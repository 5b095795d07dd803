//! Makes tokens by hand: any header, any payload, any signature.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bellwether::auth::keys::PrivateKeys;
use domain::clock::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A token, and what is wrong with it.
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

/// A key pair, with its private half at hand.
pub struct Signer {
    pub kid: String,
    /// The public half, base64url.
    pub x: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// The first pair of a private secret.
    pub fn of(secret: &Value) -> Self {
        let text = |name: &str| secret["keys"][0][name].as_str().unwrap().to_owned();
        let pair = Ed25519KeyPair::from_pkcs8(&STANDARD.decode(text("pkcs8")).unwrap()).unwrap();
        Self { kid: text("kid"), x: text("x"), pair }
    }

    /// A pair of its own.
    pub fn new() -> Self {
        let keys = PrivateKeys::first(Timestamp::from_millis(0)).unwrap();
        Self::of(&serde_json::from_str(keys.to_secret().expose_secret()).unwrap())
    }

    pub fn sign(&self, text: &str) -> Vec<u8> {
        self.pair.sign(text.as_bytes()).as_ref().to_vec()
    }
}

/// What forgers know and have: one key that is in force, to see what else is held against a token;
/// others that are in force, ended, or nobody's; and a server that waits to be asked.
pub struct Forger {
    pub own: Signer,
    pub second: Signer,
    pub ended: Signer,
    pub stranger: Signer,
    /// Where nothing must ever be fetched.
    pub trap: String,
    /// Seconds since 1970.
    pub now: i64,
    /// What every token says somewhere, so that it can be looked for in the log.
    pub canary: String,
}

impl Forger {
    /// The header that the issuer writes.
    pub fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.own.kid })
    }

    /// Claims of an admin that hold.
    pub fn claims(&self) -> Value {
        json!({ "iss": "https://issuer.example/v1", "aud": "bellwether", "sub": self.canary,
            "client_id": "bellwether", "iat": self.now - 5, "exp": self.now + 895, "jti": "00ff",
            "scope": bellwether::auth::access::Scope::write_list(&bellwether::auth::access::Scope::ALL),
            "workspace": "acme", "role": "admin", "session_epoch": 0 })
    }

    /// A token that holds.
    pub fn valid(&self) -> String {
        self.signed(&self.header(), &self.claims())
    }

    /// The header and the claims, signed by the key in force: the rest of the token is right.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        self.written(header.to_string(), claims.to_string())
    }

    /// The same for texts that need not be JSON.
    pub fn written(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        by(&self.own, header, payload)
    }

    /// The right claims under the right header but for one field.
    pub fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header[name] = value;
        self.signed(&header, &self.claims())
    }

    /// The right header over the right claims but for one.
    pub fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        self.signed(&self.header(), &claims)
    }

    /// The public key as a JWK.
    pub fn jwk(signer: &Signer) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": signer.x, "kid": signer.kid, "alg": "EdDSA", "use": "sig" })
    }
}

/// A header and a payload signed by `signer`.
pub fn by(signer: &Signer, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let text = format!("{}.{}", part(header), part(payload));
    with_signature(&text, &signer.sign(&text))
}

pub fn with_signature(signed: &str, signature: &[u8]) -> String {
    format!("{signed}.{}", part(signature))
}

/// One part of a token.
pub fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The three parts of a token.
pub fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}
