//! Explanations of every kind of part, and their bounds.

use serde_json::{Value, json};

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "literals read better without a borrow")]
fn explained(condition: Value, attributes: Value) -> Explanation {
    let condition = Condition::parse(&condition).unwrap();
    Explainer::new(&condition).explain(attributes.as_object().unwrap())
}

fn details(condition: Value, attributes: Value) -> Vec<String> {
    explained(condition, attributes).failed.into_iter().map(|failed| failed.detail).collect()
}

#[test]
fn a_value_of_another_type_is_named_with_what_the_condition_compares() {
    let failed = explained(json!({ "employees": { "$gte": 200 } }), json!({ "employees": "250" })).failed;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].detail, "employees is the text \"250\"; the condition compares numbers");
    assert_eq!((&failed[0].pointer, failed[0].kind), (&"/employees/$gte".to_owned(), Some("string")));
    assert_eq!(failed[0].value, Some(json!("250")));
}

#[test]
fn every_failed_operator_of_every_attribute_is_explained() {
    let condition = json!({
        "industry": "software", "employees": { "$gte": 200, "$lt": 300 }, "country": { "$in": ["DE", "FR"] },
        "plan": { "$exists": true }, "name": { "$regex": "^A" }, "tags": { "$all": ["a"] }, "site.kind": "shop"
    });
    let attributes =
        json!({ "industry": "farming", "employees": 500, "country": "US", "name": "Bcme", "tags": ["b"] });
    assert_eq!(
        details(condition, attributes),
        [
            "industry is the text \"farming\"; the condition needs \"software\"",
            "employees is 500; the condition needs less than 300",
            "country is the text \"US\"; the condition needs one of [\"DE\",\"FR\"]",
            "plan is missing; the condition needs a value",
            "name is the text \"Bcme\"; the condition needs a text that matches \"^A\"",
            "tags is the list [\"b\"]; the condition needs a list with all of [\"a\"]",
            "site.kind is missing; the condition needs \"shop\"",
        ]
    );
}

#[test]
fn alternatives_are_explained_only_when_none_matches() {
    let condition = json!({ "$or": [{ "a": 1 }, { "b": { "$gt": 2 } }] });
    assert!(details(condition.clone(), json!({ "b": 3 })).is_empty());
    let failed = explained(condition, json!({ "b": 1 })).failed;
    assert_eq!(
        failed.iter().map(|own| own.pointer.as_str()).collect::<Vec<_>>(),
        ["/$or/0/a", "/$or/1/b/$gt"]
    );
}

#[test]
fn negations_are_explained_by_what_must_not_match() {
    let failed =
        explained(json!({ "$not": { "a": 1 }, "$nor": [{ "b": 1 }, { "c": 1 }] }), json!({ "a": 1, "c": 1 }));
    let pointers: Vec<_> = failed.failed.iter().map(|own| own.pointer.as_str()).collect();
    assert_eq!(pointers, ["/$not", "/$nor"]);
    assert!(failed.failed.iter().all(|own| own.attribute.is_none() && own.detail.contains("must not be")));
    assert_eq!(
        details(json!({ "a": { "$not": { "$gt": 5 } } }), json!({ "a": 9 })),
        ["a is 9; the condition needs a value that does not meet {\"$gt\":5}"]
    );
}

#[test]
fn items_of_lists_are_explained_by_their_condition() {
    let condition =
        json!({ "sites": { "$elemMatch": { "country": "DE" } }, "tags": { "$size": { "$gt": 1 } } });
    assert_eq!(
        details(condition, json!({ "sites": [{ "country": "FR" }], "tags": ["x"] })),
        [
            "sites is the list [{\"country\":\"FR\"}]; the condition needs a list with an item that meets {\"country\":\"DE\"}",
            "tags is the list [\"x\"]; the condition needs a list whose length meets {\"$gt\":1}",
        ]
    );
}

#[test]
fn an_explanation_is_empty_exactly_when_the_unit_matches() {
    let conditions = [
        json!({}),
        json!({ "$and": [] }),
        json!({ "$or": [] }),
        json!({ "$nor": [] }),
        json!({ "$and": [{ "a": 1 }, { "$or": [{ "b": 1 }, { "$not": { "c": { "$exists": true } } }] }] }),
        json!({ "a": { "$ne": 1, "$nin": [2, 3] }, "b": { "$in": [1, null] } }),
        json!({ "c": null }),
        json!({ "a": { "$type": "string" }, "$nor": [{ "b": 2 }] }),
        json!({ "a.b": { "$vgte": "1.2.0" } }),
    ];
    let values =
        [json!(null), json!(1), json!(2), json!("x"), json!("1.3.0"), json!([1]), json!({ "b": "1.2.1" })];
    for condition in conditions {
        let parsed = Condition::parse(&condition).unwrap();
        let explainer = Explainer::new(&parsed);
        for a in &values {
            for b in &values {
                for attributes in [json!({ "a": a, "b": b }), json!({ "b": a, "c": b }), json!({ "a": b })] {
                    let attributes = attributes.as_object().unwrap();
                    let matches = parsed.is_met_by(attributes).unwrap();
                    let found = explainer.explain(attributes);
                    assert_eq!(found.failed.is_empty(), matches, "{condition} {attributes:?}");
                }
            }
        }
    }
}

#[test]
fn an_explanation_is_bounded_whatever_is_sent() {
    let many: Map<String, Value> = (0..50).map(|n| (format!("a{n}"), json!(1))).collect();
    let found = explained(Value::Object(many), json!({}));
    assert_eq!((found.failed.len(), found.truncated), (MOST, true));
    let long = "ü".repeat(10_000);
    let failed = explained(json!({ "a": "b" }), json!({ "a": long })).failed;
    assert!(failed[0].detail.len() < 400 && failed[0].value.as_ref().unwrap().to_string().len() < 100);
    let slow =
        json!({ "$or": (0..200).map(|n| json!({ "a": { "$elemMatch": { "x": n } } })).collect::<Vec<_>>() });
    let items: Vec<Value> = (0..2_000).map(|_| json!({ "x": "y" })).collect();
    let found = explained(slow, json!({ "a": items }));
    assert!(found.truncated, "a decision that is too slow is not explained further");
}
