//! Finds texts that are encoded in a text as Base64 (RFC 4648), in both alphabets, with or without padding.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The shortest run that is decoded. Fewer than 15 decoded bytes are too short to evaluate.
const SHORTEST: usize = 20;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns the decoded texts. Each run is decoded from each of its first four characters, because characters of the
/// same alphabet may precede the text. Invalid UTF-8 becomes replacement characters.
pub(super) fn texts(text: &str) -> Vec<String> {
    let joined = text.replace(['\n', '\r'], "");
    let own = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let runs = joined.split(|c| !own(c)).filter(|run| run.len() >= SHORTEST);
    let decoded = runs.flat_map(|run| {
        let run = run.replace('-', "+").replace('_', "/");
        (0..4).filter_map(move |skipped| decode(&run[skipped..])).collect::<Vec<_>>()
    });
    decoded.collect()
}

/// Decodes a run. A single last character contains no byte. Bytes that are mostly invalid UTF-8 are not a text.
fn decode(run: &str) -> Option<String> {
    let whole = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
    let text = String::from_utf8_lossy(&LENIENT.decode(whole).ok()?).into_owned();
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    (broken * 8 < text.len()).then_some(text)
}
