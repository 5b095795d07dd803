//! Converts JSON to types and accepts one form for each type: an object for a struct, a string for an enum.
//! Without this module, serde also accepts a list of fields in order, or `{"word": null}`.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};
use serde_path_to_error::Segment;

use super::numeral::{self, Mark};
use super::{Invalid, escape};

/// Converts a JSON value to `T`.
///
/// # Errors
/// Returns the first field that has a wrong type, is missing or is unknown. The error does not repeat the value,
/// which may be a secret in the wrong field.
pub fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Vec<Invalid>> {
    serde_path_to_error::deserialize(Plain(value)).map_err(|error| {
        let part = |segment: &Segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        };
        let pointer: String = error.path().iter().map(part).collect();
        let message = error.into_inner().to_string();
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        vec![match missing {
            Some(name) => Invalid::new(format!("{pointer}/{}", escape(name)), "is required"),
            None => Invalid::new(pointer, in_plain_words(&message)),
        }]
    })
}

/// Returns serde's message without the value that it quotes and without the names of Rust types.
fn in_plain_words(message: &str) -> String {
    let quotes = ["invalid type", "invalid value", "unknown variant"];
    if message.starts_with("unknown field") {
        return "is not a field here".to_owned();
    }
    let Some((_, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    if !quotes.iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    if let Some(fix) = number_as_text(message, expected) {
        return fix;
    }
    let plain = match expected {
        "u8" | "u16" | "u32" | "u64" => "a whole number, 0 or more",
        "a nonzero u64" => "a whole number, 1 or more",
        "i64" => "a whole number",
        "f64" => "a number",
        "a string" | "string or map" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "true or false",
        other => other,
    };
    format!("must be {}", plain.replace('`', ""))
}

/// Returns how to correct a number that was sent as a text, such as `"250"`. Only a text that is a number is repeated.
fn number_as_text(message: &str, expected: &str) -> Option<String> {
    let text =
        message.strip_prefix("invalid type: string \"")?.strip_suffix(&format!("\", expected {expected}"))?;
    let is_whole = match expected {
        "f64" => false,
        "u8" | "u16" | "u32" | "u64" | "a nonzero u64" | "i64" => true,
        _ => return None,
    };
    let number = numeral::read(text, Mark::Point)
        .filter(|_| !text.contains(','))
        .or_else(|| numeral::unambiguous(text));
    match number {
        Some(number) if is_whole && number.fract() != 0.0 => None,
        Some(number) => Some(format!("is the text \"{text}\"; send the number {number}")),
        None => {
            numeral::read(text, Mark::Point)?;
            Some(format!(
                "is the text \"{text}\"; send a number, with a point before the decimals and no other separator"
            ))
        }
    }
}

struct Plain(Value);

impl<'de> Deserializer<'de> for Plain {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Plain));
                let list = visitor.visit_seq(&mut items)?;
                items.end().map(|()| list)
            }
            Value::Object(map) => {
                let mut entries =
                    MapDeserializer::new(map.into_iter().map(|(name, value)| (name, Plain(value))));
                let object = visitor.visit_map(&mut entries)?;
                entries.end().map(|()| object)
            }
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_object() {
            self.deserialize_any(visitor)
        } else {
            Err(Error::custom("must be an object"))
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(word.into_deserializer()),
            _ => Err(Error::custom(format!("must be one of {}", words.join(", ")))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Plain {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Yes,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "the tests read only errors")]
    struct Outer {
        number: u32,
        word: Option<Word>,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "the tests read only errors")]
    struct Inner {
        text: String,
    }

    fn refused(value: Value) -> (String, String) {
        let found = typed::<Outer>(value).unwrap_err().remove(0);
        (found.pointer, found.detail)
    }

    #[test]
    fn a_number_that_is_sent_as_a_text_is_named_with_the_fix() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "the test reads only errors")]
        struct Numbers {
            amount: Option<f64>,
            count: Option<u32>,
        }
        for (field, text, detail) in [
            ("amount", "250", "is the text \"250\"; send the number 250"),
            ("amount", "12,5", "is the text \"12,5\"; send the number 12.5"),
            ("amount", "1.234", "is the text \"1.234\"; send the number 1.234"),
            ("amount", "-1.234,50", "is the text \"-1.234,50\"; send the number -1234.5"),
            (
                "amount",
                "1,234",
                "is the text \"1,234\"; send a number, with a point before the decimals and no other separator",
            ),
            ("amount", "5 EUR", "must be a number"),
            ("amount", "", "must be a number"),
            ("amount", "2\"", "must be a number"),
            ("count", "3", "is the text \"3\"; send the number 3"),
            ("count", "2.5", "must be a whole number, 0 or more"),
        ] {
            let found = typed::<Numbers>(json!({ field: text })).unwrap_err().remove(0);
            assert_eq!((found.pointer, found.detail), (format!("/{field}"), detail.to_owned()), "{text}");
        }
    }

    #[test]
    fn each_type_accepts_one_form_and_errors_do_not_repeat_the_value() {
        let cases = [
            (json!([1, "yes"]), "", "must be an object"),
            (json!({ "number": "s3cret" }), "/number", "must be a whole number, 0 or more"),
            (json!({ "number": -1 }), "/number", "must be a whole number, 0 or more"),
            (json!({ "number": 1, "word": "s3cret" }), "/word", "must be yes"),
            (json!({ "number": 1, "word": { "yes": null } }), "/word", "must be one of yes"),
            (json!({ "number": 1, "inner": [["s3cret"]] }), "/inner/0", "must be an object"),
            (json!({ "number": 1, "inner": [{ "text": 918_273 }] }), "/inner/0/text", "must be a text"),
            (json!({ "number": 1, "inner": {} }), "/inner", "must be a list"),
            (json!({ "number": 1, "a/b": 1 }), "/a~1b", "is not a field here"),
            (json!({}), "/number", "is required"),
        ];
        for (value, pointer, detail) in cases {
            assert_eq!(refused(value), (pointer.to_owned(), detail.to_owned()));
        }
        assert!(typed::<Outer>(json!({ "number": 1, "word": null, "inner": [{ "text": "x" }] })).is_ok());
    }
}
