//! Which passwords are too easy to guess.
//!
//! NIST SP 800-63B-4 section 3.1.1.2 holds a whole password against a list of common, expected and
//! leaked ones, and not each word in it. With 15 characters at least, what people choose stands in
//! no list: it is a common password twice, or one with a year and the company's name. So a password
//! is read as the cheapest sequence of pieces, as zxcvbn does (D. Wheeler, USENIX Security 2016), and
//! refused when they come to little. A common word inside a good passphrase refuses nothing.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::LazyLock;

use secrecy::ExposeSecret;
use unicode_normalization::UnicodeNormalization;

use super::identity::Email;
use super::password::Password;
use domain::experiment::Workspace;

/// What the pieces must come to, in characters.
const ENOUGH: usize = 8;
/// What a piece that guessers try first counts as, however long it is.
const PIECE: usize = 2;
/// Shortest word of the context and of the list.
const WORD: usize = 4;
/// Shortest row of keys and shortest repetition.
const RUN: usize = 3;

const EASY: &str = "is too easy to guess: a common password, a row of keys, a year and a repetition count as \
    2 characters each, words of the e-mail address, the workspace and the product as none, and at least 8 must \
    come together; take a few words that have nothing to do with each other";

/// Neighbours on keyboards and in the alphabet, read in both directions.
const ROWS: [&str; 12] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiopü",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "!@#$%^&*()",
];

/// Passphrases that stood as examples where many have read them, and stand in lists of leaked ones since; with
/// any separator or none.
const SHOWN: [&str; 3] =
    ["correct horse battery staple", "the quick brown fox", "the quick brown fox jumps over the lazy dog"];

/// Common passwords, folded, in both directions.
static COMMON: LazyLock<HashSet<Vec<char>>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with('#'));
    let shown =
        SHOWN.iter().flat_map(|phrase| ["", " ", "-", "_", "."].map(|between| phrase.replace(' ', between)));
    let lines = lines.map(str::to_owned).chain(shown);
    let words = lines.filter(|line| line.len() >= WORD).map(|line| line.chars().map(fold).collect());
    words.flat_map(both_ways).collect()
});

/// Every part of every row, in both directions.
static RUNS: LazyLock<HashSet<Vec<char>>> = LazyLock::new(|| {
    let rows = ROWS.iter().flat_map(|row| both_ways(row.chars().collect()));
    let parts = |row: &[char]| {
        let by_length = (RUN..=row.len()).flat_map(|length| row.windows(length));
        by_length.map(<[char]>::to_vec).collect::<Vec<_>>()
    };
    rows.flat_map(|row| parts(&row)).collect()
});

fn both_ways(word: Vec<char>) -> [Vec<char>; 2] {
    [word.iter().rev().copied().collect(), word]
}

/// Words that somebody who knows whose password it is tries first.
#[derive(Debug, Clone)]
pub struct OwnWords(Vec<Vec<char>>);

impl OwnWords {
    /// The words of a person's address and workspace, and the product's name: those of 4 characters
    /// and more, and the local part and the workspace written as one.
    #[must_use]
    pub fn new(email: Option<&Email>, workspace: &Workspace) -> Self {
        let email = email.map(Email::as_str).unwrap_or_default();
        let local = email.split_once('@').map_or(email, |(local, _)| local);
        let parts = ["bellwether", email, workspace.as_str()];
        let words = parts.iter().flat_map(|part| part.split(|c: char| !c.is_alphanumeric()));
        let joined = [local, workspace.as_str()].map(|part| part.replace(|c: char| !c.is_alphanumeric(), ""));
        let all = words.map(str::to_owned).chain(joined);
        let folded = all.map(|word| lower(&word).into_iter().map(fold).collect::<Vec<_>>());
        Self(folded.filter(|word| word.len() >= WORD).collect())
    }
}

/// Refuses a password that is to be set and is easy to guess.
///
/// # Errors
/// What counts as how much. The password is not repeated.
pub fn check(password: &Password, context: &OwnWords) -> Result<(), &'static str> {
    let text = lower(password.exposed().expose_secret());
    let folded = text.iter().copied().map(fold).collect();
    let weight = Judged { text, folded, context }.weight();
    if weight >= ENOUGH { Ok(()) } else { Err(EASY) }
}

fn lower(text: &str) -> Vec<char> {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// A character and those that are written in its place.
fn fold(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'l' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

/// A password in lower case, the same folded, and the words that count nothing.
struct Judged<'a> {
    text: Vec<char>,
    folded: Vec<char>,
    context: &'a OwnWords,
}

impl Judged<'_> {
    /// The cheapest sum of pieces that make up the whole.
    fn weight(&self) -> usize {
        let length = self.text.len();
        let mut cheapest = vec![usize::MAX; length + 1];
        cheapest[0] = 0;
        for start in 0..length {
            for end in start + 1..=length {
                if let Some(weight) = self.piece(start, end) {
                    cheapest[end] = cheapest[end].min(cheapest[start] + weight);
                }
            }
        }
        cheapest[length]
    }

    /// What the characters from `start` to before `end` count as; None when they are no one piece.
    fn piece(&self, start: usize, end: usize) -> Option<usize> {
        let (text, folded) = (&self.text[start..end], &self.folded[start..end]);
        if self.context.0.iter().any(|word| word == folded) {
            return Some(0);
        }
        if let [one] = text {
            let again = !one.is_alphanumeric() && self.text[..start].contains(one);
            return Some(usize::from(!again));
        }
        if text.len() < RUN {
            return None;
        }
        let easy =
            is_year(text) || COMMON.contains(folded) || RUNS.contains(text) || self.is_repetition(start, end);
        easy.then_some(PIECE)
    }

    /// Whether the characters stood before; the two may overlap, as in `xxxx`.
    fn is_repetition(&self, start: usize, end: usize) -> bool {
        let piece = &self.folded[start..end];
        piece.len() >= RUN
            && self.folded[..end - 1].windows(piece.len()).take(start).any(|seen| seen == piece)
    }
}

fn is_year(text: &[char]) -> bool {
    matches!(text, ['1', '9', a, b] | ['2', '0', a, b] if a.is_ascii_digit() && b.is_ascii_digit())
}
