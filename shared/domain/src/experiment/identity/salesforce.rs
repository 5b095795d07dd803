//! Ids of Salesforce records: 15 characters whose case matters, or 18, of which the last three state the case of the
//! others.

use super::NotAUnit;

/// The length of an id whose case matters.
const SHORT: usize = 15;
/// The length with the three characters of the checksum.
const LONG: usize = 18;
/// The characters of the checksum. Each states which of five characters are upper-case letters: the first of the five is
/// the lowest bit of its place.
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// Returns the id with 18 characters.
pub(super) fn long(text: &str) -> Result<String, NotAUnit> {
    let bytes = text.as_bytes();
    if !matches!(bytes.len(), SHORT | LONG) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        let detail = "is not the id of a Salesforce record: send its 18 letters and digits, for example 0015g00000AbCdEAAV, or the 15 in their original case";
        return Err(NotAUnit::because(detail));
    }
    let (own, checksum) = bytes.split_at(SHORT);
    if checksum.is_empty() {
        if has_one_case(own) {
            let detail = "has letters of one case only, so its original case is lost; send the 18-character id, which states it (in Salesforce: the formula CASESAFEID(Id))";
            return Err(NotAUnit::because(detail));
        }
        return Ok(with_checksum(own));
    }
    let wrong = || {
        NotAUnit::because(
            "has a checksum that does not fit: the last three of the 18 characters state the case of the others; export the id again",
        )
    };
    let upper = checksum.to_ascii_uppercase();
    let own = if own.iter().any(u8::is_ascii_alphabetic) && has_one_case(own) {
        restored(own, &upper).ok_or_else(wrong)?
    } else {
        own.to_vec()
    };
    let id = with_checksum(&own);
    if id.as_bytes().ends_with(&upper) { Ok(id) } else { Err(wrong()) }
}

/// Returns whether the letters of an id all have the same case, so that it may have been changed. An id without letters
/// has none to lose.
fn has_one_case(id: &[u8]) -> bool {
    let (upper, lower) = (id.iter().any(u8::is_ascii_uppercase), id.iter().any(u8::is_ascii_lowercase));
    upper != lower
}

/// Returns the characters in the case that the checksum states. None if it states the case of a digit.
fn restored(id: &[u8], checksum: &[u8]) -> Option<Vec<u8>> {
    let mut restored = id.to_ascii_lowercase();
    for (five, stated) in restored.chunks_mut(5).zip(checksum) {
        let bits = CHECKSUM.iter().position(|character| character == stated)?;
        for (place, character) in five.iter_mut().enumerate() {
            match (bits >> place) & 1 {
                1 if character.is_ascii_alphabetic() => character.make_ascii_uppercase(),
                1 => return None,
                _ => {}
            }
        }
    }
    Some(restored)
}

fn with_checksum(id: &[u8]) -> String {
    let stated = id.chunks(5).map(|five| {
        let bits = five.iter().enumerate().map(|(place, c)| usize::from(c.is_ascii_uppercase()) << place);
        char::from(CHECKSUM[bits.sum::<usize>()])
    });
    id.iter().map(|byte| char::from(*byte)).chain(stated).collect()
}
