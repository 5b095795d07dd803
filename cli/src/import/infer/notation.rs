//! Notations of numbers: which character precedes the decimals, and which separate the thousands.

use clap::ValueEnum;
use serde_json::Value;

use super::super::line::number;

/// The notation of the numbers of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// 1,234.56 and 1234.56
    Point,
    /// 1.234,56 and 1234,56
    Comma,
}

impl Notation {
    /// Returns the number of a cell, if it is one in this notation. Spaces and apostrophes can separate thousands too.
    #[must_use]
    pub fn number(self, cell: &str) -> Option<Value> {
        let (decimal, thousands) = match self {
            Self::Point => ('.', ','),
            Self::Comma => (',', '.'),
        };
        let (sign, digits) = cell.strip_prefix('-').map_or(("", cell), |digits| ("-", digits));
        let (whole, decimals) = digits.split_once(decimal).map_or((digits, None), |(w, d)| (w, Some(d)));
        let separator = whole.chars().find(|c| *c == thousands || is_space(*c) || *c == '\'' || *c == '’');
        let whole = match separator {
            None => whole.to_owned(),
            Some(separator) => {
                let groups: Vec<&str> = whole.split(separator).collect();
                let fits =
                    groups.iter().skip(1).all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len());
                fits.then(|| groups.concat())?
            }
        };
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(&whole) || !decimals.is_none_or(plain) {
            return None;
        }
        let decimals = decimals.map_or(String::new(), |decimals| format!(".{decimals}"));
        number::parse(&format!("{sign}{whole}{decimals}")).ok()
    }

    /// Returns an example.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Point => "a point before decimals",
            Self::Comma => "a comma before decimals",
        }
    }
}

/// The spaces that spreadsheets write between thousands.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// Returns whether a cell is digits with a zero in front: a code, such as a postcode, and not a number.
#[must_use]
pub fn is_code(cell: &str) -> bool {
    cell.len() > 1 && cell.starts_with('0') && cell.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_in_their_notation_only() {
        for (cell, point, comma) in [
            ("250", Some(json!(250)), Some(json!(250))),
            ("1,234.56", Some(json!(1_234.56)), None),
            ("1.234,56", None, Some(json!(1_234.56))),
            ("1.200", Some(json!(1.2)), Some(json!(1_200))),
            ("12 000", Some(json!(12_000)), Some(json!(12_000))),
            ("1'234'567", Some(json!(1_234_567)), Some(json!(1_234_567))),
            ("-3,5", None, Some(json!(-3.5))),
            ("1,23,456", None, None),
            ("1234,567", None, Some(json!(1_234.567))),
            ("50-100", None, None),
            ("€ 5", None, None),
            ("1e3", None, None),
            ("", None, None),
            (",5", None, None),
        ] {
            assert_eq!(Notation::Point.number(cell), point, "{cell} with a point");
            assert_eq!(Notation::Comma.number(cell), comma, "{cell} with a comma");
        }
    }
}
