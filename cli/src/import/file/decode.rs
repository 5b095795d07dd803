//! The bytes of a file as text.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::Failure;
use crate::text::printable;

/// Text, and the name of its encoding.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding.
    pub encoding: &'static str,
}

/// Decodes a file: as the byte order mark says, or else as `label` says, or else as UTF-8. UTF-16 without a mark, as
/// some programs write it, is recognized by its zero bytes.
///
/// # Errors
/// When a byte does not belong to the encoding; the message names its line.
pub fn decode(bytes: &[u8], label: Option<&str>) -> Result<Decoded, Failure> {
    let named = label.map(encoding).transpose()?;
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, mark),
        None => (named.unwrap_or_else(|| guess(bytes)), 0),
    };
    let bytes = &bytes[mark..];
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(Decoded { text: text.into_owned(), encoding: encoding.name() });
    }
    if encoding != UTF_8 {
        let name = encoding.name();
        return Err(Failure::usage(format!(
            "the file is not {name}; save it as \"CSV UTF-8\", or specify its encoding with --encoding"
        )));
    }
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let line = bytes[..valid].split(|byte| *byte == b'\n').count();
    let byte = bytes.get(valid).copied().unwrap_or_default();
    Err(Failure::usage(format!(
        "line {line} is not UTF-8 (byte 0x{byte:02x}); save the file as \"CSV UTF-8\", or specify its encoding, for \
         example --encoding windows-1252"
    )))
}

fn encoding(label: &str) -> Result<&'static Encoding, Failure> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        let label = printable(label);
        Failure::usage(format!(
            "the encoding {label:?} is not known; examples are utf-8, utf-16le and windows-1252"
        ))
    })
}

/// Text in a Latin alphabet has a zero in every other byte of UTF-16, and none in UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    match bytes.first_chunk() {
        Some([0, low]) if *low != 0 => UTF_16BE,
        Some([low, 0]) if *low != 0 => UTF_16LE,
        _ => UTF_8,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn files_of_excel_are_decoded_with_and_without_a_byte_order_mark() {
        let text = "unit_id;Größe\r\nacme.com;5\r\n";
        let marked = |text: &str| format!("\u{feff}{text}");
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (marked(text).into_bytes(), "UTF-8"),
            (utf16(&marked(text), true), "UTF-16LE"),
            (utf16(&marked(text), false), "UTF-16BE"),
            (utf16(text, true), "UTF-16LE"),
            (utf16(text, false), "UTF-16BE"),
        ] {
            let decoded = decode(&bytes, None).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
        }
    }

    #[test]
    fn another_encoding_is_an_error_that_names_the_line_unless_it_is_specified() {
        let latin = b"unit_id,name\nacme.com,ok\nglobex.com,Gr\xf6\xdfe\n";
        let error = decode(latin, None).unwrap_err().to_string();
        assert!(error.starts_with("line 3 is not UTF-8 (byte 0xf6)"), "{error}");
        assert!(decode(latin, Some("windows-1252")).unwrap().text.ends_with("globex.com,Größe\n"));
        assert!(decode(latin, Some("klingon")).unwrap_err().to_string().contains("is not known"));
        assert!(decode(b"\xff\xfea\x00b", None).unwrap_err().to_string().contains("UTF-16LE"));
        assert_eq!(decode(b"", None).unwrap().text, "");
    }
}
