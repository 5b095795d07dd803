//! How much a text reads like an instruction to a language model. A mark for people who look, not a
//! proof: a text may be harmless and marked, or harmful and not.

use super::fold::Folded;
use super::sign::{Score, Sign};
use super::{encoded, lexicon, markup};

/// From how many points on an encoded text is one that had better not been encoded.
const ENCODED: u32 = 30;

/// Scores a text, in time linear in its length.
#[must_use]
pub fn score(text: &str) -> Score {
    let mut score = of_plain(text);
    if encoded::texts(text).iter().any(|decoded| of_plain(decoded).points >= ENCODED) {
        score.add(Sign::Encoded, 60);
    }
    score
}

/// Scores a text as it stands, with nothing decoded.
fn of_plain(text: &str) -> Score {
    let (folded, mut score) = (Folded::of(text), Score::default());
    lexicon::add(&folded, has_mail_address(text), &mut score);
    markup::add(text, &folded.compact, &mut score);
    score
}

fn has_mail_address(text: &str) -> bool {
    text.split(char::is_whitespace).any(|word| {
        let (name, domain) = word.split_once('@').unwrap_or_default();
        name.ends_with(char::is_alphanumeric) && domain.contains('.')
    })
}
