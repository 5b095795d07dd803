//! Sentences about one failed part of a condition. Each is bounded, whatever the attributes and the condition contain.

use serde_json::Value;

/// The maximum length of a shown value, in bytes of its JSON.
const SHOWN: usize = 64;

/// Returns a sentence about an attribute that failed one operator. `compared` is what the operator compares, if the
/// value has a type that it can never match.
pub(super) fn leaf(
    name: &str,
    value: &Value,
    operator: &str,
    operand: &Value,
    compared: Option<String>,
) -> String {
    let name = cut(name);
    let is =
        if value.is_null() { format!("{name} is missing") } else { format!("{name} is {}", named(value)) };
    match compared {
        Some(types) => format!("{is}; the condition compares {types}"),
        None => format!("{is}; the condition needs {}", needed(operator, operand)),
    }
}

/// Returns a sentence about a condition that matched although it is negated.
pub(super) fn negated(operator: &str) -> String {
    let which = if operator == "$nor" { "a condition below $nor" } else { "the condition below $not" };
    format!("{which} is met, and it must not be")
}

/// Returns the value itself if it is short, otherwise the beginning of its JSON.
pub(super) fn bounded(value: &Value) -> Value {
    let text = value.to_string();
    if text.len() <= SHOWN { value.clone() } else { Value::String(cut(&text)) }
}

/// Returns the plural of types that are joined by `or`.
pub(super) fn plural(types: &str) -> String {
    let each = types.split(" or ").map(|name| match name {
        "string" => "texts".to_owned(),
        "null" => "missing values".to_owned(),
        "array" => "lists".to_owned(),
        other => format!("{other}s"),
    });
    each.collect::<Vec<_>>().join(" or ")
}

fn named(value: &Value) -> String {
    let shown = cut(&value.to_string());
    match value {
        Value::String(_) => format!("the text {shown}"),
        Value::Array(_) => format!("the list {shown}"),
        Value::Object(_) => format!("the object {shown}"),
        _ => shown,
    }
}

fn needed(operator: &str, operand: &Value) -> String {
    let shown = cut(&operand.to_string());
    match operator {
        "$eq" if operand.is_null() => "no value".to_owned(),
        "$eq" => shown,
        "$ne" => format!("a value other than {shown}"),
        "$lt" | "$vlt" => format!("less than {shown}"),
        "$lte" | "$vlte" => format!("at most {shown}"),
        "$gt" | "$vgt" => format!("more than {shown}"),
        "$gte" | "$vgte" => format!("at least {shown}"),
        "$veq" => format!("the version {shown}"),
        "$vne" => format!("a version other than {shown}"),
        "$in" | "$ini" => format!("one of {shown}"),
        "$nin" | "$nini" => format!("none of {shown}"),
        "$exists" if operand == &Value::Bool(true) => "a value".to_owned(),
        "$exists" => "no value".to_owned(),
        "$type" => format!("the type {shown}"),
        "$regex" | "$regexi" => format!("a text that matches {shown}"),
        "$size" => format!("a list whose length meets {shown}"),
        "$all" | "$alli" => format!("a list with all of {shown}"),
        "$elemMatch" => format!("a list with an item that meets {shown}"),
        "$not" => format!("a value that does not meet {shown}"),
        other => format!("{} {shown}", cut(other)),
    }
}

fn cut(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(SHOWN - '…'.len_utf8());
    format!("{}…", &text[..end])
}
