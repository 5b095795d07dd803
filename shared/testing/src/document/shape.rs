//! Validation of a value against a schema of the contract.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

use super::CONTRACT;

/// A schema of the contract, ready to check values.
pub struct Shape {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Shape {
    /// The schema for clients: a response may contain additional fields.
    #[must_use]
    pub fn open(name: &str) -> Self {
        Self::at(&format!("schemas/{name}"), false)
    }

    /// The schema for the author: every field must be listed.
    #[must_use]
    pub fn closed(name: &str) -> Self {
        Self::at(&format!("schemas/{name}"), true)
    }

    /// The schema at a pointer in the components.
    #[must_use]
    pub fn at(pointer: &str, closed: bool) -> Self {
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource("http://contract/", as_json_schema(&CONTRACT, closed)).unwrap();
        let mut schemas = Schemas::new();
        let pointer = format!("http://contract/#/components/{pointer}");
        let index = compiler.compile(&pointer, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    /// Whether the value is valid.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }

    /// Asserts that the value is valid. `what` describes it in the message.
    pub fn assert_takes(&self, value: &Value, what: &str) {
        let fault = self.schemas.validate(value, self.index).err();
        assert!(fault.is_none(), "{what}: {}\n{value:#}", fault.unwrap());
    }
}

/// Converts `OpenAPI` 3.0 to JSON Schema: `nullable` becomes a type, `exclusiveMinimum` the number.
fn as_json_schema(node: &Value, closed: bool) -> Value {
    match node {
        Value::Object(map) => {
            let mut map: Map<String, Value> =
                map.iter().map(|(key, value)| (key.clone(), as_json_schema(value, closed))).collect();
            if map.get("nullable") == Some(&json!(true)) {
                let own = map["type"].clone();
                map.insert("type".to_owned(), json!([own, "null"]));
            }
            if map.get("exclusiveMinimum") == Some(&json!(true)) {
                let least = map.remove("minimum").unwrap();
                map.insert("exclusiveMinimum".to_owned(), least);
            }
            if closed && map.get("type") == Some(&json!("object")) && map.contains_key("properties") {
                map.entry("additionalProperties").or_insert(json!(false));
            }
            Value::Object(map)
        }
        Value::Array(items) => items.iter().map(|item| as_json_schema(item, closed)).collect(),
        plain => plain.clone(),
    }
}
