//! Forged tokens with a valid header and claims, and an invalid signature or one by another key.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::forger::{Forged, Forger, by, part, parts, with_signature};

/// The order of the base point, little-endian (RFC 8032 section 5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
/// All points of small order (1, 2, 4 and 8), without their x-coordinates.
const SMALL_ORDER: [[u8; 2]; 4] = [[0x01, 0x00], [0xec, 0x7f], [0x00, 0x00], [0x00, 0x80]];
const ORDER_8: [&str; 2] = [
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];

pub fn all(forger: &Forger) -> Vec<Forged> {
    [other_keys(forger), changed(forger), malleable(forger), symmetric(forger), elliptic(forger)].concat()
}

fn other_keys(forger: &Forger) -> Vec<Forged> {
    let claims = forger.claims().to_string();
    let named = |kid: &str| json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid }).to_string();
    let Forger { own, second, ended, stranger, .. } = forger;
    let pairs = [
        ("a key that has ended", ended, ended),
        ("an ended key under a living name", ended, own),
        ("a living key under an ended name", own, ended),
        ("the second key under the first name", second, own),
        ("the first key under the second name", own, second),
        ("a stranger's key under our name", stranger, own),
        ("a stranger's key under its own name", stranger, stranger),
    ];
    let forge = |(what, signer, name): (&str, &_, &super::forger::Signer)| {
        Forged::new(what, by(signer, named(&name.kid), &claims))
    };
    pairs.into_iter().map(forge).collect()
}

/// Returns tokens with the signature of another text.
fn changed(forger: &Forger) -> Vec<Forged> {
    let valid = forger.valid();
    let [header, payload, signature] = parts(&valid);
    let mut all = Vec::new();
    for (name, value) in [
        ("role", json!("viewer")),
        ("workspace", json!("globex")),
        ("exp", json!(forger.now + 896)),
        ("sub", json!("somebody")),
        ("scope", json!("tests:read")),
        ("note", json!(1)),
    ] {
        let other = forger.with_claim(name, value);
        let [_, other_payload, other_signature] = parts(&other);
        all.push(Forged::new(
            format!("{name} changed after signing"),
            format!("{header}.{other_payload}.{signature}"),
        ));
        all.push(Forged::new(
            format!("signature of another {name}"),
            format!("{header}.{payload}.{other_signature}"),
        ));
    }
    let spaced = part(format!(" {}", forger.header()));
    all.push(Forged::new("header changed after signing", format!("{spaced}.{payload}.{signature}")));
    for (what, text) in
        [("payload", payload), ("header", header), ("payload's JSON", &forger.claims().to_string())]
    {
        let token = with_signature(&format!("{header}.{payload}"), &forger.own.sign(text));
        all.push(Forged::new(format!("signature of the {what} alone"), token));
    }
    all
}

/// Returns signatures derived from a valid one, or invented ones (RFC 8032 section 8.4; Chalkias
/// and others, "Taming the many `EdDSAs`", 2020).
fn malleable(forger: &Forger) -> Vec<Forged> {
    let valid = forger.valid();
    let (signed, right) = valid.rsplit_once('.').unwrap();
    let right = URL_SAFE_NO_PAD.decode(right).unwrap();
    let (r, s) = right.split_at(32);
    let plus = |s: &[u8]| {
        let mut carry = 0;
        let sum = s.iter().zip(L).map(|(&a, b)| {
            carry += u16::from(a) + u16::from(b);
            let byte = carry.to_le_bytes()[0];
            carry >>= 8;
            byte
        });
        sum.collect::<Vec<u8>>()
    };
    let zero = [0; 32];
    let mut all: Vec<(String, Vec<u8>)> = vec![
        ("no signature".to_owned(), vec![]),
        ("ones".to_owned(), vec![0xff; 64]),
        ("S + L".to_owned(), [r, &plus(s)].concat()),
        ("S + 2L".to_owned(), [r, &plus(&plus(s))].concat()),
        ("S and R".to_owned(), [s, r].concat()),
        ("S = 0".to_owned(), [r, &zero].concat()),
        ("S = L".to_owned(), [r, &L].concat()),
        ("63 bytes".to_owned(), right[..63].to_vec()),
        ("65 bytes".to_owned(), [&right, &[0_u8][..]].concat()),
        ("twice".to_owned(), [&right[..], &right].concat()),
        ("R alone".to_owned(), r.to_vec()),
    ];
    let mut small: Vec<[u8; 32]> = SMALL_ORDER
        .iter()
        .map(|&[first, last]| {
            let mut point = [if first == 0xec { 0xff } else { 0 }; 32];
            (point[0], point[31]) = (first, last);
            point
        })
        .collect();
    for text in ORDER_8 {
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
        let point: [u8; 32] = std::array::from_fn(byte);
        let mut other = point;
        other[31] |= 0x80;
        small.extend([point, other]);
    }
    for point in small {
        let name = format!("R of small order {:02x}…{:02x}", point[0], point[31]);
        all.push((format!("{name}, S = 0"), [point, zero].concat()));
        all.push((name, [&point, s].concat()));
    }
    for at in [0, 31, 32, 40, 63] {
        for bit in [0x01, 0x80] {
            let mut flipped = right.clone();
            flipped[at] ^= bit;
            all.push((format!("bit {bit:02x} of byte {at} flipped"), flipped));
        }
    }
    all.into_iter().map(|(what, signature)| Forged::new(what, with_signature(signed, &signature))).collect()
}

/// Returns HMACs with a public secret: the public key in each of its formats.
fn symmetric(forger: &Forger) -> Vec<Forged> {
    let raw = URL_SAFE_NO_PAD.decode(&forger.own.x).unwrap();
    // SubjectPublicKeyInfo of an Ed25519 key, RFC 8410 section 4.
    let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], &raw].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let jwk = Forger::jwk(&forger.own);
    let set = json!({ "keys": [jwk] }).to_string();
    let forms: [(&str, Vec<u8>); 8] = [
        ("x", raw),
        ("x in base64url", forger.own.x.clone().into()),
        ("DER", der),
        ("PEM without its last line end", pem.trim_end().into()),
        ("PEM", pem.into()),
        ("JWK", jwk.to_string().into()),
        ("JWK set", set.into()),
        ("nothing", vec![]),
    ];
    let kinds = [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)];
    let mut all = Vec::new();
    for (alg, kind) in kinds {
        for (name, secret) in &forms {
            let key = hmac::Key::new(kind, secret);
            for declared in [alg, "EdDSA"] {
                let mut header = forger.header();
                header["alg"] = json!(declared);
                let signed = format!("{}.{}", part(header.to_string()), part(forger.claims().to_string()));
                let token = with_signature(&signed, hmac::sign(&key, signed.as_bytes()).as_ref());
                all.push(Forged::new(format!("{alg} with {name} as {declared}"), token));
            }
        }
    }
    all
}

/// Returns ES256 signatures by a key of the forger, and the signature of zeros that a faulty verifier
/// accepts for every text.
fn elliptic(forger: &Forger) -> Vec<Forged> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let random = SystemRandom::new();
    let mut all = Vec::new();
    for kid in [&forger.own.kid, &forger.stranger.kid] {
        for key in [Value::Null, json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" })] {
            let mut header = forger.header();
            (header["alg"], header["kid"]) = (json!("ES256"), json!(kid));
            if !key.is_null() {
                header["jwk"] = key;
            }
            let signed = format!("{}.{}", part(header.to_string()), part(forger.claims().to_string()));
            let signature = pair.sign(&random, signed.as_bytes()).unwrap();
            all.push(Forged::new("ES256 by a stranger", with_signature(&signed, signature.as_ref())));
            all.push(Forged::new("ES256 of zeros", with_signature(&signed, &[0; 64])));
        }
    }
    all
}
