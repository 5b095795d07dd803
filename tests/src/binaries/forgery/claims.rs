//! Forged tokens with an invalid payload, a valid header and a signature by a current key.

use serde_json::{Value, json};

use super::forger::{Forged, Forger, parts};

/// The claims of every valid token.
const REQUIRED: [&str; 10] =
    ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope", "workspace", "role"];

pub fn all(forger: &Forger) -> Vec<Forged> {
    [missing_and_of_another_type(forger), values(forger), times(forger), repeated(forger), texts(forger)]
        .concat()
}

fn missing_and_of_another_type(forger: &Forger) -> Vec<Forged> {
    let mut all = Vec::new();
    for name in REQUIRED {
        let mut claims = forger.claims();
        let right = claims.as_object_mut().unwrap().remove(name).unwrap();
        all.push(Forged::new(format!("no {name}"), forger.signed(&forger.header(), &claims)));
        let other = if right.is_string() { json!(1) } else { json!(right.to_string()) };
        for value in [Value::Null, other, json!(true), json!([right]), json!({ "value": right })] {
            all.push(Forged::new(format!("{name}: {value}"), forger.with_claim(name, value)));
        }
    }
    all
}

fn values(forger: &Forger) -> Vec<Forged> {
    let long = "a".repeat(64);
    let cases: [(&str, &[&str]); 7] = [
        (
            "iss",
            &[
                "",
                "https://other.example",
                "https://issuer.example/v1/",
                "http://issuer.example/v1",
                "HTTPS://issuer.example/v1",
                "https://issuer.example",
                "https://issuer.example/v1\u{0}",
                " https://issuer.example/v1",
            ],
        ),
        ("aud", &["", "other", "Bellwether", "bellwether ", "bellwether other", "bellwether,other", "*"]),
        (
            "workspace",
            &[
                "",
                "Acme",
                "acme ",
                "acme/../globex",
                "../acme",
                "acme\u{0}",
                "acme%2fglobex",
                "*",
                "-acme",
                &long,
            ],
        ),
        ("role", &["", "root", "Admin", "ADMIN", "admin ", "admin viewer", "superuser", "*"]),
        ("sub", &[""]),
        ("client_id", &[""]),
        ("jti", &[""]),
    ];
    let one = |name: &str, value: &str| {
        Forged::new(format!("{name}: {value:?}"), forger.with_claim(name, json!(value)))
    };
    let mut all: Vec<Forged> =
        cases.iter().flat_map(|(name, values)| values.iter().map(|value| one(name, value))).collect();
    for audiences in
        [json!(["bellwether", "other"]), json!(["other"]), json!([]), json!(["other", "bellwether"])]
    {
        all.push(Forged::new(format!("aud: {audiences}"), forger.with_claim("aud", audiences)));
    }
    all.push(Forged::new("scope: a list", forger.with_claim("scope", json!(["users:write", "tests:read"]))));
    let bound = json!({ "jkt": "AAAA" });
    all.push(Forged::new("bound to a key", forger.with_claim("cnf", bound)));
    all
}

fn times(forger: &Forger) -> Vec<Forged> {
    let now = forger.now;
    let pairs = [
        (now - 961, now - 61),
        (now - 7_200, now - 6_300),
        (now, now + 3_600),
        (now, now + 901),
        (now - 3_600, now + 60),
        (0, now + 600),
        (-1, now + 600),
        (now + 700, now + 900),
        (now + 3_600, now + 4_500),
        (now, now),
        (now + 30, now + 20),
        (now, 0),
        (now, -1),
    ];
    let mut all = Vec::new();
    for (iat, exp) in pairs {
        let mut claims = forger.claims();
        (claims["iat"], claims["exp"]) = (json!(iat), json!(exp));
        let what = format!("from {} to {} s", iat - now, exp - now);
        all.push(Forged::new(what, forger.signed(&forger.header(), &claims)));
    }
    let exp = now + 600;
    for (name, raw) in [
        ("exp", format!("{exp}.0")),
        ("exp", format!("{exp}.5")),
        ("exp", "1e300".to_owned()),
        ("exp", "1e999".to_owned()),
        ("exp", i64::MAX.to_string()),
        ("exp", u64::MAX.to_string()),
        ("exp", "18446744073709551616".to_owned()),
        ("exp", i64::MIN.to_string()),
        ("exp", "NaN".to_owned()),
        ("exp", "Infinity".to_owned()),
        ("exp", "-0.0".to_owned()),
        ("exp", format!("0{exp}")),
        ("exp", format!("+{exp}")),
        ("exp", format!("0x{exp:x}")),
        ("iat", format!("{now}.0")),
        ("iat", "-1e300".to_owned()),
        ("iat", i64::MIN.to_string()),
    ] {
        let whole = forger.claims();
        let old = format!("\"{name}\":{}", whole[name]);
        let text = whole.to_string().replace(&old, &format!("\"{name}\":{raw}"));
        all.push(Forged::new(format!("{name} as {raw}"), forger.written(forger.header().to_string(), text)));
    }
    for nbf in [json!(now + 3_600), json!(now + 61), json!(now - 60), json!("soon"), Value::Null] {
        all.push(Forged::new(format!("nbf: {nbf}"), forger.with_claim("nbf", nbf)));
    }
    all
}

/// Returns tokens with a repeated claim: a parser that reads the other occurrence reads another token.
fn repeated(forger: &Forger) -> Vec<Forged> {
    let claims = forger.claims();
    let text = claims.to_string();
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    let mut all = Vec::new();
    let mut add = |text: String| {
        all.push(Forged::new(
            format!("claims {text:.70}"),
            forger.written(forger.header().to_string(), text),
        ));
    };
    for name in REQUIRED {
        add(format!(r#"{{{inner},"{name}":{}}}"#, claims[name]));
        add(format!(r#"{{"{name}":"other",{inner}}}"#));
    }
    add(format!(r#"{{{inner},"\u0072ole":"admin"}}"#));
    add(format!(r#"{{{inner},"other":{{"a":1,"a":2}}}}"#));
    all
}

fn texts(forger: &Forger) -> Vec<Forged> {
    let (header, claims) = (forger.header().to_string(), forger.claims());
    let text = claims.to_string();
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    let listed: Vec<&Value> = claims.as_object().unwrap().values().collect();
    let nested = forger.valid();
    let texts = [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "1".to_owned(),
        json!(listed).to_string(),
        format!("[{text}]"),
        json!(text).to_string(),
        json!(nested).to_string(),
        nested.clone(),
        format!("{text}{text}"),
        format!("{text}x"),
        format!("{text}\u{0}"),
        format!("\u{feff}{text}"),
        format!("{{{inner},}}"),
        format!("{{{inner}// }}"),
        format!(r#"{{{inner},"note":"{}"}}"#, '\n'),
        format!(r#"{{{inner},"note":"\ud800"}}"#),
        format!(r#"{{{inner},"deep":{}{}}}"#, "[".repeat(40), "]".repeat(40)),
        format!(r#"{{{inner},"large":1e16}}"#),
        text.replace('"', "'"),
        text.trim_end_matches('}').to_owned(),
    ];
    let mut all: Vec<Forged> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| Forged::new(format!("payload {n} {text:.60}"), forger.written(&header, text)))
        .collect();
    let sixteen: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    all.push(Forged::new("payload in UTF-16", forger.written(&header, sixteen)));
    for bytes in [b"\xff".as_slice(), b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"] {
        let broken = [format!(r#"{{{inner},"note":""#).as_bytes(), bytes, b"\"}"].concat();
        all.push(Forged::new(
            format!("payload of invalid UTF-8 {bytes:x?}"),
            forger.written(&header, broken),
        ));
    }
    let mut wrapping = forger.header();
    wrapping["cty"] = json!("JWT");
    all.push(Forged::new("a token in a token", forger.written(wrapping.to_string(), nested.as_bytes())));
    let [inner_header, ..] = parts(&nested);
    all.push(Forged::new("a header for claims", forger.written(&header, inner_header)));
    all
}
