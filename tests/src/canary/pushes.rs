//! Every place of a request, with a secret in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether::testing::{with_header, with_query};
use serde_json::{Value, json};

/// A password that is long enough to be taken as one.
pub const PASSWORD: &str = "cAnArY-password Qx7v21";
/// A token, a cookie's value and a client's secret.
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.cAnArYtokenQx7v22.cAnArYsignatureQx7v23";
const COOKIE: &str = "cAnArYcookieQx7v24";
const SECRET: &str = "cAnArYsecretQx7v25";
/// What gives each of them away, however it was cut.
pub const CANARIES: [&str; 5] = [
    "cAnArY-password Qx7v21",
    "cAnArYtokenQx7v22",
    "cAnArYsignatureQx7v23",
    "cAnArYcookieQx7v24",
    "cAnArYsecretQx7v25",
];
/// `client:` and the secret, and a body that holds the secret, in base64.
pub const BASIC: &str = "Y2xpZW50OmNBbkFyWXNlY3JldFF4N3YyNQ==";
pub const ENCODED: &str = "eyJjbGllbnRfc2VjcmV0IjoiY0FuQXJZc2VjcmV0UXg3djI1In0=";

/// Where an answer may hold the canary all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// Nowhere.
    Never,
    /// Where it was taken as what a field is for, such as the name of a test.
    Content,
    /// In a pointer: it was the name of a field.
    Names,
}

/// A request with a secret somewhere.
pub struct Push {
    pub place: String,
    pub repeats: Repeats,
    pub event: Value,
}

fn push(place: impl Into<String>, repeats: Repeats, event: Value) -> Push {
    Push { place: place.into(), repeats, event }
}

/// All of them.
pub fn pushes(event: &Value) -> Vec<Push> {
    let mut all = in_headers(event);
    all.extend(in_url(event));
    if event["body"].is_string() {
        all.extend(in_bodies(event));
    }
    all.extend(in_fields(event));
    all
}

fn in_headers(event: &Value) -> Vec<Push> {
    assert_eq!(STANDARD.encode(format!("client:{SECRET}")), BASIC);
    let (bearer, basic) = (format!("Bearer {TOKEN}"), format!("Basic {BASIC}"));
    let (lower, twice) = (format!("bearer  {TOKEN} "), format!("Bearer {TOKEN},Bearer {TOKEN}"));
    let cookies = ["__Host-session", "__Host-access", "__Host-refresh", "session", "csrf"]
        .map(|n| format!("{n}={COOKIE}"));
    let page = format!("https://app.example.com/?access_token={TOKEN}");
    let origin = format!("https://{COOKIE}.example.com");
    let mut all: Vec<Push> = [
        ("authorization", bearer.as_str()),
        ("authorization", &lower),
        ("authorization", &twice),
        ("authorization", TOKEN),
        ("authorization", PASSWORD),
        ("authorization", &basic),
        ("x-api-key", SECRET),
        ("x-csrf-token", COOKIE),
        ("content-type", TOKEN),
        ("accept", SECRET),
        ("user-agent", PASSWORD),
        ("referer", &page),
        ("origin", &origin),
        ("x-forwarded-for", SECRET),
        ("x-forwarded-proto", SECRET),
        ("x-amzn-trace-id", SECRET),
        ("host", SECRET),
    ]
    .into_iter()
    .chain(cookies.iter().map(|cookie| ("cookie", cookie.as_str())))
    .map(|(name, value)| {
        push(format!("header {name}"), Repeats::Never, with_header(event.clone(), name, value))
    })
    .collect();
    let mut beside = event.clone();
    let own = event["headers"]["authorization"].as_str().unwrap_or("Bearer x");
    beside["multiValueHeaders"]["authorization"] = json!([bearer, own]);
    all.push(push("two authorization headers", Repeats::Never, beside));
    let both = with_header(event.clone(), "cookie", &cookies.join("; "));
    all.push(push("all cookies", Repeats::Never, both));
    all
}

fn in_url(event: &Value) -> Vec<Push> {
    let named = [
        ("access_token", TOKEN),
        ("client_secret", SECRET),
        ("password", PASSWORD),
        ("limit", TOKEN),
        ("next", SECRET),
        ("fresh", COOKIE),
        ("note", TOKEN),
    ];
    let mut all: Vec<Push> = named
        .into_iter()
        .map(|(name, value)| {
            push(format!("query {name}"), Repeats::Never, with_query(event.clone(), name, value))
        })
        .collect();
    all.push(push("a query's name", Repeats::Never, with_query(event.clone(), TOKEN, "1")));
    for secret in [PASSWORD, TOKEN, COOKIE, SECRET] {
        let mut event = event.clone();
        let mut path = event["resource"].as_str().unwrap().to_owned();
        for (name, value) in event["pathParameters"].as_object_mut().into_iter().flatten() {
            path = path.replace(&format!("{{{name}}}"), secret);
            *value = json!(secret);
        }
        event["path"] = json!(path);
        event["requestContext"]["path"] = json!(format!("/v1{path}"));
        all.push(push("path", Repeats::Never, event));
    }
    all
}

/// Bodies that are no JSON, no object, too long, or more than one thing.
fn in_bodies(event: &Value) -> Vec<Push> {
    let body = event["body"].as_str().unwrap();
    let cut = body.len().min(12);
    let form =
        format!("client_id=a&client_secret={SECRET}&refresh_token={TOKEN}&token={TOKEN}&password={COOKIE}");
    let bodies = [
        SECRET.to_owned(),
        json!(TOKEN).to_string(),
        format!("{{\"password\":\"{PASSWORD}\""),
        format!("{{\"password\":\"{PASSWORD}\"}} {PASSWORD}"),
        format!("{{\"password\":\"{PASSWORD}\",\"password\":\"{PASSWORD}\"}}"),
        format!("{{\"password\":{{\"value\":\"{PASSWORD}\"}}}}"),
        format!("[\"{TOKEN}\"]"),
        format!("{}{TOKEN}", &body[..cut]),
        format!("{}\"{SECRET}\"{}", "[".repeat(40), "]".repeat(40)),
        format!("{{\"password\":\"{}\"}}", PASSWORD.repeat(4_000)),
        format!("{{\"password\":\"{}\"}}", PASSWORD.repeat(100)),
        format!("{{\"password\":\"\u{0}{PASSWORD}\"}}"),
        form.clone(),
    ];
    let with = |body: &str| {
        let mut event = event.clone();
        event["body"] = json!(body);
        event
    };
    let mut all: Vec<Push> =
        bodies.iter().map(|b| push(format!("body {b:.40}"), Repeats::Never, with(b))).collect();
    let declared = with_header(with(&form), "content-type", "application/x-www-form-urlencoded");
    all.push(push("form", Repeats::Never, declared));
    assert_eq!(STANDARD.encode(format!("{{\"client_secret\":\"{SECRET}\"}}")), ENCODED);
    let mut encoded = with(ENCODED);
    encoded["isBase64Encoded"] = json!(true);
    all.push(push("body in base64", Repeats::Never, encoded));
    all
}

/// The sample's own fields, one after the other, each holding a secret as a text and as what it is not;
/// secrets under the names of secrets; and secrets as names.
fn in_fields(event: &Value) -> Vec<Push> {
    let sample = event["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
    let Some(body) = sample else { return in_form(event) };
    let with = |body: &Value| {
        let mut event = event.clone();
        event["body"] = json!(body.to_string());
        event
    };
    let mut places = Vec::new();
    leaves(&body, String::new(), &mut places);
    let mut all = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let secret = [PASSWORD, TOKEN, COOKIE, SECRET][number % 4];
        let repeats = if is_secret(place) { Repeats::Never } else { Repeats::Content };
        for value in [json!(secret), json!([secret]), json!({ "a": secret })] {
            let mut body = body.clone();
            *body.pointer_mut(place).unwrap() = value;
            all.push(push(format!("field {place}"), repeats, with(&body)));
        }
    }
    for (name, value) in
        [("password", PASSWORD), ("access_token", TOKEN), ("client_secret", SECRET), ("surprise", COOKIE)]
    {
        let mut body = body.clone();
        body[name] = json!(value);
        all.push(push(format!("added field {name}"), Repeats::Never, with(&body)));
    }
    let mut named = body.clone();
    named[SECRET] = json!(1);
    all.push(push("a field's name", Repeats::Names, with(&named)));
    all
}

/// The same for a form.
fn in_form(event: &Value) -> Vec<Push> {
    let fields: Vec<&str> = event["body"].as_str().into_iter().flat_map(|body| body.split('&')).collect();
    let pushed = |number: usize| {
        let field = |(place, field): (usize, &&str)| match field.split_once('=') {
            Some((name, _)) if place == number => format!("{name}={SECRET}"),
            _ => (*field).to_owned(),
        };
        fields.iter().enumerate().map(field).collect::<Vec<_>>().join("&")
    };
    let with = |number| {
        let mut event = event.clone();
        event["body"] = json!(pushed(number));
        push(format!("form field {number}"), Repeats::Never, event)
    };
    (0..fields.len()).map(with).collect()
}

fn is_secret(place: &str) -> bool {
    ["password", "token", "secret", "cookie"].iter().any(|word| place.contains(word))
}

fn leaves(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, inner) in map {
                leaves(inner, format!("{place}/{}", bellwether::validation::escape(name)), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (number, inner) in items.iter().enumerate() {
                leaves(inner, format!("{place}/{number}"), found);
            }
        }
        _ => found.push(place),
    }
}
