//! Conditions of every operator, nested and repeated.

use serde_json::{Map, Value, json};

use crate::draw::Draw;
use crate::shapes;

const ON_A_VALUE: [&str; 22] = [
    "$eq",
    "$ne",
    "$lt",
    "$gte",
    "$veq",
    "$vlt",
    "$in",
    "$ini",
    "$nin",
    "$nini",
    "$exists",
    "$type",
    "$regex",
    "$regexi",
    "$size",
    "$all",
    "$alli",
    "$elemMatch",
    "$not",
    "$elemMatch",
    "$elemMatch",
    "$not",
];
const PATTERNS: [&str; 10] = [
    "(a|b)*c",
    "\\w{1,20}z",
    "(a*)*b",
    "([ab]*c?){6}d",
    "a.*b.*c",
    "[^z]+z",
    "(((a?)?)?)?b",
    "\\bz",
    "(?:a|aa|aaa)+$",
    "[a-m1-5.,;:_-]+q",
];
const PATHS: [&str; 6] = ["a", "b", "a.a", "a.0", "b.c", "a.0.0"];

/// A condition of at most `most` bytes that repeats one clause.
pub fn condition(draw: &mut Draw, most: usize) -> Value {
    let own = draw.length(most);
    let depth = 1 + draw.below(4);
    let one = clause(draw, own, depth);
    let room = most / (one.to_string().len() + 1);
    let times = if draw.once_in(3) { draw.length(room + 1) } else { room };
    if times < 2 {
        return one;
    }
    json!({ *draw.one(&["$or", "$and", "$nor"]): vec![one; times] })
}

fn clause(draw: &mut Draw, most: usize, depth: usize) -> Value {
    let inner = most.saturating_sub(16);
    match draw.below(if depth == 0 { 6 } else { 9 }) {
        0..=5 => {
            let long = draw.once_in(12);
            let path = if long { "k".repeat(draw.length(inner)) } else { (*draw.one(&PATHS)).to_owned() };
            json!({ path: tests(draw, inner, depth) })
        }
        6 => json!({ "$not": clause(draw, inner, depth - 1) }),
        _ => {
            let own = draw.length(inner);
            let one = clause(draw, own, depth - 1);
            let times = draw.length(inner / (one.to_string().len() + 1) + 1);
            json!({ *draw.one(&["$or", "$and", "$nor"]): vec![one; times] })
        }
    }
}

/// The tests of a value: one or a few operators.
fn tests(draw: &mut Draw, most: usize, depth: usize) -> Value {
    if draw.once_in(6) {
        return shapes::value(draw, most, 1);
    }
    let mut map = Map::new();
    for _ in 0..=draw.below(3) {
        let name = *draw.one(&ON_A_VALUE);
        let operand = operand(draw, name, most / 3, depth);
        map.insert(name.to_owned(), operand);
    }
    Value::Object(map)
}

fn operand(draw: &mut Draw, name: &str, most: usize, depth: usize) -> Value {
    let down = depth.saturating_sub(1);
    match name {
        "$veq" | "$vlt" => json!(draw.one(&["1", "1.1.1", "1.1.1-a"]).repeat(draw.length(most / 8 + 1))),
        "$lt" | "$gte" | "$eq" | "$ne" => shapes::value(draw, most, 1),
        "$in" | "$ini" | "$nin" | "$nini" | "$alli" => match shapes::value(draw, most, 2) {
            list @ Value::Array(_) => list,
            one => json!([one]),
        },
        "$exists" => json!(draw.once_in(2)),
        "$type" => json!(draw.one(&["string", "array", "null"])),
        "$regex" | "$regexi" => json!(draw.one(&PATTERNS)),
        "$all" => {
            let own = draw.length(most);
            let one = if depth == 0 { json!("a") } else { tests(draw, own, down) };
            let times = draw.length(most / (one.to_string().len() + 1) + 1);
            json!(vec![one; times])
        }
        "$elemMatch" if depth > 0 && draw.once_in(2) => clause(draw, most, down),
        _ if depth > 0 => match tests(draw, most, down) {
            map @ Value::Object(_) => map,
            one => json!({ "$eq": one }),
        },
        _ => json!({ "$eq": "a" }),
    }
}
