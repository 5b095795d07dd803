//! Tests the contract itself: references resolve, and every example matches its schema and is acceptable to the
//! service.

use std::collections::BTreeSet;

use bellwether::auth::users::credentials;
use domain::experiment::Workspace;
use serde_json::{Value, json};
use testing::document::{
    CONTRACT, Operation, Shape, body_of, event, examples, follow, media_of, read, responses, schema_name,
};
use testing::fleet::REJECT;

#[test]
fn every_reference_resolves_alone_and_every_component_is_used() {
    fn walk(node: &'static Value, used: &mut BTreeSet<&'static str>) {
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            assert!(!follow(node).is_null(), "{reference} does not resolve");
            assert_eq!(
                node.as_object().unwrap().len(),
                1,
                "the fields next to {reference} are ignored; remove them"
            );
            used.insert(reference);
        }
        match node {
            Value::Object(map) => map.values().for_each(|value| walk(value, used)),
            Value::Array(items) => items.iter().for_each(|item| walk(item, used)),
            _ => {}
        }
    }
    let mut used = BTreeSet::new();
    walk(&CONTRACT, &mut used);
    for (kind, all) in CONTRACT["components"].as_object().unwrap() {
        for name in all.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            let reference = format!("#/components/{kind}/{name}");
            assert!(used.contains(reference.as_str()), "{reference} is not used");
        }
    }
}

#[test]
fn every_example_matches_its_schema() {
    let check = |what: &str, media: &'static Value| {
        let shape = Shape::closed(schema_name(media));
        assert!(!examples(media).is_empty(), "{what} has no example");
        for example in examples(media) {
            shape.assert_takes(example, what);
        }
    };
    let answers = |id: &str, spec: &'static Value| {
        for (status, response) in responses(spec) {
            let media = response["content"].as_object().into_iter().flatten().map(|(_, media)| media);
            media.for_each(|media| check(&format!("{id} {status}"), media));
        }
    };
    answers(REJECT, &CONTRACT["x-reject-method"]);
    for operation in Operation::all() {
        answers(operation.id(), operation.spec);
        if let Some(body) = operation.spec.get("requestBody") {
            check(operation.id(), media_of(body));
        }
    }
    for kind in ["parameters", "headers"] {
        for (name, component) in CONTRACT["components"][kind].as_object().unwrap() {
            let shape = Shape::at(&format!("{kind}/{name}/schema"), true);
            shape.assert_takes(&component["example"], name);
        }
    }
}

#[test]
fn sample_bodies_match_their_schemas_and_other_events_have_none() {
    for operation in Operation::all() {
        let event = event(operation.function());
        // A function has one sample, which is that of one of its operations.
        if (&event["httpMethod"], &event["resource"]) != (&json!(operation.method), &json!(operation.path)) {
            continue;
        }
        let Some(body) = operation.spec.get("requestBody") else {
            assert_eq!(event["body"], Value::Null, "{}", operation.id());
            continue;
        };
        let shape = Shape::open(schema_name(media_of(body)));
        shape.assert_takes(&body_of(operation.function()), operation.id());
    }
}

/// Returns every `password` in an example of the contract, with the e-mail address next to it.
fn passwords(node: &'static Value) -> Vec<(&'static str, &'static str)> {
    let own =
        node["password"].as_str().map(|password| (node["email"].as_str().unwrap_or_default(), password));
    let inside: Vec<&Value> = match node {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(inside.into_iter().flat_map(passwords)).collect()
}

#[test]
fn no_example_has_a_password_that_the_service_refuses() {
    let all: Vec<_> = passwords(&CONTRACT);
    assert!(all.len() >= 2, "fewer than two examples have a password");
    for (email, password) in all {
        let workspace = Workspace::parse("acme").unwrap();
        let checked = credentials(email, &password.to_owned().into(), &workspace);
        assert!(checked.is_ok(), "{password}: {:?}", checked.err());
    }
}

#[test]
fn every_password_prompt_states_the_minimum_length() {
    let workspace = Workspace::parse("acme").unwrap();
    let least = (1..30).find(|length| {
        let text: String = "violetharbourninetrainsatdusk".chars().take(*length).collect();
        credentials("a@example.com", &text.into(), &workspace).is_ok()
    });
    let prompt = format!("password ({} characters or more): ", least.unwrap());
    assert!(read("deploy/admin.py").contains(&prompt), "{prompt}");
}
