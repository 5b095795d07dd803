//! Cleans the texts of a request body.

use std::str::FromStr;

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::hidden::{first_hidden, is_plain, strip};
use crate::pointer::escape;

/// The maximum number of errors for a body. The other errors appear when these are corrected.
const NAMED: usize = 20;

/// What happens to hidden code points in requests. In both modes, texts are stored in NFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screen {
    /// The request is rejected with the field and the code point.
    #[default]
    Refuse,
    /// The code points are removed.
    Strip,
}

/// The error for one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// JSON pointer into the value that was cleaned.
    pub pointer: String,
    /// The reason, without the text.
    pub detail: String,
}

impl Refused {
    fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}

impl FromStr for Screen {
    type Err = &'static str;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "refuse" => Ok(Self::Refuse),
            "strip" => Ok(Self::Strip),
            _ => Err("must be refuse or strip"),
        }
    }
}

impl Screen {
    /// Returns the value with all its texts and names clean.
    ///
    /// # Errors
    /// Returns the first 20 texts with a hidden code point, by pointer and without the text. In both modes, two names
    /// of an object that are the same once they are clean are an error.
    pub fn clean(self, mut value: Value) -> Result<Value, Vec<Refused>> {
        let refused = self.value(&mut value);
        if refused.is_empty() { Ok(value) } else { Err(refused) }
    }

    fn value(self, value: &mut Value) -> Vec<Refused> {
        match value {
            Value::String(text) => self.text(text).err().into_iter().collect(),
            Value::Array(items) => self.each(items.iter_mut().enumerate()),
            Value::Object(map) if map.keys().all(|name| is_plain(name)) => self.each(map.iter_mut()),
            Value::Object(map) => self.names(map),
            _ => Vec::new(),
        }
    }

    fn each<'a>(self, values: impl Iterator<Item = (impl ToString, &'a mut Value)>) -> Vec<Refused> {
        let mut refused = Vec::new();
        for (part, value) in values {
            let found = self.value(value);
            if !found.is_empty() {
                refused.extend(under(&part.to_string(), found));
                refused.truncate(NAMED);
            }
        }
        refused
    }

    fn text(self, text: &mut String) -> Result<(), Refused> {
        if is_plain(text) {
            return Ok(());
        }
        if self == Self::Strip {
            *text = strip(text);
            return Ok(());
        }
        *text = text.nfc().collect();
        first_hidden(text).map_or(Ok(()), |hidden| Err(Refused::new("", hidden.to_string())))
    }

    /// Cleans an object and its names. The pointer does not contain a rejected name.
    fn names(self, map: &mut Map<String, Value>) -> Vec<Refused> {
        let mut refused = Vec::new();
        for (mut name, mut value) in std::mem::take(map) {
            if let Err(found) = self.text(&mut name) {
                refused.push(Refused::new("", format!("has a name that {}", found.detail)));
                continue;
            }
            refused.extend(under(&name, self.value(&mut value)));
            if map.insert(name, value).is_some() {
                refused.push(Refused::new("", "has two names that are the same once they are cleaned"));
            }
        }
        refused.truncate(NAMED);
        refused
    }
}

/// Returns a rejected value without its hidden code points, so that a response can repeat it.
#[must_use]
pub fn visible(value: &Value) -> Value {
    Screen::Strip.clean(value.clone()).unwrap_or_default()
}

fn under(part: &str, found: Vec<Refused>) -> impl Iterator<Item = Refused> {
    let prefix = format!("/{}", escape(part));
    found.into_iter().map(move |invalid| invalid.under(&prefix))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_and_every_name_is_checked_and_errors_do_not_repeat_them() {
        let body = json!({ "a/b": ["x", { "c": "\u{200B}" }], "ü": { "d\u{AD}": 1, "e": "\u{1}" }, "f": 1 });
        let refused = Screen::Refuse.clean(body).unwrap_err();
        let found: Vec<_> =
            refused.iter().map(|field| (field.pointer.as_str(), field.detail.as_str())).collect();
        let expected = [
            ("/a~1b/1/c", "contains U+200B, an invisible character; remove it"),
            ("/ü", "has a name that contains U+00AD, an invisible character; remove it"),
            ("/ü/e", "contains U+0001, a control character; remove it"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_clean_body_stays_unchanged_and_keeps_its_order() {
        let body = json!({ "z": 1, "ä": ["b", null, 1.5], "a": { "y": "two\nlines", "x": true } });
        for screen in [Screen::Refuse, Screen::Strip] {
            let cleaned = screen.clean(body.clone());
            assert_eq!(cleaned.map(|cleaned| cleaned.to_string()), Ok(body.to_string()));
        }
    }

    #[test]
    fn names_that_become_equal_are_rejected_in_both_modes() {
        for (screen, body) in [
            (Screen::Refuse, json!({ "p": { "é": 1, "e\u{301}": 2 } })),
            (Screen::Strip, json!({ "p": { "e": 1, "e\u{200B}": 2 } })),
        ] {
            let refused = screen.clean(body).unwrap_err();
            let detail = "has two names that are the same once they are cleaned";
            assert_eq!(refused, [Refused::new("/p", detail)]);
        }
    }

    #[test]
    fn an_error_names_the_first_20_texts() {
        let many = vec!["\u{200B}"; 1_000];
        let names: Map<String, Value> = (0..1_000).map(|n| (format!("\u{200B}{n}"), json!(n))).collect();
        for body in [json!(many), json!({ "list": many, "more": many }), json!(names)] {
            assert_eq!(Screen::Refuse.clean(body).unwrap_err().len(), 20);
        }
    }

    #[test]
    fn a_visible_value_contains_no_hidden_code_point() {
        assert_eq!(visible(&json!("a\u{200B}b")), "ab");
        assert_eq!(visible(&json!(["a\u{E0041}"])), json!(["a"]));
        assert_eq!(visible(&json!({ "e": 1, "e\u{200B}": 2 })), Value::Null);
    }
}
