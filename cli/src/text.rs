//! Texts of servers and files, made safe for a terminal.

use std::io::{ErrorKind, Write};

use crate::Failure;

/// Writes text to the standard output. It is not an error if the reader has ended, as `head` does.
///
/// # Errors
/// When the text cannot be written, for example to a full disk.
pub fn show(text: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Returns the text with every character that could control a terminal or hide text written as `\u{…}`: control
/// characters, and those that change the direction of text or have no width.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Returns JSON for a terminal: the same document, with such characters as JSON escapes.
#[must_use]
pub fn printable_json(document: &serde_json::Value) -> String {
    let mut safe = String::new();
    for c in format!("{document:#}").chars() {
        // Inside JSON, a line break is only ever part of the layout: the one in a text is already escaped.
        if is_unsafe(c) && c != '\n' {
            let mut units = [0; 2];
            safe.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            safe.push(c);
        }
    }
    safe
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns the lines of a table without borders, indented.
#[must_use]
pub fn lines(table: &comfy_table::Table, indent: usize) -> String {
    let mut text = String::new();
    for line in table.lines() {
        // Without borders, a line begins with the padding of its first cell.
        text += &" ".repeat(indent);
        text += line.strip_prefix(' ').unwrap_or(&line).trim_end();
        text.push('\n');
    }
    text
}

/// Writes a count with commas between thousands.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{count, printable, printable_json};

    #[test]
    fn escapes_of_a_terminal_are_written_out() {
        let attack = "a\u{1b}]0;title\u{7}\u{9b}31m\u{202e}b\r\n";
        assert_eq!(printable(attack), "a\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{202e}b\\u{d}\\u{a}");
        assert_eq!(printable("Größe 大 ✓"), "Größe 大 ✓");
    }

    #[test]
    fn json_with_escapes_stays_the_same_document() {
        let document = json!({ "name": "a\u{1b}[2J\u{9b}\u{202e}\u{e0041}\n" });
        let text = printable_json(&document);
        assert!(!text.chars().any(|c| super::is_unsafe(c) && c != '\n'), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
    }

    #[test]
    fn thousands_are_separated_by_commas() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
