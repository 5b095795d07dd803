//! Strict JSON: what RFC 8259 leaves open is refused. No name twice in an object, no nesting past
//! 32, no number past ±1e15 (beyond which not every integer survives a double with room to sum) or nearer to 0
//! than 1e-100. So an integer is exact, and any other number is the nearest double: its first 15 digits survive.

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use domain::validation::{Invalid, pointer};

/// Deepest nesting of objects and arrays.
pub const DEPTH: usize = 32;
/// Largest number, up and down.
pub const LARGEST: f64 = 1e15;
/// Smallest number that is not 0: what DynamoDB keeps, with room to spare.
pub const SMALLEST: f64 = 1e-100;

const OUT_OF_RANGE: &str = "must be a number between -1e15 and 1e15, and 0 or at least 1e-100 in size";

/// What `serde_json` calls a number that is infinite as a double, which is JSON all the same.
const TOO_LARGE: &str = "number out of range";

/// Why a text is not taken as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no JSON, or nested too deep; says so.
    Malformed(String),
    /// A repeated name or a number out of range.
    Field(Invalid),
}

/// Parses a text.
///
/// # Errors
/// When it is no JSON, or holds what is refused here.
pub fn parse(body: &[u8]) -> Result<Value, Unreadable> {
    let state = Progress { vanishing: vanishing(body), ..Progress::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = Strict(&state).deserialize(&mut deserializer);
    let parsed = parsed.and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| match state.broken.into_inner() {
        Some(Broken::Field(field)) => Unreadable::Field(field),
        None if error.to_string().starts_with(TOO_LARGE) => {
            Unreadable::Field(Invalid::new(pointer(state.path.borrow().iter()), OUT_OF_RANGE))
        }
        Some(Broken::Depth) => {
            Unreadable::Malformed(format!("The body is nested deeper than {DEPTH} levels."))
        }
        None => Unreadable::Malformed(format!(
            "The body is no valid JSON at line {}, column {}.",
            error.line(),
            error.column()
        )),
    })
}

/// Where the parser is, and what made it stop.
#[derive(Default)]
struct Progress {
    path: RefCell<Vec<String>>,
    broken: RefCell<Option<Broken>>,
    /// How many numbers have been read.
    numbers: Cell<usize>,
    /// Which number, counted from 0, is the first that a double makes 0 of although it is not.
    vanishing: Option<usize>,
}

/// Which number of a document, counted from 0, is the first that is written like 0 to a double and is not
/// 0: `serde_json` reads `1e-400` as 0. In what is no JSON the answer means nothing.
fn vanishing(body: &[u8]) -> Option<usize> {
    let (mut rest, mut numbers) = (body, 0);
    while let [first, after @ ..] = rest {
        rest = match first {
            b'"' => after_text(after),
            b'-' | b'0'..=b'9' => {
                let part = |b: &u8| b.is_ascii_digit() || b".eE+-".contains(b);
                let (number, after) = rest.split_at(rest.iter().take_while(|b| part(b)).count());
                if is_lost(number) {
                    return Some(numbers);
                }
                numbers += 1;
                after
            }
            _ => after,
        };
    }
    None
}

/// What comes after a text whose opening quotation mark has been read.
fn after_text(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = rest.iter().position(|b| matches!(b, b'"' | b'\\')) {
        if rest[at] == b'"' {
            return &rest[at + 1..];
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    &[]
}

/// Whether a number has a digit that is not 0 and is 0 as a double.
fn is_lost(number: &[u8]) -> bool {
    let mantissa = number.split(|b| b"eE".contains(b)).next().unwrap_or_default();
    let digits = mantissa.iter().any(|b| (b'1'..=b'9').contains(b));
    digits && std::str::from_utf8(number).is_ok_and(|text| text.parse() == Ok(0.0))
}

enum Broken {
    Field(Invalid),
    Depth,
}

#[derive(Clone, Copy)]
struct Strict<'a>(&'a Progress);

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
                return Err(self.refuse("stands twice in the same object"));
            }
            map.insert(name, entries.next_value_seed(self)?);
            self.leave();
        }
        Ok(Value::Object(map))
    }
}
