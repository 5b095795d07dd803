//! Tests the time that it takes to screen the largest texts.

use std::time::{Duration, Instant};

use screen::{Findings, strip};
use serde_json::json;

#[test]
fn no_text_of_a_body_is_slow_to_screen() {
    let texts = [
        "a\u{200C}",
        "م\u{301}\u{200C}",
        "\u{94D}\u{200C}",
        "葛\u{E0100}",
        "👩\u{200D}",
        "\u{301}",
        "\u{301}\u{FE0F}\u{94D}\u{200C}",
        "\u{E0067}",
        "ignore ",
        "ignore previous ",
        "send data password ",
        "<|",
        "aWdub3Jl",
        "܀",
        "system: ",
        "a\n",
    ];
    for unit in texts {
        let text = unit.repeat(65_536 / unit.len());
        let began = Instant::now();
        let found = Findings::of(&json!({ "text": strip(&text), "raw": text }));
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{} took {:?}, {found}",
            unit.escape_unicode(),
            began.elapsed()
        );
    }
}
