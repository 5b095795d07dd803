//! What becomes of a body that comes in.

use std::str::FromStr;

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::hidden::{first_hidden, is_plain, strip};
use crate::pointer::escape;

/// At most this many texts of a body are named; the rest show when these are mended.
const NAMED: usize = 20;

/// What becomes of hidden code points in what callers send. Either way what is kept is in NFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screen {
    /// The request is refused, naming field and code point.
    #[default]
    Refuse,
    /// They are left out.
    Strip,
}

/// A text that is refused: where it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// JSON pointer into what was to be cleaned.
    pub pointer: String,
    /// Why, without the text.
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
    /// The value with every text and every name in it clean.
    ///
    /// # Errors
    /// The first 20 texts with a hidden code point, each by its pointer and without the text; in either
    /// mode two names of an object that are the same once clean.
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

    /// An object whose names are to be cleaned too. A name that is refused is not in the pointer.
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

/// What an answer repeats of a value that was refused: the same without what hides in it.
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
    fn every_text_and_every_name_is_looked_at_and_named_without_being_repeated() {
        let body = json!({ "a/b": ["x", { "c": "\u{200B}" }], "ü": { "d\u{AD}": 1, "e": "\u{1}" }, "f": 1 });
        let refused = Screen::Refuse.clean(body).unwrap_err();
        let found: Vec<_> =
            refused.iter().map(|field| (field.pointer.as_str(), field.detail.as_str())).collect();
        let expected = [
            ("/a~1b/1/c", "holds U+200B, an invisible character; remove it"),
            ("/ü", "has a name that holds U+00AD, an invisible character; remove it"),
            ("/ü/e", "holds U+0001, a control character; remove it"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_clean_body_is_what_it_was_in_the_order_that_it_had() {
        let body = json!({ "z": 1, "ä": ["b", null, 1.5], "a": { "y": "two\nlines", "x": true } });
        for screen in [Screen::Refuse, Screen::Strip] {
            let kept = screen.clean(body.clone());
            assert_eq!(kept.map(|kept| kept.to_string()), Ok(body.to_string()));
        }
    }

    #[test]
    fn names_that_become_the_same_are_refused_in_either_mode() {
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
    fn the_first_20_texts_are_named() {
        let many = vec!["\u{200B}"; 1_000];
        let names: Map<String, Value> = (0..1_000).map(|n| (format!("\u{200B}{n}"), json!(n))).collect();
        for body in [json!(many), json!({ "list": many, "more": many }), json!(names)] {
            assert_eq!(Screen::Refuse.clean(body).unwrap_err().len(), 20);
        }
    }

    #[test]
    fn what_is_repeated_hides_nothing() {
        assert_eq!(visible(&json!("a\u{200B}b")), "ab");
        assert_eq!(visible(&json!(["a\u{E0041}"])), json!(["a"]));
        assert_eq!(visible(&json!({ "e": 1, "e\u{200B}": 2 })), Value::Null);
    }
}
