//! Numbers in cells.

use domain::validation::numeral::{self, Mark};
use serde_json::{Number, Value};

use super::quoted;

/// The largest number that the server accepts. Whole numbers up to it are exact.
const LARGEST: f64 = 1e15;

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// With this mark before the decimals.
    Marked(Mark),
    /// No cell shows the mark. Only numbers without separators of thousands are read, with a point.
    Plain,
    /// Some cells have a point before the decimals, and others a comma.
    Mixed,
}

impl Numbers {
    /// Finds how the numbers of a column are written: as `chosen`, or else as those cells show that mean one number only.
    #[must_use]
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>, chosen: Option<Mark>) -> Self {
        if let Some(mark) = chosen {
            return Self::Marked(mark);
        }
        let (mut point, mut comma) = (false, false);
        for cell in cells {
            match (numeral::read(cell, Mark::Point), numeral::read(cell, Mark::Comma)) {
                (Some(_), None) => point = true,
                (None, Some(_)) => comma = true,
                _ => {}
            }
        }
        match (point, comma) {
            (true, true) => Self::Mixed,
            (true, false) => Self::Marked(Mark::Point),
            (false, true) => Self::Marked(Mark::Comma),
            (false, false) => Self::Plain,
        }
    }

    /// Returns what was found, for the overview.
    #[must_use]
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Marked(Mark::Point) => Some("numbers as 1,234.56"),
            Self::Marked(Mark::Comma) => Some("numbers as 1.234,56"),
            Self::Plain => None,
            Self::Mixed => Some("both points and commas before decimals; choose with --decimals"),
        }
    }

    /// Parses a cell of the column.
    ///
    /// # Errors
    /// When the cell is not a number in this form, or can mean two numbers.
    pub fn parse(self, cell: &str) -> Result<Value, String> {
        let has_mark = cell.contains(['.', ',']);
        let mark = match self {
            Self::Marked(mark) => mark,
            Self::Plain if !cell.contains(',') => Mark::Point,
            Self::Mixed if !has_mark => Mark::Point,
            Self::Plain | Self::Mixed => {
                return match (numeral::read(cell, Mark::Point), numeral::read(cell, Mark::Comma)) {
                    (Some(a), Some(b)) if a.to_bits() != b.to_bits() => Err(format!(
                        "{} is {a} or {b}; add --decimals point or --decimals comma",
                        quoted(cell)
                    )),
                    (None, None) => parse(cell),
                    _ => Err(format!(
                        "{} is written in another way than other numbers of the column; add --decimals point or --decimals comma",
                        quoted(cell)
                    )),
                };
            }
        };
        match numeral::read(cell, mark) {
            Some(number) => parse(&number.to_string()),
            // The form of programs, with an exponent.
            None if mark == Mark::Point || !has_mark => parse(cell),
            None => Err(format!("{} is not a number of the form 1.234,56", quoted(cell))),
        }
    }
}

/// Reads the option `--decimals`.
///
/// # Errors
/// For another word than `point` and `comma`.
pub fn mark(word: &str) -> Result<Mark, String> {
    match word {
        "point" => Ok(Mark::Point),
        "comma" => Ok(Mark::Comma),
        _ => Err("must be point or comma".to_owned()),
    }
}

/// Parses a number with a point before its decimals and without any other separator: other forms mean different numbers
/// in different countries.
///
/// # Errors
/// When the cell has another form.
pub fn parse(cell: &str) -> Result<Value, String> {
    let expected = || {
        let hint = if cell.contains(',') {
            ": remove the separators of thousands and write a point before the decimals"
        } else {
            ""
        };
        format!("{} is not a number in the expected form, for example 1234.56{hint}", quoted(cell))
    };
    if !is_plain(cell) {
        return Err(expected());
    }
    let value: f64 = cell.parse().map_err(|_| expected())?;
    if value.abs() > LARGEST {
        return Err(format!("{} is outside the range from -1e15 to 1e15", quoted(cell)));
    }
    if value.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 1e15")]
        let whole = value as i64;
        return Ok(whole.into());
    }
    Number::from_f64(value).map(Value::Number).ok_or_else(expected)
}

/// Returns whether the cell is digits with an optional sign, decimals and exponent.
#[must_use]
pub fn is_plain(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text: &str| text.strip_prefix(['-', '+']).unwrap_or(text).to_owned();
    let (mantissa, exponent) = cell.split_once(['e', 'E']).map_or((cell, None), |(m, e)| (m, Some(e)));
    let mantissa = unsigned(mantissa);
    let (whole, decimals) = mantissa.split_once('.').map_or((mantissa.as_str(), None), |(w, d)| (w, Some(d)));
    digits(whole)
        && decimals.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(&unsigned(exponent)))
}

#[cfg(test)]
mod tests {
    use domain::validation::numeral::Mark;
    use serde_json::json;

    use super::{Numbers, parse};

    #[test]
    fn the_form_of_a_column_is_found_by_cells_with_one_meaning() {
        for (cells, expected) in [
            (vec!["250", "1.234"], Numbers::Plain),
            (vec!["1.234", "12,5"], Numbers::Marked(Mark::Comma)),
            (vec!["1,234", "12.5"], Numbers::Marked(Mark::Point)),
            (vec!["1.234.567"], Numbers::Marked(Mark::Comma)),
            (vec!["12.5", "12,5", "n/a"], Numbers::Mixed),
        ] {
            assert_eq!(Numbers::of(cells.iter().copied(), None), expected, "{cells:?}");
        }
        assert_eq!(Numbers::of(["12,5"].into_iter(), Some(Mark::Point)), Numbers::Marked(Mark::Point));
    }

    #[test]
    fn a_cell_is_read_in_the_form_of_its_column() {
        let (point, comma) = (Numbers::Marked(Mark::Point), Numbers::Marked(Mark::Comma));
        for (numbers, cell, value) in [
            (comma, "1.234", json!(1_234)),
            (comma, "1.234,50", json!(1_234.5)),
            (comma, "18 000", json!(18_000)),
            (point, "1,234", json!(1_234)),
            (point, "1e3", json!(1_000)),
            (Numbers::Plain, "1.234", json!(1.234)),
            (Numbers::Plain, "18 000", json!(18_000)),
            (Numbers::Mixed, "7", json!(7)),
        ] {
            assert_eq!(numbers.parse(cell), Ok(value), "{cell}");
        }
        for (numbers, cell, part) in [
            (Numbers::Plain, "1,234", "is 1234 or 1.234; add --decimals"),
            (Numbers::Mixed, "12,5", "another way than other numbers"),
            (comma, "12.5", "is not a number of the form 1.234,56"),
            (point, "12,5", "is not a number in the expected form"),
            (Numbers::Plain, "5 EUR", "is not a number in the expected form"),
        ] {
            let error = numbers.parse(cell).unwrap_err();
            assert!(error.contains(part), "{cell}: {error}");
        }
    }

    #[test]
    fn plain_numbers_are_read() {
        for (cell, value) in [
            ("0", json!(0)),
            ("18000", json!(18_000)),
            ("1234.56", json!(1_234.56)),
            ("-3.50", json!(-3.5)),
            ("+7.0", json!(7)),
            ("1e3", json!(1_000)),
            ("1.5E-3", json!(0.001_5)),
        ] {
            assert_eq!(parse(cell).unwrap(), value, "{cell}");
        }
    }

    #[test]
    fn ambiguous_and_wrong_numbers_are_refused_with_the_expected_form() {
        for cell in [
            "1.234,56", "1,234.56", "1,5", "€ 5", "5 EUR", "1 000", "1'000", "NaN", "inf", "0x10", ".5",
            "5.", "--1", "1e", "", "١",
        ] {
            let error = parse(cell).unwrap_err();
            assert!(
                error.contains("is not a number in the expected form, for example 1234.56"),
                "{cell}: {error}"
            );
        }
        assert!(parse("1.234,56").unwrap_err().ends_with("write a point before the decimals"));
        assert!(parse("1e16").unwrap_err().contains("outside the range"));
        assert!(parse("1e999").unwrap_err().contains("outside the range"));
    }
}
