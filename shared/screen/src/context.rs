//! The positions in which a script or an emoji needs an invisible code point.

use icu_properties::props::JoiningType;

use super::property::{is_caseless, is_mark, is_mongolian, is_pictograph, is_virama, joining};

/// The maximum number of marks on one character (UTS #39, section 5.4).
const MARKS: usize = 4;

/// The first character of a flag of a subdivision.
const BLACK_FLAG: char = '\u{1F3F4}';
/// England, Scotland and Wales: the tag sequences recommended for general interchange (UTS #51).
const FLAGS: [[char; 6]; 3] = [
    ['\u{E0067}', '\u{E0062}', '\u{E0065}', '\u{E006E}', '\u{E0067}', '\u{E007F}'],
    ['\u{E0067}', '\u{E0062}', '\u{E0073}', '\u{E0063}', '\u{E0074}', '\u{E007F}'],
    ['\u{E0067}', '\u{E0062}', '\u{E0077}', '\u{E006C}', '\u{E0073}', '\u{E007F}'],
];

/// The characters around a code point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// The retained characters before it.
    pub before: &'a [char],
    /// The characters after it.
    pub after: &'a [char],
}

impl Context<'_> {
    /// Returns whether `tag` is a part of one of the three flags.
    pub fn is_in_flag(self, tag: char) -> bool {
        FLAGS.iter().flat_map(|flag| (0..flag.len()).map(move |at| (flag, at))).any(|(flag, at)| {
            let begun = self.before.strip_suffix(&flag[..at]);
            flag[at] == tag
                && begun.is_some_and(|before| before.last() == Some(&BLACK_FLAG))
                && self.after.starts_with(&flag[at + 1..])
        })
    }

    /// Returns whether a zero-width joiner joins letters here: after a virama (RFC 5892, appendix A.2), or between a
    /// consonant and the virama after it, as Bengali writes ra with ya-phalaa.
    pub fn joins_letters(self) -> bool {
        let virama = self.after.first().is_some_and(|next| is_virama(*next));
        self.follows_virama() || (virama && self.before.last().is_some_and(|last| is_caseless(*last)))
    }

    /// Returns whether a zero-width non-joiner separates letters here that would join: after a virama, or between two
    /// letters of a cursive script (RFC 5892, appendix A.1).
    pub fn separates_letters(self) -> bool {
        let solid = |c: &&char| joining(**c) != JoiningType::Transparent;
        let left = self.before.iter().rev().find(solid).map(|c| joining(*c));
        let right = self.after.iter().find(solid).map(|c| joining(*c));
        let to_right = matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining));
        let to_left = matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining));
        (to_right && to_left) || self.follows_virama()
    }

    /// Returns whether a virama is among the marks just before.
    fn follows_virama(self) -> bool {
        self.before.iter().rev().take_while(|c| is_mark(**c)).any(|c| is_virama(*c))
    }

    /// Returns whether a Mongolian vowel separator separates a last `a` or `e` here.
    pub fn sets_apart(self) -> bool {
        let vowel = matches!(self.after.first(), Some('\u{1820}' | '\u{1821}'));
        vowel && self.before.last().is_some_and(|letter| is_mongolian(*letter))
    }

    /// Returns whether a zero-width joiner joins two emoji here (UAX #29, GB11).
    pub fn joins_emoji(self) -> bool {
        let Some(last) = self.before.last() else { return false };
        let emoji = is_pictograph(*last) || matches!(last, '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
        emoji && self.after.first().is_some_and(|next| is_pictograph(*next))
    }

    /// Returns whether the character before has the maximum number of marks.
    pub fn is_laden(self) -> bool {
        let joiner = |c: char| matches!(c, '\u{200C}' | '\u{200D}');
        let tail = self.before.iter().rev().take_while(|c| is_mark(**c) || joiner(**c));
        tail.filter(|c| !joiner(**c)).count() >= MARKS
    }
}
