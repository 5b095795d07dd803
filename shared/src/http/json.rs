//! Strict JSON: what RFC 8259 leaves open is refused. No name twice in an object, no nesting past
//! 32, no number past ±1e15 (beyond which not every integer survives a double with room to sum) or nearer to 0
//! than 1e-100.

#[cfg(test)]
mod tests;

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
