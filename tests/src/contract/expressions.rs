//! Tests that keys and values are bound: no text of a caller is part of a DynamoDB expression.

use serde_json::Value;

use super::structure::STRUCTURE;

/// The call of `Condition::expression`, which combines numbered names only.
const BUILT: &str = "text";
/// The type of a parameter that accepts only literals of the source.
const FIXED: &str = "& 'static str";
/// The only other allowed formats: a number with the prefix of a bound name or value.
const NUMBERED: [&str; 3] = ["\"#{n} = :{n}\"", "\"#{n}\"", "\":{n}\""];

fn read<'a>(one: &'a Value, name: &str) -> &'a str {
    one[name].as_str().unwrap()
}

#[test]
fn no_expression_is_built_from_data() {
    let called = STRUCTURE["expressions"].as_array().unwrap();
    assert!(called.len() > 5, "too few expressions were found");
    for call in called {
        let argument = read(call, "argument");
        let fixed = is_literal(argument) || call["type"] == FIXED || argument == BUILT;
        assert!(fixed, "{}: {}({argument})", read(call, "file"), read(call, "method"));
    }
    let of_conditions = |one: &&Value| read(one, "file").ends_with("/condition.rs");
    let formats: Vec<&Value> =
        STRUCTURE["formats"].as_array().unwrap().iter().filter(of_conditions).collect();
    assert!(!formats.is_empty(), "no conditions were found");
    for format in formats {
        assert!(NUMBERED.contains(&read(format, "arguments")), "{format}");
    }
}

/// Returns whether the tokens are one string literal.
fn is_literal(tokens: &str) -> bool {
    let inside = tokens.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.is_some_and(|text| !text.contains('"'))
}
