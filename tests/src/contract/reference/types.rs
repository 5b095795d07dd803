//! The types of the contract as tables of fields.

use std::fmt::Write as _;

use serde_json::Value;
use testing::document::CONTRACT;

use super::{anchor, cell, text};

/// The component that a reference names.
fn component(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// The type of a schema in words, with a link to the section of a named type.
pub fn kind(schema: &Value) -> String {
    if let Some(name) = component(schema) {
        return format!("[{name}](#{})", anchor(name));
    }
    let choices = ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].as_array());
    if let Some(choices) = choices {
        let kinds: Vec<String> = choices.iter().map(kind).collect();
        return kinds.join(" or ");
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let kinds: Vec<String> = parts.iter().map(kind).collect();
        return kinds.join(" and ");
    }
    let or_null = if schema["nullable"] == true { " or null" } else { "" };
    let plain = match schema["type"].as_str() {
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("object with values: {}", kind(&schema["additionalProperties"]))
        }
        Some("string") if schema["enum"].is_array() => values(schema),
        Some(name) => name.to_owned(),
        None => "any value".to_owned(),
    };
    format!("{plain}{or_null}")
}

/// The values of an enumeration.
fn values(schema: &Value) -> String {
    let all = schema["enum"].as_array().into_iter().flatten();
    let named: Vec<String> = all.filter_map(|value| Some(format!("`{}`", value.as_str()?))).collect();
    named.join(", ")
}

/// The limits of a value in words.
fn limits(schema: &Value) -> String {
    let ranges = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " names"),
    ];
    let words = ranges.iter().filter_map(|(low, high, unit)| match (schema.get(*low), schema.get(*high)) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
        (Some(low), None) => Some(format!("at least {low}{unit}")),
        (None, Some(high)) => Some(format!("at most {high}{unit}")),
        (None, None) => None,
    });
    let pattern = schema["pattern"].as_str().map(|pattern| format!("pattern `{pattern}`"));
    words.chain(pattern).collect::<Vec<_>>().join(", ")
}

/// The rows of an object's fields. Fields of an object without a name of its own follow it, with a dot.
fn rows(schema: &Value, prefix: &str, table: &mut String) {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&name.as_str()) { "yes" } else { "no" };
        let (kind, limits) = (cell(&kind(field)), cell(&limits(field)));
        let described = cell(text(field, "description"));
        writeln!(table, "| `{prefix}{name}` | {kind} | {needed} | {limits} | {described} |").unwrap();
        rows(field, &format!("{prefix}{name}."), table);
    }
}

/// One type: its description, and its fields or its form.
fn single(name: &str, schema: &Value) -> String {
    let mut page = format!("### {name}\n\n");
    let described = text(schema, "description");
    if !described.is_empty() {
        writeln!(page, "{described}\n").unwrap();
    }
    if schema["properties"].is_object() {
        page += "| field | type | required | limits | description |\n|---|---|---|---|---|\n";
        rows(schema, "", &mut page);
        page.push('\n');
    } else {
        let limits = limits(schema);
        let limits = if limits.is_empty() { limits } else { format!("; {limits}") };
        writeln!(page, "Type: {}{limits}.\n", kind(schema)).unwrap();
    }
    page
}

/// All types, in the order of their names.
pub fn section() -> String {
    let schemas = CONTRACT["components"]["schemas"].as_object().unwrap();
    let mut names: Vec<&String> = schemas.keys().collect();
    names.sort();
    let all: String = names.iter().map(|name| single(name, &schemas[name.as_str()])).collect();
    format!("## Types\n\n{all}")
}
