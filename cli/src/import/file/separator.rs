//! The character between the columns of a file.

use crate::Failure;

/// In the order of preference when the header line has the same number of several.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Returns the separator that the option names.
///
/// # Errors
/// When it is not one character of ASCII.
pub fn named(option: &str) -> Result<u8, Failure> {
    match option.as_bytes() {
        _ if option == "tab" || option == "\\t" => Ok(b'\t'),
        [byte] if !matches!(byte, b'"' | b'\r' | b'\n') && byte.is_ascii() => Ok(*byte),
        _ => Err(Failure::usage("--separator is one character, such as ; or tab")),
    }
}

/// Returns the separator of a file and the text without the line `sep=…` that Excel reads. It is the character that occurs
/// most often in the header line outside quotes.
#[must_use]
pub fn found(text: &str) -> (u8, &str) {
    let first = text.lines().next().unwrap_or_default();
    if let Some([separator]) = first.strip_prefix("sep=").map(str::as_bytes) {
        // The line stays in the text as an empty one, so that the numbers of the lines stay right.
        return (*separator, &text[first.len()..]);
    }
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts = [0_usize; 4];
    let mut quoted = false;
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some(place) = CANDIDATES.iter().position(|candidate| *candidate == byte && !quoted) {
            counts[place] += 1;
        }
    }
    let mut best = 0;
    for place in 1..counts.len() {
        if counts[place] > counts[best] {
            best = place;
        }
    }
    (CANDIDATES[best], text)
}

/// Returns the name of a separator for messages.
#[must_use]
pub fn name(separator: u8) -> String {
    match separator {
        b',' => "commas".to_owned(),
        b';' => "semicolons".to_owned(),
        b'\t' => "tabs".to_owned(),
        other => format!("{:?}", char::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::{found, named};

    #[test]
    fn the_separator_is_found_in_the_header_outside_quotes() {
        for (text, separator) in [
            ("a,b,c\n1;2;3;4\n", b','),
            ("\n\"Amount, EUR, net\";Domain\n", b';'),
            ("a\tb\n", b'\t'),
            ("a|b|c,d\n", b'|'),
            ("alone\n", b','),
            ("", b','),
        ] {
            assert_eq!(found(text).0, separator, "{text:?}");
        }
        assert_eq!(found("sep=;\r\na,b;c\r\n"), (b';', "\r\na,b;c\r\n"));
    }

    #[test]
    fn a_separator_is_one_character() {
        assert_eq!([named("tab").unwrap(), named(";").unwrap()], [b'\t', b';']);
        for wrong in ["", ";;", "\"", "ö", "\n"] {
            assert!(named(wrong).is_err(), "{wrong:?}");
        }
    }
}
