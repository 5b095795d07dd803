//! Strict JSON: what RFC 8259 leaves open is refused. No name twice in an object, no nesting past
//! 32, no number past ±1e15 (beyond which not every integer survives a double with room to sum) or nearer to 0
//! than 1e-100.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::Problem;
use crate::validation::{Invalid, pointer};

/// Deepest nesting of objects and arrays.
pub const DEPTH: usize = 32;
/// Largest number, up and down.
pub const LARGEST: f64 = 1e15;
/// Smallest number that is not 0: what DynamoDB keeps, with room to spare.
pub const SMALLEST: f64 = 1e-100;

/// Parses a body.
///
/// # Errors
/// 400 for what is no JSON or nested too deep, 422 for a repeated name or a number out of range, by
/// its pointer.
pub fn parse(body: &[u8]) -> Result<Value, Problem> {
    let state = State::default();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = Strict(&state).deserialize(&mut deserializer);
    let parsed = parsed.and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| match state.broken.into_inner() {
        Some(Broken::Field(field)) => Problem::Invalid(vec![field]),
        Some(Broken::Depth) => Problem::Malformed(format!("The body is nested deeper than {DEPTH} levels.")),
        None => Problem::Malformed(format!(
            "The body is no valid JSON at line {}, column {}.",
            error.line(),
            error.column()
        )),
    })
}

/// Where the parser is, and what made it stop.
#[derive(Default)]
struct State {
    path: RefCell<Vec<String>>,
    broken: RefCell<Option<Broken>>,
}

enum Broken {
    Field(Invalid),
    Depth,
}

#[derive(Clone, Copy)]
struct Strict<'a>(&'a State);

impl Strict<'_> {
    fn enter<E: Error>(self, part: String) -> Result<(), E> {
        self.0.path.borrow_mut().push(part);
        if self.0.path.borrow().len() > DEPTH {
            self.0.broken.replace(Some(Broken::Depth));
            return Err(E::custom("too deep"));
        }
        Ok(())
    }

    fn leave(self) {
        self.0.path.borrow_mut().pop();
    }

    fn refuse<E: Error>(self, detail: &str) -> E {
        let path = self.0.path.borrow();
        let field = Invalid::new(pointer(path.iter()), detail);
        self.0.broken.replace(Some(Broken::Field(field)));
        E::custom("refused")
    }

    fn number<E: Error>(self, size: f64, number: Option<Number>) -> Result<Value, E> {
        match number {
            Some(number) if size == 0.0 || (SMALLEST..=LARGEST).contains(&size.abs()) => {
                Ok(Value::Number(number))
            }
            _ => {
                Err(self.refuse("must be a number between -1e15 and 1e15, and 0 or at least 1e-100 in size"))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[expect(clippy::cast_precision_loss, reason = "only compared with a bound far below 2^53 apart")]
impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.number(value as f64, Some(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.number(value as f64, Some(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.number(value, Number::from_f64(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        self.enter(list.len().to_string())?;
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
            self.leave();
            self.enter(list.len().to_string())?;
        }
        self.leave();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        self.enter(String::new())?;
        self.leave();
        while let Some(name) = entries.next_key::<String>()? {
            self.enter(name.clone())?;
            if map.contains_key(&name) {
                return Err(self.refuse("stands twice in the same object"));
            }
            map.insert(name, entries.next_value_seed(self)?);
            self.leave();
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> (u16, String) {
        let problem = parse(body.as_bytes()).unwrap_err();
        let pointer = match &problem {
            Problem::Invalid(fields) => fields[0].pointer.clone(),
            _ => String::new(),
        };
        (problem.status().as_u16(), pointer)
    }

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn ordinary_json_is_read_as_it_stands() {
        let body = r#"{"a":[1,-2.5,true,null,"ü\n"],"b":{"c":{}},"d":1000000000000000}"#;
        assert_eq!(parse(body.as_bytes()).unwrap(), serde_json::from_str::<Value>(body).unwrap());
    }

    #[test]
    fn a_repeated_name_and_a_number_out_of_range_are_refused_by_pointer() {
        assert_eq!(refused(r#"{"a":{"b/c":1,"b/c":1}}"#), (422, "/a/b~1c".to_owned()));
        assert_eq!(refused(r#"{"a":[0,1000000000000001]}"#), (422, "/a/1".to_owned()));
        assert_eq!(refused(r#"{"a":-1e16}"#), (422, "/a".to_owned()));
        assert_eq!(refused(r#"{"a":1e-140}"#), (422, "/a".to_owned()));
        assert!(parse(b"[0, -0.0, 0.1, -1e-99, 1e15]").is_ok());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for body in ["", "{", "NaN", "[1,]", "{\"a\":Infinity}", "{} {}", "1e999", "\"\u{0}\""] {
            assert_eq!(refused(body).0, 400, "{body}");
        }
        assert_eq!(parse(b"\"\xff\"").unwrap_err().status().as_u16(), 400);
    }

    #[test]
    fn nesting_is_bounded_at_32() {
        assert!(parse(nested(DEPTH).as_bytes()).is_ok());
        assert_eq!(refused(&nested(DEPTH + 1)).0, 400);
        assert_eq!(refused(&nested(100_000)).0, 400);
        assert_eq!(refused(&"{\"a\":".repeat(DEPTH + 1)).0, 400);
    }
}
