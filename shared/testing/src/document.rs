//! `openapi.yaml` and the files that tests compare with it.

#![expect(clippy::unwrap_used, reason = "a document that cannot be read must end the test")]

mod shape;

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use bellwether::operations::{METHODS, ON_EVENTS, OPERATIONS};
use serde_json::{Value, json};

use crate::fleet::REJECT;
use crate::runtime::project;

pub use shape::Shape;

/// The whole `openapi.yaml`.
pub static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_yaml_ng::from_str(&read("openapi.yaml")).unwrap());

/// The text of a file of the project.
#[must_use]
pub fn read(path: &str) -> String {
    let path = project().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a folder of the project, without hidden ones.
#[must_use]
pub fn names(folder: &str) -> BTreeSet<String> {
    let path = project().join(folder);
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let all = fs::read_dir(path).unwrap().map(|entry| name(entry.unwrap()));
    all.filter(|name| !name.starts_with('.')).collect()
}

/// A file of the project, parsed as TOML.
#[must_use]
pub fn toml(path: &str) -> toml::Table {
    read(path).parse().unwrap()
}

/// All functions.
#[must_use]
pub fn functions() -> BTreeSet<&'static str> {
    OPERATIONS.iter().map(|route| route.function).chain([REJECT]).chain(ON_EVENTS).collect()
}

/// The sample event of a function.
#[must_use]
pub fn event(function: &str) -> Value {
    serde_json::from_str(&read(&format!("events/{function}.json"))).unwrap()
}

/// The body of a function's sample event: JSON, or a form as an object of texts.
#[must_use]
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

/// The content of a request body, in its only media type.
#[must_use]
pub fn media_of(body: &'static Value) -> &'static Value {
    let content = body["content"].as_object().unwrap();
    assert_eq!(content.len(), 1);
    content.values().next().unwrap()
}

/// One operation of the contract.
pub struct Operation {
    /// The method, in capitals.
    pub method: String,
    /// The path below the stage, with parameters in braces.
    pub path: &'static str,
    /// The description of the operation.
    pub spec: &'static Value,
}

/// The first example of an operation's request body.
///
/// # Panics
/// When it has none.
#[must_use]
pub fn example(operation: &str) -> Value {
    let documented = Operation::all().into_iter().find(|one| one.id() == operation).expect("an operation");
    let media = media_of(&documented.spec["requestBody"]);
    let first = media["examples"].as_object().and_then(|all| all.values().next());
    first.map_or(&media["example"], |first| &first["value"]).clone()
}

impl Operation {
    /// All operations, in the document's order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in CONTRACT["paths"].as_object().unwrap() {
            for (key, spec) in item.as_object().unwrap() {
                let method = key.to_uppercase();
                assert!(METHODS.contains(&method.as_str()), "{path}: {key} is not a method");
                all.push(Self { method, path, spec });
            }
        }
        all
    }

    /// The operation's id.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.spec["operationId"].as_str().unwrap()
    }

    /// The function whose name the id begins with; the longest name if several match.
    #[must_use]
    pub fn function(&self) -> &'static str {
        let begins = |name: &&str| {
            let rest = self.id().strip_prefix(*name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let fitting = functions().into_iter().filter(begins).max_by_key(|name| name.len());
        fitting.unwrap_or_else(|| panic!("{} does not begin with the name of a function", self.id()))
    }

    /// The scope that it requires. None for a public operation.
    #[must_use]
    pub fn scope(&self) -> Option<&'static str> {
        self.spec.get("x-scope").map(|scope| scope.as_str().unwrap())
    }

    /// Its parameters, from the path and the operation.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        self.spec["parameters"].as_array().into_iter().flatten().map(follow)
    }

    /// The names of its parameters in the path or the query.
    #[must_use]
    pub fn parameters_in(&self, location: &str) -> BTreeSet<&'static str> {
        let here = self.parameters().filter(|parameter| parameter["in"] == location);
        here.map(|parameter| parameter["name"].as_str().unwrap()).collect()
    }

    /// Its responses by status.
    pub fn responses(&self) -> impl Iterator<Item = (u16, &'static Value)> {
        responses(self.spec)
    }
}

/// The responses in a part of the contract, by status.
pub fn responses(spec: &'static Value) -> impl Iterator<Item = (u16, &'static Value)> {
    let all = spec["responses"].as_object().unwrap();
    all.iter().map(|(status, response)| (status.parse().unwrap(), follow(response)))
}

/// Resolves a reference. Returns any other value unchanged.
#[must_use]
pub fn follow(node: &'static Value) -> &'static Value {
    let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return node };
    let pointer = reference.strip_prefix('#').unwrap();
    CONTRACT.pointer(pointer).unwrap_or_else(|| panic!("{reference} does not exist"))
}

/// The examples of a body, a parameter or a header.
#[must_use]
pub fn examples(node: &'static Value) -> Vec<&'static Value> {
    let several = node["examples"].as_object().into_iter().flatten();
    node.get("example").into_iter().chain(several.map(|(_, named)| &follow(named)["value"])).collect()
}

/// The name of the component that is a body's schema.
#[must_use]
pub fn schema_name(media: &Value) -> &str {
    let reference = media["schema"]["$ref"].as_str().unwrap();
    reference.strip_prefix("#/components/schemas/").unwrap()
}
