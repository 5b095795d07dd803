//! Tests every hidden code point: those that are always forbidden, and those that are allowed in some places.

use screen::{Screen, first_hidden, strip};
use serde_json::json;

/// The first and last code points of forbidden ranges, written independently of the code under test.
pub const NOWHERE: [(u32, u32); 25] = [
    (0x00, 0x08),
    (0x0B, 0x0C),
    (0x0E, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x200B, 0x200B),
    (0x200E, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),
    (0xFDD0, 0xFDEF),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFC),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0080, 0xE00FF),
    (0xE01F0, 0xE0FFF),
    (0xF0000, 0x10_FFFF),
];

/// Code points that are allowed in some places only: joiners, variation selectors, tags.
pub const SOMEWHERE: [(u32, u32); 5] =
    [(0x180B, 0x180F), (0x200C, 0x200D), (0xFE00, 0xFE0F), (0xE0000, 0xE007F), (0xE0100, 0xE01EF)];

pub fn each(ranges: &[(u32, u32)]) -> impl Iterator<Item = char> + '_ {
    let noncharacters = (1..=16).flat_map(|plane| [plane << 16 | 0xFFFE, plane << 16 | 0xFFFF]);
    let all = ranges.iter().flat_map(|(first, last)| *first..=*last);
    // There are many private and reserved code points, and all are treated in the same way.
    let same = |code: u32| matches!(code, 0xE010..=0xF8F0 | 0xE0200..=0xE0FF0 | 0xF0010..=0x10_FFF0);
    let thinned = all.filter(move |code| !same(*code) || code % 251 == 0);
    thinned.chain(noncharacters.filter(|_| ranges.len() > 5)).filter_map(char::from_u32)
}

/// Returns whether the code point is refused by name here, and removed completely by stripping.
fn is_neutralised(before: &str, hidden: char, after: &str) -> bool {
    let (text, clean) = (format!("{before}{hidden}{after}"), format!("{before}{after}"));
    let named = format!("U+{:04X},", u32::from(hidden));
    let refused = Screen::Refuse.clean(json!({ "hero": text }));
    let refused = refused.is_err_and(|found| found[0].pointer == "/hero" && found[0].detail.contains(&named));
    refused && strip(&text) == clean
}

#[test]
fn forbidden_code_points_are_refused_by_name_and_stripped_everywhere() {
    let places = [
        ("", ""),
        ("", "Demo"),
        ("Book a", " demo"),
        ("Demo", ""),
        ("1", "2"),
        ("葛", "飾"),
        ("می", "خ"),
        ("क्", "ष"),
        ("👍", "👍"),
        ("👩\u{200D}", "👩"),
        ("\u{1F3F4}", "x"),
        ("e", "\u{0301}"),
    ];
    for hidden in each(&NOWHERE) {
        for (before, after) in places {
            let joined = before.ends_with('\u{200D}') || after == "\u{0301}";
            let stripped = strip(&format!("{before}{hidden}{after}"));
            assert!(!stripped.contains(hidden), "{before}{}{after}", hidden.escape_unicode());
            let fine = joined || is_neutralised(before, hidden, after);
            assert!(fine, "{before}{}{after} became {stripped}", hidden.escape_unicode());
        }
    }
}

#[test]
fn script_controls_are_refused_and_stripped_where_they_have_no_effect() {
    let places = [
        ("", ""),
        ("", "Demo"),
        ("Book a", " demo"),
        ("De", "mo"),
        ("Demo", ""),
        ("1", "2"),
        ("\n", "\n"),
        ("ü", "ß"),
        ("か", "な"),
        ("д", "а"),
        ("\u{1F1E9}", "\u{1F1EA}"),
        ("👍 ", "x"),
    ];
    for hidden in each(&SOMEWHERE) {
        for (before, after) in places {
            assert!(is_neutralised(before, hidden, after), "{before}{}{after}", hidden.escape_unicode());
        }
    }
}

#[test]
fn code_points_of_emoji_letters_and_flags_are_kept_once_and_in_place() {
    let kept = [
        "❤\u{FE0F}",
        "☎\u{FE0E}",
        "1\u{FE0F}\u{20E3}",
        "葛\u{E0100}飾",
        "神\u{FE00}",
        "👩\u{200D}💻",
        "ᠠ\u{180B}ᠨ",
        "ᠨ\u{180E}ᠠ",
        "می\u{200C}خ",
        "क्\u{200D}ष",
        "র\u{200D}্যা",
        "क्\u{200C}ष",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    ];
    for text in kept {
        assert_eq!((first_hidden(text), strip(text)), (None, text.to_owned()), "{}", text.escape_unicode());
    }
    let cut = [
        ("❤\u{FE0F}\u{FE0F}", "❤\u{FE0F}"),
        ("❤\u{FE0F}\u{FE0E}", "❤\u{FE0F}"),
        ("❤\u{E0100}", "❤"),
        ("1\u{FE0F}", "1"),
        ("葛\u{E0100}\u{E0101}", "葛\u{E0100}"),
        ("葛\u{FE0F}", "葛"),
        ("か\u{E0100}", "か"),
        ("👩\u{200D}\u{200D}💻", "👩\u{200D}💻"),
        ("👩\u{200D}x", "👩x"),
        ("👩\u{200C}💻", "👩💻"),
        ("می\u{200C}\u{200C}خ", "می\u{200C}خ"),
        ("a\u{200D}\u{094D}", "a\u{094D}"),
        ("می\u{200C}", "می"),
        ("می\u{200C}x", "میx"),
        ("x\u{200C}خ", "xخ"),
        ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0041}\u{E006E}\u{E0067}\u{E007F}", "\u{1F3F4}"),
        ("\u{1F3F4}\u{E0041}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", "\u{1F3F4}"),
        ("را\u{200C}خ", "راخ"),
        ("ᠠ\u{180B}\u{180C}", "ᠠ\u{180B}"),
        ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}", "\u{1F3F4}"),
        (
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}\u{E0041}\u{E007F}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        ),
        ("\u{1F3F4}\u{E0075}\u{E0073}\u{E0074}\u{E0078}\u{E007F}", "\u{1F3F4}"),
        (
            "e\u{0323}\u{0302}\u{0300}\u{0301}\u{0303}\u{0304}\u{0306}",
            "\u{1EC7}\u{0300}\u{0301}\u{0303}\u{0304}",
        ),
    ];
    for (text, wanted) in cut {
        assert_eq!(strip(text), wanted, "{}", text.escape_unicode());
    }
    let forged = "\u{1F3F4}\u{E0041}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";
    assert_eq!(first_hidden(forged).map(|hidden| hidden.code_point), Some('\u{E0041}'));
    let many = "葛\u{E0100}".repeat(100);
    assert_eq!(strip(&many).chars().filter(|c| *c == '\u{E0100}').count(), 8, "the limit of invisible bytes");
}
