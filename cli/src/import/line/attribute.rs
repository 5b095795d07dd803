//! Attributes of accounts: which columns they are, and the types of their values.

use serde_json::Value;

use super::super::file::columns::Columns;
use super::{number, quoted};
use crate::Failure;
use crate::text::printable;

/// An attribute that a column gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// The place of its column.
    pub place: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number or a boolean if the cell is one, otherwise text.
    ByValue,
    Text,
    Number,
    Boolean,
}

impl Attribute {
    /// Parses `NAME[:TYPE][=HEADER]`, where the header is the name by default.
    ///
    /// # Errors
    /// When there is no such column, or the type is not `text`, `number` or `boolean`.
    pub fn parse(option: &str, columns: &Columns) -> Result<Self, Failure> {
        let (left, header) =
            option.split_once('=').map_or((option, None), |(left, header)| (left, Some(header)));
        let (name, kind) = left.rsplit_once(':').map_or((left, None), |(name, kind)| (name, Some(kind)));
        let kind = match kind {
            None => Kind::ByValue,
            Some("text") => Kind::Text,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some(other) => {
                let other = printable(other);
                return Err(Failure::usage(format!(
                    "--attribute: {other:?} is not one of text, number and boolean"
                )));
            }
        };
        Ok(Self { name: name.to_owned(), place: columns.find(header.unwrap_or(name))?, kind })
    }

    /// Returns the value of a cell; None for an empty one.
    ///
    /// # Errors
    /// When the cell does not have the type of the attribute.
    pub fn value(&self, cell: &str) -> Result<Option<Value>, String> {
        if cell.is_empty() {
            return Ok(None);
        }
        let boolean = match cell.to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        };
        let value = match self.kind {
            Kind::Text => cell.into(),
            Kind::Number => number::parse(cell)?,
            Kind::Boolean => boolean.ok_or_else(|| format!("{} is neither true nor false", quoted(cell)))?,
            Kind::ByValue => match (boolean, is_number(cell)) {
                (Some(boolean), _) => boolean,
                (None, true) => number::parse(cell)?,
                (None, false) => cell.into(),
            },
        };
        Ok(Some(value))
    }
}

/// Digits with a zero in front are a code, such as a postcode, and not a number.
fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix('-').unwrap_or(cell);
    let is_code = unsigned.starts_with('0') && unsigned.len() > 1 && !unsigned.starts_with("0.");
    number::is_plain(cell) && !is_code && !cell.contains(['e', 'E', '+'])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::file::columns::Columns;
    use super::Attribute;

    fn value(option: &str, cell: &str) -> Result<Option<Value>, String> {
        let columns = Columns::of(&[], &["size".to_owned(), "a=b".to_owned()], &[]).unwrap();
        Attribute::parse(option, &columns).unwrap().value(cell)
    }

    #[test]
    fn values_have_the_type_that_they_look_like_or_the_declared_one() {
        for (option, cell, expected) in [
            ("size", "250", json!(250)),
            ("size", "2.5", json!(2.5)),
            ("size", "01234", json!("01234")),
            ("size", "1e3", json!("1e3")),
            ("size", "TRUE", json!(true)),
            ("size", "1.234,56", json!("1.234,56")),
            ("size:text", "250", json!("250")),
            ("employees:number=size", "0250", json!(250)),
            ("x:boolean=a=b", "false", json!(false)),
        ] {
            assert_eq!(value(option, cell).unwrap(), Some(expected), "{option} {cell}");
        }
        assert_eq!(value("size:number", "").unwrap(), None);
        assert!(value("size:number", "many").unwrap_err().contains("1234.56"));
        assert!(value("size:boolean", "yes").unwrap_err().contains("neither true nor false"));
    }

    #[test]
    fn an_attribute_without_a_column_or_with_an_unknown_type_is_an_error() {
        let columns = Columns::of(&[], &["size".to_owned()], &[]).unwrap();
        for (option, part) in [
            ("employees", "no column \"employees\""),
            ("size:date", "not one of text"),
            ("a=b", "no column \"b\""),
        ] {
            let error = Attribute::parse(option, &columns).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
