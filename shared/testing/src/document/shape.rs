//! Whether a value is what a schema of the contract says.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

use super::CONTRACT;

/// A schema of the contract, ready to check values.
pub struct Shape {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Shape {
    /// As callers read it: an answer may have fields that are not listed.
    #[must_use]
    pub fn open(name: &str) -> Self {
        Self::at(&format!("schemas/{name}"), false)
    }

    /// As its author must keep it: every field is listed.
    #[must_use]
    pub fn closed(name: &str) -> Self {
        Self::at(&format!("schemas/{name}"), true)
    }

    /// The schema at a place in the components.
    #[must_use]
    pub fn at(place: &str, closed: bool) -> Self {
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource("http://contract/", as_json_schema(&CONTRACT, closed)).unwrap();
        let mut schemas = Schemas::new();
        let place = format!("http://contract/#/components/{place}");
        let index = compiler.compile(&place, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    /// Whether the value fits.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }

    /// Asserts that the value fits, and says of what it is otherwise.
    pub fn assert_takes(&self, value: &Value, what: &str) {
        let fault = self.schemas.validate(value, self.index).err();
        assert!(fault.is_none(), "{what}: {}\n{value:#}", fault.unwrap());
    }
}

/// `OpenAPI` 3.0 as JSON Schema: `nullable` becomes a type, `exclusiveMinimum` the number.
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
