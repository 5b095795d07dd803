//! Texts that hide in a text as Base64 (RFC 4648), in either alphabet, padded or not.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Shortest run that is looked at: 15 decoded bytes say too little.
const SHORTEST: usize = 20;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whatever decodes. Each run is read from its first four characters on, since it may follow on
/// something of the same alphabet; what is no UTF-8 becomes replacement characters.
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

/// A last character that stands alone carries nothing. What is mostly no UTF-8 was no text.
fn decode(run: &str) -> Option<String> {
    let whole = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
    let text = String::from_utf8_lossy(&LENIENT.decode(whole).ok()?).into_owned();
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    (broken * 8 < text.len()).then_some(text)
}
