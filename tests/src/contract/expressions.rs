//! Keys and values are bound: nothing that comes from a caller is ever a part of an expression of DynamoDB.

use serde_json::Value;

use super::structure::STRUCTURE;

/// What `Condition::expression` gives, which puts numbered names together and nothing else.
const BUILT: &str = "text";
/// The type of a parameter that takes nothing but what stands in the source.
const FIXED: &str = "& 'static str";
/// All that may be put together beside it: a number with the sign that makes it a bound name or value.
const NUMBERED: [&str; 3] = ["\"#{n} = :{n}\"", "\"#{n}\"", "\":{n}\""];

fn read<'a>(one: &'a Value, name: &str) -> &'a str {
    one[name].as_str().unwrap()
}

#[test]
fn no_expression_is_built_from_data() {
    let called = STRUCTURE["expressions"].as_array().unwrap();
    assert!(called.len() > 5, "the expressions are elsewhere");
    for call in called {
        let argument = read(call, "argument");
        let fixed = is_literal(argument) || call["type"] == FIXED || argument == BUILT;
        assert!(fixed, "{}: {}({argument})", read(call, "file"), read(call, "method"));
    }
    let of_conditions = |one: &&Value| read(one, "file").ends_with("/condition.rs");
    let formats: Vec<&Value> =
        STRUCTURE["formats"].as_array().unwrap().iter().filter(of_conditions).collect();
    assert!(!formats.is_empty(), "conditions are elsewhere");
    for format in formats {
        assert!(NUMBERED.contains(&read(format, "arguments")), "{format}");
    }
}

/// Whether the tokens are one literal text.
fn is_literal(tokens: &str) -> bool {
    let inside = tokens.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.is_some_and(|text| !text.contains('"'))
}
