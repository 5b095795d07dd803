//! Properties of code points (Unicode Character Database), each by the name that its standard gives it.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiPresentation, ExtendedPictographic,
    GeneralCategory, GeneralCategoryGroup, JoiningType, PrependedConcatenationMark, Script, UnifiedIdeograph,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The general category: letter, mark, format and so on.
pub(super) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// A mark that takes no place of its own: nonspacing or enclosing.
pub(super) fn is_mark(c: char) -> bool {
    matches!(category(c), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// A letter of a script without capitals, as all Indic scripts are.
pub(super) fn is_caseless(c: char) -> bool {
    category(c) == GeneralCategory::OtherLetter
}

/// Rendered as nothing by whoever does not support it.
pub(super) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// A format character that is seen: the Arabic signs that enclose a number, and their like.
pub(super) fn is_seen_format(c: char) -> bool {
    CodePointSetData::new::<PrependedConcatenationMark>().contains(c)
}

/// What emoji sequences are made of.
pub(super) fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// An emoji that is shown as text unless a selector asks for its emoji form.
pub(super) fn is_text_pictograph(c: char) -> bool {
    is_pictograph(c)
        && CodePointSetData::new::<Emoji>().contains(c)
        && !CodePointSetData::new::<EmojiPresentation>().contains(c)
}

/// A Han ideograph.
pub(super) fn is_ideograph(c: char) -> bool {
    CodePointSetData::new::<UnifiedIdeograph>().contains(c)
}

/// A letter of the Mongolian script.
pub(super) fn is_mongolian(c: char) -> bool {
    GeneralCategoryGroup::Letter.contains(category(c))
        && CodePointMapData::<Script>::new().get(c) == Script::Mongolian
}

/// The sign that takes an Indic consonant's vowel away and joins it to the next.
pub(super) fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

/// How a letter joins its neighbours in a cursive script.
pub(super) fn joining(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}
