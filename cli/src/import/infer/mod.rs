//! The types of attribute columns, found from their cells. This is pure.
//!
//! A column has one type. If most of its cells are numbers, its other cells are left as text, and the preview says how
//! many. Numbers are read in one notation for the whole column. If two notations give different numbers, the type is
//! not guessed: the caller has to choose.

pub mod notation;

use serde_json::Value;

use crate::Failure;
use crate::text::count;
use notation::Notation;

/// The share of the cells, in percent, that must be numbers in a column of numbers.
const MOST: usize = 80;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Numbers in this notation. Other cells are left as text.
    Number(Notation),
    /// `true` and `false`.
    Boolean,
}

/// The type of a column, with the numbers of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The type.
    pub kind: Kind,
    /// The cells that are not empty.
    pub filled: usize,
    /// The cells of another type, which are left as text.
    pub others: usize,
}

impl Column {
    /// Finds the type of a column. `name` is the attribute, and `chosen` the notation that the caller chose.
    ///
    /// # Errors
    /// When the cells are numbers in two notations that differ.
    pub fn of<'a>(
        name: &str,
        cells: impl Iterator<Item = &'a str> + Clone,
        chosen: Option<Notation>,
    ) -> Result<Self, Failure> {
        let cells = cells.filter(|cell| !cell.is_empty());
        let filled = cells.clone().count();
        let text = Self { kind: Kind::Text, filled, others: 0 };
        if filled == 0 {
            return Ok(text);
        }
        if cells.clone().all(|cell| boolean(cell).is_some()) {
            return Ok(Self { kind: Kind::Boolean, ..text });
        }
        if cells.clone().any(notation::is_code) {
            return Ok(text);
        }
        let numbers =
            |notation: Notation| cells.clone().filter(|cell| notation.number(cell).is_some()).count();
        let notation = if let Some(notation) = chosen {
            notation
        } else {
            let [point, comma] = [numbers(Notation::Point), numbers(Notation::Comma)];
            let unclear = cells.clone().find(|cell| {
                let both = Notation::Point.number(cell).zip(Notation::Comma.number(cell));
                both.is_some_and(|(point, comma)| point != comma)
            });
            if let Some(cell) = unclear.filter(|_| point == comma && point * 100 >= filled * MOST) {
                let cell = crate::text::printable(cell);
                return Err(Failure::usage(format!(
                    "the numbers of {name} are ambiguous: \"{cell}\" can be read in two ways; specify --decimal point \
                     or --decimal comma, or send it as text with --attribute {name}:text"
                )));
            }
            if comma > point { Notation::Comma } else { Notation::Point }
        };
        let found = numbers(notation);
        if found * 100 < filled * MOST {
            return Ok(text);
        }
        Ok(Self { kind: Kind::Number(notation), filled, others: filled - found })
    }

    /// Returns the value of a cell; None for an empty one.
    #[must_use]
    pub fn value(&self, cell: &str) -> Option<Value> {
        if cell.is_empty() {
            return None;
        }
        let typed = match self.kind {
            Kind::Text => None,
            Kind::Boolean => boolean(cell).map(Value::Bool),
            Kind::Number(notation) => notation.number(cell),
        };
        Some(typed.unwrap_or_else(|| cell.into()))
    }

    /// Returns the type for the preview.
    #[must_use]
    pub fn description(&self) -> String {
        let filled = count(self.filled as u64);
        match self.kind {
            Kind::Text => format!("text in {filled} lines"),
            Kind::Boolean => format!("boolean in {filled} lines"),
            Kind::Number(notation) if self.others == 0 => {
                format!("number in {filled} lines, with {}", notation.description())
            }
            Kind::Number(notation) => format!(
                "number, with {}; {} of {filled} not a number: left as text",
                notation.description(),
                count(self.others as u64)
            ),
        }
    }
}

fn boolean(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(cells: &[&str]) -> Result<Column, Failure> {
        Column::of("employees", cells.iter().copied(), None)
    }

    #[test]
    fn a_column_has_the_type_of_most_of_its_cells_and_says_what_is_left_as_text() {
        let mut cells = vec!["1,200", "250", "", "12 000", "1,234.5"];
        cells.extend(vec!["7"; 10]);
        cells.push("unknown");
        let found = column(&cells).unwrap();
        assert_eq!((found.kind, found.filled, found.others), (Kind::Number(Notation::Point), 15, 1));
        assert!(
            found.description().ends_with("1 of 15 not a number: left as text"),
            "{}",
            found.description()
        );
        assert_eq!(found.value("1,200"), Some(json!(1_200)));
        assert_eq!((found.value("unknown"), found.value("")), (Some(json!("unknown")), None));
    }

    #[test]
    fn texts_codes_and_booleans_are_recognized() {
        for (cells, kind) in [
            (vec!["a", "1", "b"], Kind::Text),
            (vec!["01234", "50667"], Kind::Text),
            (vec!["true", "FALSE", ""], Kind::Boolean),
            (vec!["", ""], Kind::Text),
            (vec!["1.234,5", "2"], Kind::Number(Notation::Comma)),
            (vec!["1,234.5", "2"], Kind::Number(Notation::Point)),
        ] {
            assert_eq!(column(&cells).unwrap().kind, kind, "{cells:?}");
        }
    }

    #[test]
    fn an_ambiguous_number_is_not_guessed() {
        let error = column(&["1.200", "7"]).unwrap_err().to_string();
        assert!(error.contains("\"1.200\" can be read in two ways"), "{error}");
        assert_eq!(column(&["1.200", "7", "2,5"]).unwrap().value("1.200"), Some(json!(1_200)));
        let chosen = Column::of("x", ["1.200", "7"].into_iter(), Some(Notation::Point)).unwrap();
        assert_eq!(chosen.value("1.200"), Some(json!(1.2)));
    }
}
