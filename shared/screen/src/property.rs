//! Properties of code points (Unicode Character Database). Each function's comment describes one property.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiPresentation, ExtendedPictographic,
    GeneralCategory, GeneralCategoryGroup, JoiningType, PrependedConcatenationMark, Script, UnifiedIdeograph,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Returns the general category: letter, mark, format and so on.
pub(super) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Returns whether this is a mark without width of its own: nonspacing or enclosing.
pub(super) fn is_mark(c: char) -> bool {
    matches!(category(c), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Returns whether this is a letter of a script without capitals, such as all Indic scripts.
pub(super) fn is_caseless(c: char) -> bool {
    category(c) == GeneralCategory::OtherLetter
}

/// Returns whether software that does not support this code point renders nothing.
pub(super) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Returns whether this is a visible format character, such as the Arabic signs that enclose a number.
pub(super) fn is_seen_format(c: char) -> bool {
    CodePointSetData::new::<PrependedConcatenationMark>().contains(c)
}

/// Returns whether emoji sequences can contain this code point.
pub(super) fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// Returns whether this emoji is shown as text unless a selector requests its emoji form.
pub(super) fn is_text_pictograph(c: char) -> bool {
    is_pictograph(c)
        && CodePointSetData::new::<Emoji>().contains(c)
        && !CodePointSetData::new::<EmojiPresentation>().contains(c)
}

/// Returns whether this is a Han ideograph.
pub(super) fn is_ideograph(c: char) -> bool {
    CodePointSetData::new::<UnifiedIdeograph>().contains(c)
}

/// Returns whether this is a letter of the Mongolian script.
pub(super) fn is_mongolian(c: char) -> bool {
    GeneralCategoryGroup::Letter.contains(category(c))
        && CodePointMapData::<Script>::new().get(c) == Script::Mongolian
}

/// Returns whether this is the sign that removes an Indic consonant's vowel and joins it to the next.
pub(super) fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

/// Returns how a letter joins its neighbours in a cursive script.
pub(super) fn joining(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}
