//! Puts a secret into every part of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testing::{with_header, with_query};

use super::fields::in_fields;

/// A password that is long enough to be accepted.
pub const PASSWORD: &str = "cAnArY-password Qx7v21";
/// A token, a cookie value and a client secret.
pub const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.cAnArYtokenQx7v22.cAnArYsignatureQx7v23";
pub const COOKIE: &str = "cAnArYcookieQx7v24";
pub const SECRET: &str = "cAnArYsecretQx7v25";
/// Parts that identify each of them, even if the text is cut.
pub const CANARIES: [&str; 5] = [
    "cAnArY-password Qx7v21",
    "cAnArYtokenQx7v22",
    "cAnArYsignatureQx7v23",
    "cAnArYcookieQx7v24",
    "cAnArYsecretQx7v25",
];
/// `client:` with the secret, and a body with the secret, in base64.
pub const BASIC: &str = "Y2xpZW50OmNBbkFyWXNlY3JldFF4N3YyNQ==";
pub const ENCODED: &str = "eyJjbGllbnRfc2VjcmV0IjoiY0FuQXJZc2VjcmV0UXg3djI1In0=";

/// Where a response may contain the canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// Nowhere.
    Never,
    /// Where it is a valid value of the field, such as the name of a test.
    Content,
    /// In a pointer, because it was the name of a field.
    Names,
}

/// A request that contains a secret.
pub struct Push {
    pub place: String,
    pub repeats: Repeats,
    pub event: Value,
}

pub fn push(place: impl Into<String>, repeats: Repeats, event: Value) -> Push {
    Push { place: place.into(), repeats, event }
}

/// Returns all requests.
pub fn pushes(event: &Value) -> Vec<Push> {
    let mut all = in_headers(event);
    all.extend(in_url(event));
    if event["body"].is_string() {
        all.extend(in_bodies(event));
    }
    all.extend(in_fields(event));
    all
}

fn headers() -> Vec<(&'static str, String)> {
    let cookies = ["__Host-session", "__Host-access", "__Host-refresh", "session", "csrf"];
    let cookies = cookies.map(|name| format!("{name}={COOKIE}"));
    let mut all = vec![
        ("authorization", format!("Bearer {TOKEN}")),
        ("authorization", format!("bearer  {TOKEN} ")),
        ("authorization", format!("Bearer {TOKEN},Bearer {TOKEN}")),
        ("authorization", TOKEN.to_owned()),
        ("authorization", PASSWORD.to_owned()),
        ("authorization", format!("Basic {BASIC}")),
        ("x-api-key", SECRET.to_owned()),
        ("x-csrf-token", COOKIE.to_owned()),
        ("content-type", TOKEN.to_owned()),
        ("accept", SECRET.to_owned()),
        ("user-agent", PASSWORD.to_owned()),
        ("referer", format!("https://app.example.com/?access_token={TOKEN}")),
        ("origin", format!("https://{COOKIE}.example.com")),
        ("x-forwarded-for", SECRET.to_owned()),
        ("x-forwarded-proto", SECRET.to_owned()),
        ("x-amzn-trace-id", SECRET.to_owned()),
        ("host", SECRET.to_owned()),
        ("cookie", cookies.join("; ")),
    ];
    all.extend(cookies.map(|cookie| ("cookie", cookie)));
    all
}

fn in_headers(event: &Value) -> Vec<Push> {
    assert_eq!(STANDARD.encode(format!("client:{SECRET}")), BASIC);
    let each = headers().into_iter().map(|(name, value)| {
        push(format!("header {name}"), Repeats::Never, with_header(event.clone(), name, &value))
    });
    let mut all: Vec<Push> = each.collect();
    let mut beside = event.clone();
    let own = event["headers"]["authorization"].as_str().unwrap_or("Bearer x");
    beside["multiValueHeaders"]["authorization"] = json!([format!("Bearer {TOKEN}"), own]);
    all.push(push("two authorization headers", Repeats::Never, beside));
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

/// Returns bodies that are not JSON, not an object, too long, or several values.
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
