//! Tests of the types that a condition expects and of the mismatches that it reports.

use serde_json::json;

use super::super::Condition;

/// Returns attribute, expected type and actual type of each mismatch.
fn found(
    condition: &serde_json::Value,
    attributes: &serde_json::Value,
) -> Vec<(String, String, &'static str)> {
    let condition = Condition::parse(condition).unwrap();
    let found = condition.mismatches(attributes.as_object().unwrap());
    found.into_iter().map(|own| (own.attribute, own.expected, own.got)).collect()
}

#[test]
fn a_type_that_can_never_match_the_condition_is_reported() {
    for (condition, attributes, expected, got) in [
        (json!({ "a": { "$gt": 200 } }), json!({ "a": "250" }), "number", "string"),
        (json!({ "a": 250 }), json!({ "a": "250" }), "number", "string"),
        (json!({ "a": true }), json!({ "a": "true" }), "boolean", "string"),
        (json!({ "a": false }), json!({ "a": 0 }), "boolean", "number"),
        (json!({ "a": null }), json!({ "a": "" }), "null", "string"),
        (json!({ "a": { "$exists": false } }), json!({ "a": "" }), "null", "string"),
        (json!({ "a": "10115" }), json!({ "a": 10_115 }), "string", "number"),
        (json!({ "a": { "$gte": "2026-01-01" } }), json!({ "a": 2_026 }), "string", "number"),
        (json!({ "a": { "$in": [1, 2] } }), json!({ "a": "1" }), "number", "string"),
        (json!({ "a": { "$ini": ["de", "at"] } }), json!({ "a": true }), "string", "boolean"),
        (json!({ "a": { "$in": [1, "x"] } }), json!({ "a": true }), "number or string", "boolean"),
        (json!({ "a": { "$vgte": "1.18" } }), json!({ "a": 1.18 }), "string", "number"),
        (json!({ "a": { "$regex": "^1" } }), json!({ "a": 1 }), "string", "number"),
        (json!({ "a": { "$type": "number" } }), json!({ "a": "1" }), "number", "string"),
        (json!({ "a": { "$all": ["x"] } }), json!({ "a": "x" }), "array", "string"),
        (json!({ "a": { "$size": 1 } }), json!({ "a": 1 }), "array", "number"),
        (json!({ "a": { "$exists": true, "$gt": 1 } }), json!({ "a": "2" }), "number", "string"),
        (json!({ "$or": [{ "a": { "$gt": 1 } }, { "b": 1 }] }), json!({ "a": "2" }), "number", "string"),
        (
            json!({ "$and": [{ "a": { "$ne": 1 } }, { "a": { "$lt": 9 } }] }),
            json!({ "a": "2" }),
            "number",
            "string",
        ),
    ] {
        let wanted = [("a".to_owned(), expected.to_owned(), got)];
        assert_eq!(found(&condition, &attributes), wanted, "{condition}");
    }
    assert_eq!(found(&json!({ "a.b": 1 }), &json!({ "a": { "b": "1" } }))[0].0, "a.b");
}

#[test]
fn a_type_with_a_matching_value_is_not_a_mismatch() {
    for (condition, attributes) in [
        (json!({ "a": { "$gt": 200 } }), json!({ "a": 100 })),
        (json!({ "a": { "$gt": 200 } }), json!({ "a": null, "b": "1" })),
        (json!({ "a": { "$gt": 200 } }), json!({})),
        (json!({ "a": { "$ne": 1 } }), json!({ "a": "1" })),
        (json!({ "a": { "$nin": [1] } }), json!({ "a": "1" })),
        (json!({ "a": { "$exists": true } }), json!({ "a": "" })),
        (json!({ "a": null }), json!({ "a": "2026-11-21" })),
        (json!({ "a": { "$in": [1] } }), json!({ "a": ["1"] })),
        (json!({ "$or": [{ "a": 1 }, { "a": "x" }] }), json!({ "a": "y" })),
        (json!({ "$not": { "a": 1 } }), json!({ "a": "1" })),
        (json!({ "$nor": [{ "a": 1 }] }), json!({ "a": "1" })),
        (json!({ "$and": [{ "a": 1 }, { "a": "x" }] }), json!({ "a": true })),
    ] {
        assert_eq!(found(&condition, &attributes), [], "{condition} {attributes}");
    }
}
