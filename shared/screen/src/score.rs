//! Scores how much a text reads like an instruction to a language model. The score is a hint for reviewers, not a
//! proof: a marked text may be harmless, and an unmarked text may be harmful.

use super::appearance::Appearance;
use super::sign::{Score, Sign};
use super::{encoded, lexicon, markup};

/// The minimum points of an encoded text that make it suspicious to encode it.
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

/// Scores a text as it is, without decoding.
fn of_plain(text: &str) -> Score {
    let (appearance, mut score) = (Appearance::of(text), Score::default());
    lexicon::add(&appearance, has_mail_address(text), &mut score);
    markup::add(text, &appearance.compact, &mut score);
    score
}

fn has_mail_address(text: &str) -> bool {
    text.split(char::is_whitespace).any(|word| {
        let (name, domain) = word.split_once('@').unwrap_or_default();
        name.ends_with(char::is_alphanumeric) && domain.contains('.')
    })
}
