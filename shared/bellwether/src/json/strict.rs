//! The deserializer that refuses cases that RFC 8259 leaves open, and reports their position.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{DEPTH, LARGEST, OUT_OF_RANGE, SMALLEST};
use domain::validation::{Invalid, pointer};

/// The parser's position, and the reason why it stopped.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) path: RefCell<Vec<String>>,
    pub(super) broken: RefCell<Option<Broken>>,
    /// The number of numbers that were read.
    numbers: Cell<usize>,
    /// The index, from 0, of the first number that becomes 0 as a double although it is not 0.
    vanishing: Option<usize>,
}

impl Progress {
    /// The start of a document, with the index of its first number that becomes 0.
    pub(super) fn before(vanishing: Option<usize>) -> Self {
        Self { vanishing, ..Self::default() }
    }
}

/// The reason why it stopped.
pub(super) enum Broken {
    Field(Invalid),
    Depth,
}

/// A value that is parsed strictly.
#[derive(Clone, Copy)]
pub(super) struct Strict<'a>(pub(super) &'a Progress);

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
        let place = self.0.numbers.get();
        self.0.numbers.set(place + 1);
        match number {
            Some(_) if self.0.vanishing == Some(place) => Err(self.refuse(OUT_OF_RANGE)),
            Some(number) if size == 0.0 || (SMALLEST..=LARGEST).contains(&size.abs()) => {
                Ok(Value::Number(number))
            }
            _ => Err(self.refuse(OUT_OF_RANGE)),
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
                return Err(self.refuse("is repeated in the same object"));
            }
            map.insert(name, entries.next_value_seed(self)?);
            self.leave();
        }
        Ok(Value::Object(map))
    }
}
