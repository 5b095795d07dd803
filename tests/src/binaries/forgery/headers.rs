//! Forged tokens with an invalid header. Each is signed by a current key, so the header is the only
//! reason for a refusal.

use serde_json::{Value, json};

use super::forger::{Forged, Forger, by, part, parts};

pub fn all(forger: &Forger) -> Vec<Forged> {
    [
        algorithms(forger),
        types(forger),
        names_of_keys(forger),
        extensions(forger),
        foreign_keys(forger),
        texts(forger),
    ]
    .concat()
}

/// Returns tokens whose header differs in one field, which has each of `values` in turn.
fn each(forger: &Forger, name: &str, values: &[Value]) -> Vec<Forged> {
    let one = |value: &Value| {
        let shown: String = value.to_string().chars().take(40).collect();
        Forged::new(format!("{name}: {shown}"), forger.with_header(name, value.clone()))
    };
    values.iter().map(one).collect()
}

fn without(forger: &Forger, name: &str) -> Forged {
    let mut header = forger.header();
    header.as_object_mut().unwrap().remove(name);
    Forged::new(format!("no {name}"), forger.signed(&header, &forger.claims()))
}

fn algorithms(forger: &Forger) -> Vec<Forged> {
    let none = ["none", "None", "NONE", "nOnE", "NoNe", "none ", " none", "n\u{43e}ne", "none\u{0}"];
    let unlisted = [
        "HS256",
        "HS384",
        "HS512",
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "ES256K",
        "Ed25519",
        "Ed448",
        "eddsa",
        "EDDSA",
        "EdDSA ",
        "RSA-OAEP",
        "RSA1_5",
        "dir",
        "A128KW",
        "ECDH-ES",
        "PBES2-HS256+A128KW",
        "",
    ];
    let mut all = vec![without(forger, "alg")];
    for name in none {
        let token = forger.with_header("alg", json!(name));
        let [header, payload, _] = parts(&token);
        all.push(Forged::new(format!("alg {name:?} unsigned"), format!("{header}.{payload}.")));
        all.push(Forged::new(format!("alg {name:?} signed"), token));
    }
    all.extend(each(forger, "alg", &unlisted.map(|name| json!(name))));
    let no_text = [Value::Null, json!(true), json!(0), json!(["EdDSA"]), json!({ "EdDSA": null })];
    all.extend(each(forger, "alg", &no_text));
    all
}

fn types(forger: &Forger) -> Vec<Forged> {
    let others = [
        "JWT",
        "jwt",
        "AT+JWT",
        "at+JWT",
        "application/at+jwt",
        "at+jwt ",
        "at",
        "JOSE",
        "JOSE+JSON",
        "",
        "secevent+jwt",
        "logout+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "id_token",
        "at+jwt\u{0}",
    ];
    let mut all = vec![without(forger, "typ")];
    all.extend(each(forger, "typ", &others.map(|name| json!(name))));
    all.extend(each(forger, "typ", &[Value::Null, json!(1), json!(["at+jwt"]), json!({})]));
    all
}

fn names_of_keys(forger: &Forger) -> Vec<Forged> {
    let kid = &forger.own.kid;
    let swapped: String = kid
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let others = [
        "",
        "unknown",
        "../../../../../../dev/null",
        "/dev/null",
        "..\\..\\win.ini",
        "file:///etc/passwd",
        "x' UNION SELECT 'a';--",
        "' OR '1'='1",
        "$(sleep 9)",
        "|/bin/true",
        "{{7*7}}",
        "${jndi:ldap://127.0.0.1/a}",
        "__proto__",
        "x\r\nset-cookie: a=b",
        "\u{0}",
        "*",
        "%2e%2e%2f",
        "ключ",
    ];
    let mut values: Vec<Value> = others.iter().map(|name| json!(name)).collect();
    values.extend([
        json!(swapped),
        json!(format!("{kid} ")),
        json!(format!(" {kid}")),
        json!(format!("{kid}\u{0}")),
        json!(format!("{kid}\n")),
        json!(kid[..kid.len() - 1]),
        json!("k".repeat(2_000)),
        json!(format!("{}/{kid}", forger.trap)),
        Value::Null,
        json!(0),
        json!([kid]),
        json!({ "kid": kid }),
    ]);
    let mut all = vec![without(forger, "kid")];
    all.extend(each(forger, "kid", &values));
    all
}

fn extensions(forger: &Forger) -> Vec<Forged> {
    let fields = [
        ("crit", json!(["exp"])),
        ("crit", json!(["urn:unknown"])),
        ("crit", json!([])),
        ("crit", json!("exp")),
        ("crit", Value::Null),
        ("crit", json!(["b64"])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("zip", json!("GZ")),
        ("zip", Value::Null),
        ("enc", json!("A128GCM")),
        ("cty", json!("JWT")),
        ("cty", json!("at+jwt")),
        ("url", json!(forger.trap)),
        ("nonce", json!("n")),
        ("p2c", json!(1_000_000_000)),
        ("epk", Forger::jwk(&forger.stranger)),
        ("iv", json!("AAAA")),
        ("iss", json!("https://issuer.example/v1")),
        ("unknown", json!(1)),
    ];
    let mut all: Vec<Forged> =
        fields.iter().flat_map(|(name, value)| each(forger, name, std::slice::from_ref(value))).collect();
    let mut unencoded = forger.header();
    unencoded["crit"] = json!(["b64"]);
    unencoded["b64"] = json!(false);
    all.push(Forged::new("crit b64 false", forger.signed(&unencoded, &forger.claims())));
    let signed = format!("{}.{}", part(unencoded.to_string()), forger.claims());
    let token = super::forger::with_signature(&signed, &forger.own.sign(&signed));
    all.push(Forged::new("an unencoded payload", token));
    all
}

/// Returns tokens that contain keys or links to keys, signed by the current key and by the key inside.
fn foreign_keys(forger: &Forger) -> Vec<Forged> {
    let link = |path: &str| json!(format!("{}/{path}", forger.trap));
    let stranger = Forger::jwk(&forger.stranger);
    let mut all = Vec::new();
    for (name, value) in [
        ("jwk", Forger::jwk(&forger.own)),
        ("jwk", stranger.clone()),
        ("jwk", json!({ "keys": [stranger] })),
        ("jku", link("keys.json")),
        ("jku", json!(format!("https://issuer.example/v1@{}", forger.trap.trim_start_matches("http://")))),
        ("x5u", link("chain.pem")),
        ("x5c", json!(["MIIBAA=="])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("x5c", json!([])),
    ] {
        all.extend(each(forger, name, std::slice::from_ref(&value)));
        for kid in [&forger.stranger.kid, &forger.own.kid] {
            let mut header = forger.header();
            header[name] = value.clone();
            header["kid"] = json!(kid);
            let token = by(&forger.stranger, header.to_string(), forger.claims().to_string());
            all.push(Forged::new(format!("{name} by a stranger as {kid}: {value}"), token));
        }
    }
    all
}

/// Returns headers that two parsers could read differently, or that are not a JSON object.
fn texts(forger: &Forger) -> Vec<Forged> {
    let (header, kid) = (forger.header().to_string(), &forger.own.kid);
    let inner = header.trim_start_matches('{').trim_end_matches('}');
    let texts = [
        format!(r#"{{"alg":"none",{inner}}}"#),
        format!(r#"{{{inner},"alg":"none"}}"#),
        format!(r#"{{{inner},"alg":"EdDSA"}}"#),
        format!(r#"{{{inner},"\u0061lg":"HS256"}}"#),
        format!(r#"{{{inner},"kid":"{kid}"}}"#),
        format!(r#"{{"kid":"{}",{inner}}}"#, forger.stranger.kid),
        format!(r#"{{{inner},"typ":"at+jwt"}}"#),
        format!(r#"["EdDSA","at+jwt","{kid}"]"#),
        format!("[{header}]"),
        format!("{header}{header}"),
        format!("{header} x"),
        format!("{header}\u{0}"),
        format!("\u{feff}{header}"),
        format!("{{{inner},}}"),
        format!("{{{inner}/* */}}"),
        header.replace('"', "'"),
        header.trim_end_matches('}').to_owned(),
        json!(header).to_string(),
        "null".to_owned(),
        "{}".to_owned(),
        String::new(),
        " ".to_owned(),
        format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)),
    ];
    let mut all: Vec<Forged> = texts
        .iter()
        .map(|text| {
            Forged::new(format!("header {text:.60}"), forger.written(text, forger.claims().to_string()))
        })
        .collect();
    let sixteen: Vec<u8> = header.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let claims = forger.claims().to_string();
    all.push(Forged::new("header in UTF-16", forger.written(sixteen, &claims)));
    let broken = [header.trim_end_matches("\"}").as_bytes(), b"\xff\"}"].concat();
    all.push(Forged::new("header of invalid UTF-8", forger.written(broken, &claims)));
    all
}
