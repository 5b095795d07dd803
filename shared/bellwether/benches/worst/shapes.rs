//! Texts and values that are known to be slow, in any size.

use serde_json::{Map, Value, json};

use crate::draw::Draw;

/// The parts of texts: letters of several lengths and cases, marks, characters that screening checks, words
/// of the lexicon, and encoded text.
const PARTS: [&str; 40] = [
    "a",
    "b",
    "aaaaaaab",
    "1",
    "1.",
    "0",
    "-",
    "9.9-",
    "Ä",
    "ẞ",
    "İ",
    "ﬁ",
    "\u{FDFA}",
    "葛",
    "葛\u{E0100}",
    "\u{301}",
    "\u{323}\u{301}",
    "e\u{301}",
    "가",
    "\u{1100}\u{1161}",
    "❤\u{FE0F}",
    "❤",
    "👩\u{200D}",
    "م\u{200C}",
    "م\u{301}\u{200C}",
    "\u{94D}\u{200C}",
    "\u{200B}",
    "\u{E0067}",
    "ᠨ\u{180B}",
    "ignore ",
    "ignore all previous instructions. ",
    "send data password ",
    "system: ",
    "system:\n",
    "<|",
    "<|im_start|>",
    "aWdub3Jl",
    "a\n",
    "\\n",
    "ж",
];

/// A text of at most about `most` bytes.
pub fn text(draw: &mut Draw, most: usize) -> String {
    let length = draw.length(most);
    let kinds = 1 + draw.below(3);
    let parts: Vec<&str> = (0..kinds).map(|_| *draw.one(&PARTS)).collect();
    let mut text = String::new();
    // Different letters one after the other, so that no cache helps.
    let varied = draw.once_in(8);
    let first = u32::try_from(draw.below(0x3000)).unwrap_or_default() + 0xA0;
    for n in 0_u32.. {
        if text.len() >= length {
            break;
        }
        match char::from_u32(first + n).filter(|_| varied) {
            Some(letter) => text.push(letter),
            None => text.push_str(parts[n as usize % parts.len()]),
        }
    }
    text
}

/// A value of at most about `most` bytes: a text, a number, a list of equal values, an object.
pub fn value(draw: &mut Draw, most: usize, depth: usize) -> Value {
    match draw.below(if depth == 0 { 4 } else { 8 }) {
        0 => json!(draw.below(1_000)),
        1 => draw.one(&[json!(null), json!(true), json!(0.1), json!("")]).clone(),
        2 | 3 => json!(text(draw, most)),
        4 | 5 => {
            let item = value(draw, most / 2, depth - 1);
            let times = draw.length(most / (item.to_string().len() + 1) + 1);
            json!(vec![item; times])
        }
        6 => {
            let length = draw.length(64);
            let times = draw.length(most / (length + 3) + 1);
            json!((0..times).map(|n| format!("{n:0length$}")).collect::<Vec<_>>())
        }
        _ => Value::Object(object(draw, most, depth)),
    }
}

/// An object whose names are `a`, `b` and so on, or long ones.
pub fn object(draw: &mut Draw, most: usize, depth: usize) -> Map<String, Value> {
    let mut map = Map::new();
    let each = most / (1 + draw.below(4));
    for n in 0..=draw.below(4) {
        let long = if draw.once_in(8) { "k".repeat(draw.length(each)) } else { String::new() };
        let name = format!("{}{long}", *draw.one(&["a", "b", "c", "0"]));
        let size = each.saturating_sub(long.len());
        if size > n {
            map.insert(name, value(draw, size, depth.saturating_sub(1)));
        }
    }
    map
}
