//! `openapi.yaml` and what it is held against, read from their places.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bellwether::http::routes::{METHODS, ON_EVENTS, ROUTES};
use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

/// The function that answers every method that a path does not have.
pub const REJECT: &str = "reject-method";

pub static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_yaml_ng::from_str(&read("openapi.yaml")).unwrap());

pub fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a folder, without what hides.
pub fn names(folder: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let all = fs::read_dir(path).unwrap().map(|entry| name(entry.unwrap()));
    all.filter(|name| !name.starts_with('.')).collect()
}

pub fn toml(path: &str) -> toml::Table {
    read(path).parse().unwrap()
}

/// Every function.
pub fn functions() -> BTreeSet<&'static str> {
    ROUTES.iter().map(|route| route.function).chain([REJECT]).chain(ON_EVENTS).collect()
}

/// A function's text, but for its tests.
pub fn source(function: &str) -> String {
    let folder = format!("functions/{function}/src");
    let is_source =
        |name: &String| name != "tests.rs" && Path::new(name).extension().is_some_and(|e| e == "rs");
    let files = names(&folder).into_iter().filter(is_source);
    files.map(|name| read(&format!("{folder}/{name}"))).collect()
}

/// The sample event of a function.
pub fn event(function: &str) -> Value {
    serde_json::from_str(&read(&format!("events/{function}.json"))).unwrap()
}

/// The body of a function's sample event: JSON, or a form as an object of texts.
pub fn body_of(function: &str) -> Value {
    let event = event(function);
    let body = event["body"].as_str().unwrap();
    match event["headers"]["content-type"].as_str() {
        Some("application/x-www-form-urlencoded") => form_urlencoded::parse(body.as_bytes())
            .map(|(name, value)| (name.into_owned(), json!(value)))
            .collect(),
        _ => serde_json::from_str(body).unwrap(),
    }
}

/// What a request's body is, of the one type that it may have.
pub fn media_of(body: &'static Value) -> &'static Value {
    let content = body["content"].as_object().unwrap();
    assert_eq!(content.len(), 1);
    content.values().next().unwrap()
}

/// One operation of the contract.
pub struct Operation {
    pub method: String,
    pub path: &'static str,
    pub spec: &'static Value,
}

impl Operation {
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in CONTRACT["paths"].as_object().unwrap() {
            for (key, spec) in item.as_object().unwrap() {
                let method = key.to_uppercase();
                assert!(METHODS.contains(&method.as_str()), "{path}: {key} is no method");
                all.push(Self { method, path, spec });
            }
        }
        all
    }

    pub fn id(&self) -> &'static str {
        self.spec["operationId"].as_str().unwrap()
    }

    /// The function that its name begins with; the longest, where several would fit.
    pub fn function(&self) -> &'static str {
        let begins = |name: &&str| {
            let rest = self.id().strip_prefix(*name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let fitting = functions().into_iter().filter(begins).max_by_key(|name| name.len());
        fitting.unwrap_or_else(|| panic!("{} begins with no function's name", self.id()))
    }

    /// What its function does for it: the text of `main.rs` without what is done for its other
    /// operations alone.
    pub fn source(&self) -> String {
        let mut text = source(self.function());
        let same = |operation: &Self| operation.function() == self.function();
        for operation in Self::all().into_iter().filter(same) {
            let own = operation.own_part(&text).unwrap_or_default().to_owned();
            if operation.id() != self.id() {
                text = text.replace(&own, "");
            }
        }
        text
    }

    /// The part of a function's text that only this operation needs: that of `function-name` is
    /// `fn name`. One that has its function's name has none.
    fn own_part<'a>(&self, text: &'a str) -> Option<&'a str> {
        let name = self.id().strip_prefix(self.function())?.strip_prefix('-')?.replace('-', "_");
        let from = text.split_once(&format!("fn {name}("));
        let (_, part) = from.unwrap_or_else(|| panic!("no `fn {name}` does what {} is for", self.id()));
        Some(part.split_once("\n}\n").unwrap().0)
    }

    pub fn scope(&self) -> Option<&'static str> {
        self.spec.get("x-scope").map(|scope| scope.as_str().unwrap())
    }

    pub fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        self.spec["parameters"].as_array().into_iter().flatten().map(follow)
    }

    /// The names of its parameters in the path or the query.
    pub fn parameters_in(&self, place: &str) -> BTreeSet<&'static str> {
        let here = self.parameters().filter(|parameter| parameter["in"] == place);
        here.map(|parameter| parameter["name"].as_str().unwrap()).collect()
    }

    pub fn responses(&self) -> impl Iterator<Item = (u16, &'static Value)> {
        responses(self.spec)
    }
}

pub fn responses(spec: &'static Value) -> impl Iterator<Item = (u16, &'static Value)> {
    let all = spec["responses"].as_object().unwrap();
    all.iter().map(|(status, response)| (status.parse().unwrap(), follow(response)))
}

/// What a reference leads to; anything else is itself.
pub fn follow(node: &'static Value) -> &'static Value {
    let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return node };
    let pointer = reference.strip_prefix('#').unwrap();
    CONTRACT.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

/// The examples of a body, a parameter or a header.
pub fn examples(node: &'static Value) -> Vec<&'static Value> {
    let several = node["examples"].as_object().into_iter().flatten();
    node.get("example").into_iter().chain(several.map(|(_, named)| &follow(named)["value"])).collect()
}

/// The name of the component that a body's schema is.
pub fn schema_name(media: &Value) -> &str {
    let reference = media["schema"]["$ref"].as_str().unwrap();
    reference.strip_prefix("#/components/schemas/").unwrap()
}

/// A schema of the contract, ready to check values.
pub struct Shape {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Shape {
    /// As callers read it: an answer may have fields that are not listed.
    pub fn open(name: &str) -> Self {
        Self::at(&format!("schemas/{name}"), false)
    }

    /// As its author must keep it: every field is listed.
    pub fn closed(name: &str) -> Self {
        Self::at(&format!("schemas/{name}"), true)
    }

    /// The schema at a place in the components.
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

    pub fn takes(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }

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
