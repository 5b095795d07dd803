//! Numbers that `serde_json` reads as 0 although they are not 0.

/// Returns the index, from 0, of the first number in a document that is 0 as a double but not 0 as written:
/// `serde_json` reads `1e-400` as 0. The result is meaningless if the document is not JSON.
pub(super) fn vanishing(body: &[u8]) -> Option<usize> {
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

/// Returns the rest after a text whose opening quotation mark has been read.
fn after_text(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = rest.iter().position(|b| matches!(b, b'"' | b'\\')) {
        if rest[at] == b'"' {
            return &rest[at + 1..];
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    &[]
}

/// Whether a number has a digit other than 0 and is 0 as a double.
fn is_lost(number: &[u8]) -> bool {
    let mantissa = number.split(|b| b"eE".contains(b)).next().unwrap_or_default();
    let digits = mantissa.iter().any(|b| (b'1'..=b'9').contains(b));
    digits && std::str::from_utf8(number).is_ok_and(|text| text.parse() == Ok(0.0))
}
