//! The check for passwords that are too easy to guess.
//!
//! NIST SP 800-63B-4 section 3.1.1.2 compares a whole password with a list of common, expected and leaked
//! ones, not each word in it. At 15 characters or more, weak passwords are rarely in a list: they repeat a
//! common password, or combine one with a year and the company's name. Therefore, a password is split into
//! the cheapest sequence of pieces, as zxcvbn does (D. Wheeler, USENIX Security 2016), and refused when the
//! sum is too low. A common word within a good passphrase does not cause a refusal.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::LazyLock;

use secrecy::ExposeSecret;
use unicode_normalization::UnicodeNormalization;

use super::identity::Email;
use super::password::Password;
use domain::experiment::Workspace;

/// The minimum sum of the pieces, in characters.
const ENOUGH: usize = 8;
/// The cost of a piece that attackers try first, at any length.
const PIECE: usize = 2;
/// The minimum length of a word of the context and of the list.
const WORD: usize = 4;
/// The minimum length of a keyboard sequence and of a repetition.
const RUN: usize = 3;

const EASY: &str = "is too easy to guess: a common password, a keyboard sequence, a year and a repetition count as \
    2 characters each, words of the e-mail address, the workspace and the product as none, and the sum must \
    be at least 8; use a few words that have nothing to do with each other";

/// Adjacent keys on keyboards and letters of the alphabet, read in both directions.
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

/// Passphrases that are well-known examples and are now in lists of leaked passwords, with any separator or
/// none.
const SHOWN: [&str; 3] =
    ["correct horse battery staple", "the quick brown fox", "the quick brown fox jumps over the lazy dog"];

/// Common passwords, normalized, in both directions.
static COMMON: LazyLock<HashSet<Vec<char>>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with('#'));
    let shown =
        SHOWN.iter().flat_map(|phrase| ["", " ", "-", "_", "."].map(|between| phrase.replace(' ', between)));
    let lines = lines.map(str::to_owned).chain(shown);
    let words = lines.filter(|line| line.len() >= WORD).map(|line| line.chars().map(normalize).collect());
    words.flat_map(both_ways).collect()
});

/// All parts of all rows, in both directions.
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

/// Words that are easy to guess for an attacker who knows the user.
#[derive(Debug, Clone)]
pub struct OwnWords(Vec<Vec<char>>);

impl OwnWords {
    /// The words of a user's address and workspace, and the product's name: those of at least 4 characters,
    /// and the local part and the workspace each as one word.
    #[must_use]
    pub fn new(email: Option<&Email>, workspace: &Workspace) -> Self {
        let email = email.map(Email::as_str).unwrap_or_default();
        let local = email.split_once('@').map_or(email, |(local, _)| local);
        let parts = ["bellwether", email, workspace.as_str()];
        let words = parts.iter().flat_map(|part| part.split(|c: char| !c.is_alphanumeric()));
        let joined = [local, workspace.as_str()].map(|part| part.replace(|c: char| !c.is_alphanumeric(), ""));
        let all = words.map(str::to_owned).chain(joined);
        let normalized = all.map(|word| lower(&word).into_iter().map(normalize).collect::<Vec<_>>());
        Self(normalized.filter(|word| word.len() >= WORD).collect())
    }
}

/// Refuses a new password that is easy to guess.
///
/// # Errors
/// The costs of the kinds of pieces. The message does not repeat the password.
pub fn check(password: &Password, context: &OwnWords) -> Result<(), &'static str> {
    let text = lower(password.exposed().expose_secret());
    let normalized = text.iter().copied().map(normalize).collect();
    let weight = Judged { text, normalized, context }.weight();
    if weight >= ENOUGH { Ok(()) } else { Err(EASY) }
}

fn lower(text: &str) -> Vec<char> {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Returns the character that `c` commonly replaces.
fn normalize(c: char) -> char {
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

/// A password in lower case and normalized, and the words that cost nothing.
struct Judged<'a> {
    text: Vec<char>,
    normalized: Vec<char>,
    context: &'a OwnWords,
}

impl Judged<'_> {
    /// The lowest sum over all ways to split the password into pieces.
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

    /// The cost of the characters from `start` up to `end`, exclusive. None when they are not one piece.
    fn piece(&self, start: usize, end: usize) -> Option<usize> {
        let (text, normalized) = (&self.text[start..end], &self.normalized[start..end]);
        if self.context.0.iter().any(|word| word == normalized) {
            return Some(0);
        }
        if let [one] = text {
            let again = !one.is_alphanumeric() && self.text[..start].contains(one);
            return Some(usize::from(!again));
        }
        if text.len() < RUN {
            return None;
        }
        let easy = is_year(text)
            || COMMON.contains(normalized)
            || RUNS.contains(text)
            || self.is_repetition(start, end);
        easy.then_some(PIECE)
    }

    /// Whether the characters occurred before. The two occurrences may overlap, as in `xxxx`.
    fn is_repetition(&self, start: usize, end: usize) -> bool {
        let piece = &self.normalized[start..end];
        piece.len() >= RUN
            && self.normalized[..end - 1].windows(piece.len()).take(start).any(|seen| seen == piece)
    }
}

fn is_year(text: &[char]) -> bool {
    matches!(text, ['1', '9', a, b] | ['2', '0', a, b] if a.is_ascii_digit() && b.is_ascii_digit())
}
