//! Numbers written as texts, with a point or a comma before the decimals and with or without separators of thousands.
//! The same text can mean two numbers: `1,234` is 1234 in English and 1.234 in German.

/// The mark before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// 1234.5, 1,234.5
    Point,
    /// 1234,5, 1.234,5
    Comma,
}

/// The greatest size of a number, as in JSON bodies.
const LARGEST: f64 = 1e15;
/// The length of the longest text that is read, in bytes: no useful number is longer.
const LONGEST: usize = 40;

/// Returns the number that `text` means if `mark` is before its decimals. None if it is not a number in that form, or
/// outside ±1e15.
#[must_use]
pub fn read(text: &str, mark: Mark) -> Option<f64> {
    if text.len() > LONGEST {
        return None;
    }
    let (decimal, group) = match mark {
        Mark::Point => ('.', ','),
        Mark::Comma => (',', '.'),
    };
    let (sign, unsigned) = match text.strip_prefix(['-', '+', '\u{2212}']) {
        Some(rest) if !text.starts_with('+') => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", text),
    };
    let (whole, decimals) =
        unsigned.split_once(decimal).map_or((unsigned, None), |(whole, decimals)| (whole, Some(decimals)));
    let whole = without_groups(whole, group)?;
    let decimals = match decimals {
        Some(decimals) if is_digits(decimals) => format!(".{decimals}"),
        Some(_) => return None,
        None => String::new(),
    };
    let number: f64 = format!("{sign}{whole}{decimals}").parse().ok()?;
    (number.abs() <= LARGEST).then_some(number)
}

/// Returns the number that `text` means, whichever mark is before its decimals. None if it is not a number, or means
/// two.
#[must_use]
pub fn unambiguous(text: &str) -> Option<f64> {
    match (read(text, Mark::Point), read(text, Mark::Comma)) {
        (Some(a), Some(b)) if a.to_bits() != b.to_bits() => None,
        (a, b) => a.or(b),
    }
}

/// Removes separators of thousands: one kind, each followed by exactly three digits.
fn without_groups(whole: &str, group: char) -> Option<String> {
    let is_separator = |c: char| c == group || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}');
    let Some(separator) = whole.chars().find(|c| is_separator(*c)) else {
        return is_digits(whole).then(|| whole.to_owned());
    };
    let parts: Vec<&str> = whole.split(separator).collect();
    let (first, rest) = parts.split_first()?;
    let fits = (1..=3).contains(&first.len()) && rest.iter().all(|part| part.len() == 3);
    (fits && parts.iter().all(|part| is_digits(part))).then(|| parts.concat())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_with_either_mark() {
        for (text, point, comma) in [
            ("250", Some(250.0), Some(250.0)),
            ("-3.50", Some(-3.5), None),
            ("12,5", None, Some(12.5)),
            ("1.234,56", None, Some(1_234.56)),
            ("1,234.56", Some(1_234.56), None),
            ("1,234", Some(1_234.0), Some(1.234)),
            ("1.234", Some(1.234), Some(1_234.0)),
            ("1 234 567,8", None, Some(1_234_567.8)),
            ("1\u{a0}000", Some(1_000.0), Some(1_000.0)),
            ("12'000.5", Some(12_000.5), None),
            ("+7", Some(7.0), Some(7.0)),
        ] {
            assert_eq!((read(text, Mark::Point), read(text, Mark::Comma)), (point, comma), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_read() {
        let texts =
            ["", "-", "1,23,456", "1.2.3", "1e3", "5 EUR", "€5", "NaN", "1.", ".5", "1 2", "١", "--1"];
        for text in texts.into_iter().chain(["10000000000000000"]) {
            assert_eq!(unambiguous(text), None, "{text}");
        }
        assert_eq!(unambiguous(&"1".repeat(41)), None);
    }

    #[test]
    fn a_text_with_two_meanings_is_ambiguous() {
        assert_eq!(["1,234", "1.234"].map(unambiguous), [None, None]);
        assert_eq!(
            ["1,2345", "0,5", "1.234.567"].map(unambiguous),
            [Some(1.2345), Some(0.5), Some(1_234_567.0)]
        );
    }
}
