//! The value of an account's attribute: a text, a number, a boolean or a list of texts.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// The maximum length of a text, in bytes.
pub const TEXT_BYTES: usize = 256;
/// The maximum number of texts in a list.
pub const TEXTS: usize = 50;

/// The limits of a value, for messages.
pub const LIMITS: &str = "must be a text of at most 256 bytes without control characters, a number, a boolean, or a \
                          list of at most 50 such texts; null removes the attribute";

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// True or false.
    Boolean(bool),
    /// A number within ±1e15.
    Number(Number),
    /// A text of at most 256 bytes without control characters.
    Text(String),
    /// At most 50 such texts.
    Texts(Vec<String>),
}

impl Attribute {
    /// Parses a value. None for one of another type or outside the limits.
    #[must_use]
    pub fn parse(value: Value) -> Option<Self> {
        let fits = |text: &String| text.len() <= TEXT_BYTES && !text.chars().any(char::is_control);
        let text = |value: Value| match value {
            Value::String(text) => Some(text).filter(fits),
            _ => None,
        };
        match value {
            Value::Bool(flag) => Some(Self::Boolean(flag)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::String(own) => Some(own).filter(fits).map(Self::Text),
            Value::Array(items) if items.len() <= TEXTS => {
                items.into_iter().map(text).collect::<Option<_>>().map(Self::Texts)
            }
            Value::Array(_) | Value::Null | Value::Object(_) => None,
        }
    }

    /// Returns the value as JSON.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Boolean(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::Texts(texts) => texts.iter().cloned().map(Value::String).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_keeps_its_type_and_is_within_the_limits() {
        let long = "x".repeat(TEXT_BYTES);
        for good in
            [json!(true), json!(250), json!(2.5), json!("250"), json!(""), json!(long), json!(["a", "b"])]
        {
            let parsed = Attribute::parse(good.clone()).unwrap();
            assert_eq!(parsed.value(), good);
            let stored = serde_json::to_string(&parsed).unwrap();
            assert_eq!(serde_json::from_str::<Attribute>(&stored).unwrap(), parsed);
        }
        for bad in [
            json!(null),
            json!({ "a": 1 }),
            json!([1]),
            json!([["a"]]),
            json!("a\nb"),
            json!(["a\u{7f}"]),
            json!("x".repeat(TEXT_BYTES + 1)),
            json!(vec!["a"; TEXTS + 1]),
        ] {
            assert_eq!(Attribute::parse(bad.clone()), None, "{bad}");
        }
    }
}
