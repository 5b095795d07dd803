//! Numbers in cells.

use serde_json::{Number, Value};

use super::quoted;

/// The largest number that the server accepts. Whole numbers up to it are exact.
const LARGEST: f64 = 1e15;

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
    use serde_json::json;

    use super::parse;

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
