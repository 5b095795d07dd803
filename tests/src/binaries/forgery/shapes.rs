//! Variants of a valid token: other base64, other parts, other formats.

use base64::engine::general_purpose::{self, GeneralPurpose};
use base64::{Engine, alphabet};
use serde_json::json;

use super::forger::{Forged, Forger, part, parts, with_signature};

pub fn all(forger: &Forger) -> Vec<Forged> {
    [base64(forger), segments(forger), forms(forger), lengths(forger)].concat()
}

/// Returns other encodings of the same bytes, and invalid encodings.
fn base64(forger: &Forger) -> Vec<Forged> {
    let valid = forger.valid();
    let mut all = Vec::new();
    for (n, name) in ["header", "payload", "signature"].into_iter().enumerate() {
        let with = |text: String| {
            let mut changed = parts(&valid).map(str::to_owned);
            changed[n] = text;
            changed.join(".")
        };
        let own = parts(&valid)[n];
        let (front, back) = own.split_at(own.len() / 2);
        for (what, between) in [
            ("a space", " "),
            ("a tab", "\t"),
            ("padding", "="),
            ("a plus", "+"),
            ("a slash", "/"),
            ("a percent", "%41"),
            ("a tilde", "~"),
        ] {
            all.push(Forged::new(format!("{what} in the {name}"), with(format!("{front}{between}{back}"))));
        }
        for padding in ["=", "==", "A", "AA"] {
            all.push(Forged::new(format!("{padding} after the {name}"), with(format!("{own}{padding}"))));
        }
        all.push(Forged::new(
            format!("{name} without its last character"),
            with(own[..own.len() - 1].to_owned()),
        ));
        all.push(Forged::new(format!("{name} without its first character"), with(own[1..].to_owned())));
    }
    all.extend(trailing_bits(forger));
    all.extend(standard_alphabet(forger));
    all.extend(signed_spellings(forger));
    all
}

/// Returns other encodings of a header or a payload, with a signature of that encoding.
fn signed_spellings(forger: &Forger) -> Vec<Forged> {
    // A question mark and a tilde, three bytes apart, give both characters in which the alphabets differ.
    let mut claims = forger.claims();
    claims["note"] = json!("???~~~???~~~".repeat(3));
    let (header, payload) = (forger.header().to_string(), claims.to_string());
    let spellings: [(&str, GeneralPurpose); 3] = [
        ("padded", GeneralPurpose::new(&alphabet::URL_SAFE, general_purpose::PAD)),
        ("in the standard alphabet", GeneralPurpose::new(&alphabet::STANDARD, general_purpose::NO_PAD)),
        (
            "in the standard alphabet and padded",
            GeneralPurpose::new(&alphabet::STANDARD, general_purpose::PAD),
        ),
    ];
    let sign = |text: String| with_signature(&text, &forger.own.sign(&text));
    let mut all = Vec::new();
    for spaces in ["", " ", "  "] {
        // One length for each number of leftover bits.
        let (header, payload) = (format!("{header}{spaces}"), format!("{payload}{spaces}"));
        let valid = format!("{}.{}", part(&header), part(&payload));
        for (what, engine) in &spellings {
            for text in [
                format!("{}.{}", engine.encode(&header), part(&payload)),
                format!("{}.{}", part(&header), engine.encode(&payload)),
            ] {
                if text != valid {
                    all.push(Forged::new(format!("a signed part {what}"), sign(text)));
                }
            }
        }
        for text in [&header, &payload] {
            if !part(text).len().is_multiple_of(4) {
                let odd = one_bit_more(&part(text));
                let text = if text == &header {
                    format!("{odd}.{}", part(&payload))
                } else {
                    format!("{}.{odd}", part(&header))
                };
                all.push(Forged::new("a bit left over in a signed part", sign(text)));
            }
        }
    }
    all
}

/// Sets a bit in a part's last character that belongs to no byte.
fn one_bit_more(own: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (front, last) = own.split_at(own.len() - 1);
    let value = ALPHABET.iter().position(|&c| c == last.as_bytes()[0]).unwrap();
    format!("{front}{}", ALPHABET[value + 1] as char)
}

/// Returns tokens with nonzero bits in a part's last character that belong to no byte.
fn trailing_bits(forger: &Forger) -> Vec<Forged> {
    // Claims with a length that has leftover bits.
    let valid = ["1", "12", "123"].iter().map(|jti| forger.with_claim("jti", json!(jti)));
    let valid = valid.into_iter().find(|token| !parts(token)[1].len().is_multiple_of(4)).unwrap();
    let mut all = Vec::new();
    for n in 0..3 {
        let own = parts(&valid)[n];
        if own.len().is_multiple_of(4) {
            continue;
        }
        let mut changed = parts(&valid).map(str::to_owned);
        changed[n] = one_bit_more(own);
        all.push(Forged::new(format!("a bit left over in part {n}"), changed.join(".")));
    }
    assert!(all.len() >= 2, "the payload or the signature has no leftover bits");
    all
}

fn standard_alphabet(forger: &Forger) -> Vec<Forged> {
    let mut all = Vec::new();
    for (ours, theirs) in [('-', '+'), ('_', '/')] {
        let tokens = (0..1_000).map(|n| forger.with_claim("jti", json!(format!("{n}"))));
        let token = tokens.into_iter().find(|token| parts(token)[2].contains(ours)).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let token = format!("{signed}.{}", signature.replace(ours, &theirs.to_string()));
        all.push(Forged::new(format!("{theirs} for {ours}"), token));
    }
    all
}

fn segments(forger: &Forger) -> Vec<Forged> {
    let valid = forger.valid();
    let [header, payload, signature] = parts(&valid);
    let dead = "A".repeat(22);
    let texts = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "....".to_owned(),
        "a.b.c".to_owned(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!(".{payload}.{signature}"),
        format!("{header}..{signature}"),
        format!("..{signature}"),
        format!("{header}.."),
        format!("{valid}."),
        format!(".{valid}"),
        format!("{valid}.{signature}"),
        format!("{valid}.{payload}.{signature}"),
        format!("{header}.{header}.{signature}"),
        format!("{payload}.{header}.{signature}"),
        format!("{signature}.{payload}.{header}"),
        format!("{header}.{dead}.{dead}.{payload}.{dead}"),
        format!("{header}....{signature}"),
    ];
    let mut all: Vec<Forged> =
        texts.iter().enumerate().map(|(n, text)| Forged::new(format!("segments {n}"), text)).collect();
    let encrypted = part(json!({ "alg": "dir", "enc": "A256GCM", "kid": forger.own.kid }).to_string());
    all.push(Forged::new("an encrypted token", format!("{encrypted}..{dead}.{payload}.{dead}")));
    all
}

/// Returns other ways to write, wrap or send a token.
fn forms(forger: &Forger) -> Vec<Forged> {
    let valid = forger.valid();
    let [header, payload, signature] = parts(&valid);
    let flattened = json!({ "protected": header, "payload": payload, "signature": signature });
    let general =
        json!({ "payload": payload, "signatures": [{ "protected": header, "signature": signature }] });
    let backwards: String = valid.chars().rev().collect();
    let texts = [
        flattened.to_string(),
        general.to_string(),
        backwards,
        part(&valid),
        valid.to_lowercase(),
        valid.to_uppercase(),
        valid.replace('.', "%2E"),
        valid.replace('.', ","),
        valid.replace('.', "\u{ff0e}"),
        format!("\"{valid}\""),
        format!("'{valid}'"),
        format!("<{valid}>"),
        format!("Bearer {valid}"),
        format!("token={valid}"),
        format!("{valid},{valid}"),
        format!("{valid} {valid}"),
        format!("{valid};"),
        format!("{valid}é"),
        format!("urn:jwt:{valid}"),
        "undefined".to_owned(),
        "null".to_owned(),
        "[object Object]".to_owned(),
    ];
    texts.iter().enumerate().map(|(n, text)| Forged::new(format!("form {n} {text:.30}"), text)).collect()
}

fn lengths(forger: &Forger) -> Vec<Forged> {
    let long = |n: usize| forger.with_claim("note", json!("n".repeat(n)));
    let padded = forger.with_claim("note", json!("n".repeat(3_500)));
    assert!(padded.len() > 4_096 && padded.len() < 8_000);
    vec![
        Forged::new("just too long", padded),
        Forged::new("10 KB", long(7_000)),
        Forged::new("64 KB", long(48_000)),
        Forged::new("64 KB of dots", ".".repeat(65_536)),
        Forged::new("64 KB of nothing", "A".repeat(65_536)),
        Forged::new("a header of 64 KB", forger.with_header("kid", json!("k".repeat(48_000)))),
    ]
}
