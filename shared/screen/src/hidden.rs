//! Finds code points that a language model reads and a human does not see, or sees as something else.

use std::fmt;

use icu_properties::props::GeneralCategory;
use unicode_normalization::UnicodeNormalization;

use super::context::Context;
use super::forms::Forms;
use super::property::{category, is_ignorable, is_mark, is_seen_format};

/// Why a code point is not allowed in its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A C0 or C1 control character, except tab, line feed and carriage return.
    Control,
    /// A tag character that is not part of the flags of England, Scotland and Wales.
    Tag,
    /// A character without width or ink.
    Invisible,
    /// A joiner or non-joiner that no script or emoji needs, or one too many.
    Joiner,
    /// A bidirectional control.
    Direction,
    /// A variation selector without effect, or one too many.
    Selector,
    /// A line or paragraph separator, an annotation or a placeholder of an object.
    Format,
    /// A private use character, which has no standard meaning.
    PrivateUse,
    /// A noncharacter, which is permanently reserved.
    Noncharacter,
    /// The fifth mark in a row on one character.
    Mark,
}

/// A code point that is not allowed in its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// The code point.
    pub code_point: char,
    /// Why it is not allowed.
    pub why: Why,
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.why {
            Why::Control => "a control character",
            Why::Tag => "a tag character outside the flags of England, Scotland and Wales",
            Why::Invisible => "an invisible character",
            Why::Joiner => {
                "a joiner that neither joins nor separates anything, or one of more than 32 between emoji"
            }
            Why::Direction => "a control character for the direction of text",
            Why::Selector => {
                "a variation selector without effect, or one beyond the 8 choices of a form that a text may contain"
            }
            Why::Format => "a separator, an annotation or a placeholder",
            Why::PrivateUse => "a private use character",
            Why::Noncharacter => "a noncharacter",
            Why::Mark => "a fifth mark on one character",
        };
        write!(f, "contains U+{:04X}, {what}; remove it", u32::from(self.code_point))
    }
}

/// Returns whether a text needs no further check: printable ASCII, tab, line feed and carriage return.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
}

/// Returns the first code point of a text in NFC that is not allowed in its position.
#[must_use]
pub fn first_hidden(text: &str) -> Option<Hidden> {
    let chars: Vec<char> = text.chars().collect();
    sift(&chars).1
}

/// Returns the text in NFC without code points that are not allowed. A text that passes [`first_hidden`] stays
/// unchanged, and so does the result.
#[must_use]
pub fn strip(text: &str) -> String {
    let mut chars: Vec<char> = text.nfc().collect();
    // This repeats, because the order of marks may change when a code point between them is removed.
    loop {
        let (clean, hidden) = sift(&chars);
        if hidden.is_none() {
            return chars.into_iter().collect();
        }
        chars = clean.into_iter().nfc().collect();
    }
}

/// Returns the retained characters and the first code point that was removed, in linear time: each check of
/// neighbours stops at the first letter.
fn sift(chars: &[char]) -> (Vec<char>, Option<Hidden>) {
    let (mut clean, mut forms, mut first) = (Vec::with_capacity(chars.len()), Forms::default(), None);
    for (at, c) in chars.iter().enumerate() {
        let context = Context { before: &clean, after: &chars[at + 1..] };
        if let Some(why) = fault(*c, context, &mut forms) {
            first = first.or(Some(Hidden { code_point: *c, why }));
        } else {
            forms.bare(*c, clean.last().copied(), chars.get(at + 1).copied());
            clean.push(*c);
        }
    }
    (clean, first)
}

/// Returns why `c` is not allowed in this position.
fn fault(c: char, context: Context<'_>, forms: &mut Forms) -> Option<Why> {
    let unless = |legitimate: bool, why| (!legitimate).then_some(why);
    match c {
        ' '..='~' | '\t' | '\n' | '\r' => None,
        '\u{E0000}'..='\u{E007F}' => unless(context.is_in_flag(c), Why::Tag),
        '\u{200C}' => unless(context.separates_letters(), Why::Joiner),
        '\u{200D}' if context.joins_emoji() => unless(forms.joins(), Why::Joiner),
        '\u{200D}' => unless(context.joins_letters(), Why::Joiner),
        '\u{180E}' => unless(context.sets_apart(), Why::Selector),
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180F}' => {
            let next = context.after.first().copied();
            let accepts = context.before.last().is_some_and(|base| forms.accepts(c, *base, next));
            unless(accepts, Why::Selector)
        }
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(Why::Direction)
        }
        '\u{FFF9}'..='\u{FFFC}' => Some(Why::Format),
        // These look blank, but no property states it.
        '\u{2800}' | '\u{16FE4}' | '\u{1D159}' => Some(Why::Invisible),
        _ if is_ignorable(c) => Some(Why::Invisible),
        _ if is_mark(c) => unless(!context.is_laden(), Why::Mark),
        _ => of_category(c),
    }
}

/// Returns why a code point is never allowed, by its general category.
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

/// Returns whether the code point is permanently reserved: U+FDD0 to U+FDEF and the last two of every plane.
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}
