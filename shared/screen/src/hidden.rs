//! Code points that a language model reads and a person does not see, or not as what they are.

use std::fmt;

use icu_properties::props::GeneralCategory;
use unicode_normalization::UnicodeNormalization;

use super::context::Place;
use super::forms::Forms;
use super::property::{category, is_ignorable, is_mark, is_seen_format};

/// Why a code point may not stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// C0 or C1, but for tab, line feed and carriage return.
    Control,
    /// Of the tag block, and no part of the flags of England, Scotland and Wales.
    Tag,
    /// Of no width or no ink.
    Invisible,
    /// A joiner or non-joiner where no script or emoji needs one, or one of too many.
    Joiner,
    /// A bidirectional control.
    Direction,
    /// A variation selector that changes nothing, or one of too many.
    Selector,
    /// A line or paragraph separator, an annotation or a placeholder of an object.
    Format,
    /// Of a private use area, where everybody means something else.
    PrivateUse,
    /// Set aside for good: never a character.
    Noncharacter,
    /// The fifth mark in a row on one character.
    Mark,
}

/// A code point that may not stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// The code point.
    pub code_point: char,
    /// Why not.
    pub why: Why,
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.why {
            Why::Control => "a control character",
            Why::Tag => "a tag character outside the flags of England, Scotland and Wales",
            Why::Invisible => "an invisible character",
            Why::Joiner => {
                "a joiner where nothing is to be joined or kept apart, or one of more than 32 between emoji"
            }
            Why::Direction => "a control of the direction of text",
            Why::Selector => {
                "a variation selector that changes nothing, or one more than the 8 choices of a form that a text may make"
            }
            Why::Format => "a separator, an annotation or a placeholder",
            Why::PrivateUse => "a private use character",
            Why::Noncharacter => "a noncharacter",
            Why::Mark => "a fifth mark on one character",
        };
        write!(f, "holds U+{:04X}, {what}; remove it", u32::from(self.code_point))
    }
}

/// Whether a text needs no second look: printable ASCII, tab, line feed and carriage return.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
}

/// The first code point of a text in NFC that may not stand where it stands.
#[must_use]
pub fn first_hidden(text: &str) -> Option<Hidden> {
    let chars: Vec<char> = text.chars().collect();
    sift(&chars).1
}

/// The text in NFC without what may not stand where it stands. What [`first_hidden`] lets pass is
/// unchanged, and so is what comes out.
#[must_use]
pub fn strip(text: &str) -> String {
    let mut chars: Vec<char> = text.nfc().collect();
    // Again, because marks may be put in another order when what stood between them is gone.
    loop {
        let (kept, hidden) = sift(&chars);
        if hidden.is_none() {
            return chars.into_iter().collect();
        }
        chars = kept.into_iter().nfc().collect();
    }
}

/// What is kept, and the first code point that is not. In linear time: whatever looks back or ahead
/// stops at the first letter.
fn sift(chars: &[char]) -> (Vec<char>, Option<Hidden>) {
    let (mut kept, mut forms, mut first) = (Vec::with_capacity(chars.len()), Forms::default(), None);
    for (at, c) in chars.iter().enumerate() {
        let place = Place { before: &kept, after: &chars[at + 1..] };
        if let Some(why) = fault(*c, place, &mut forms) {
            first = first.or(Some(Hidden { code_point: *c, why }));
        } else {
            forms.bare(*c, kept.last().copied(), chars.get(at + 1).copied());
            kept.push(*c);
        }
    }
    (kept, first)
}

/// Why `c` may not stand in this place.
fn fault(c: char, place: Place<'_>, forms: &mut Forms) -> Option<Why> {
    let unless = |legitimate: bool, why| (!legitimate).then_some(why);
    match c {
        ' '..='~' | '\t' | '\n' | '\r' => None,
        '\u{E0000}'..='\u{E007F}' => unless(place.is_in_flag(c), Why::Tag),
        '\u{200C}' => unless(place.keeps_apart(), Why::Joiner),
        '\u{200D}' if place.joins_emoji() => unless(forms.joins(), Why::Joiner),
        '\u{200D}' => unless(place.joins_letters(), Why::Joiner),
        '\u{180E}' => unless(place.sets_apart(), Why::Selector),
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180F}' => {
            let next = place.after.first().copied();
            let takes = place.before.last().is_some_and(|base| forms.takes(c, *base, next));
            unless(takes, Why::Selector)
        }
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(Why::Direction)
        }
        '\u{FFF9}'..='\u{FFFC}' => Some(Why::Format),
        // Blank by their look alone: no property says so.
        '\u{2800}' | '\u{16FE4}' | '\u{1D159}' => Some(Why::Invisible),
        _ if is_ignorable(c) => Some(Why::Invisible),
        _ if is_mark(c) => unless(!place.is_laden(), Why::Mark),
        _ => of_category(c),
    }
}

/// Why a code point may stand nowhere, by its general category.
fn of_category(c: char) -> Option<Why> {
    match category(c) {
        GeneralCategory::Control => Some(Why::Control),
        GeneralCategory::PrivateUse => Some(Why::PrivateUse),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => Some(Why::Format),
        GeneralCategory::Format if !is_seen_format(c) => Some(Why::Invisible),
        GeneralCategory::Unassigned if is_noncharacter(c) => Some(Why::Noncharacter),
        _ => None,
    }
}

/// Set aside for good: U+FDD0 to U+FDEF and the last two of every plane.
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}
