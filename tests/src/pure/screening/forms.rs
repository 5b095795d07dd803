//! Tests variation selectors where they have an effect.

use screen::{Why, first_hidden};

#[test]
fn a_variation_selector_is_allowed_only_where_it_has_an_effect() {
    for text in
        ["❤\u{FE0F} ☎\u{FE0E} ⭐\u{FE0F} 1\u{FE0F}\u{20E3} 👍\u{FE0F}", "ᠨ\u{180B}ᠠ ᠭ\u{180D} ᠨ\u{180E}ᠠ"]
    {
        assert_eq!(first_hidden(text), None, "{}", text.escape_unicode());
    }
    for text in [
        "🤖\u{FE0F}",
        "🤖\u{FE0E}",
        "🥳\u{FE0F}",
        "🇩\u{FE0F}",
        "1\u{FE0E}\u{20E3}",
        "👍🏽\u{FE0F}",
        "ᠩ\u{180B}",
        "ᠠ\u{180D}",
        "ᠠ\u{180F}",
        "ᡀ\u{180C}",
        "᠐\u{180B}",
        "ᠠ\u{FE0F}",
    ] {
        assert_eq!(
            first_hidden(text).map(|hidden| hidden.why),
            Some(Why::Selector),
            "{}",
            text.escape_unicode()
        );
    }
}

#[test]
fn ordinary_text_keeps_its_variation_selectors_at_any_length() {
    for part in [
        "⭐\u{FE0F}",
        "❤\u{FE0F} ",
        "❤ ",
        "✔\u{FE0F} a ✈\u{FE0F} b ☎\u{FE0F} c™ ©",
        "1\u{FE0F}\u{20E3} 1 of 10 2\u{FE0F}\u{20E3} ",
        "☝🏽 ☝\u{FE0F} ",
    ] {
        let text = part.repeat(20);
        assert_eq!(first_hidden(&text), None, "{}", part.escape_unicode());
    }
    let family = "👩\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👨 ".repeat(10);
    assert_eq!(first_hidden(&family), None);
}
