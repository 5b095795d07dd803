//! Puts a secret into every field of a body.

use domain::validation::escape;
use serde_json::{Value, json};

use super::pushes::{COOKIE, PASSWORD, Push, Repeats, SECRET, TOKEN, push};

/// Returns the sample with a secret in each of its fields in turn, as a text and as another type; with
/// secrets in fields that have the names of secrets; and with secrets as names.
pub fn in_fields(event: &Value) -> Vec<Push> {
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

/// Does the same for a form.
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
                leaves(inner, format!("{place}/{}", escape(name)), found);
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
