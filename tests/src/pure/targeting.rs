//! Tests that conditions have the results of the GrowthBook SDKs in every reference case of
//! `cases/bucketing_and_targeting.json`, or are refused when the test is created, for a reason that is
//! stated here.

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use domain::experiment::condition::{Condition, DECISION_UNITS};
use domain::experiment::{Definition, Experiment, Refusal, Seed};
use serde_json::{Value, json};

/// Conditions that the SDKs evaluate to a constant, and that Bellwether refuses.
const REFUSED: [(&str, usize, &str); 5] = [
    (
        "is not an operator; an attribute's name cannot begin with $",
        2,
        "a misspelt $and would be an attribute that no account has",
    ),
    (
        "needs groups, which Bellwether does not have; list the values with $in",
        11,
        "saved groups are a feature of another product",
    ),
    ("is not an operator on a value", 7, "a misspelt operator would match no account, or every account"),
    ("must be a list", 4, "$in with a single value never matches in the SDKs, which is not the intention"),
    (
        "must be a regular expression without look-around and back references that takes at most 4 KB when compiled; write it shorter and repeat less",
        2,
        "an invalid pattern never matches in the SDKs",
    ),
];

#[test]
fn every_reference_case_matches_the_sdks_or_is_refused_with_a_reason() {
    let all: Value = serde_json::from_str(include_str!("../../cases/bucketing_and_targeting.json")).unwrap();
    let cases = all["evalCondition"].as_array().unwrap();
    let (mut wrong, mut decided, mut refused) = (Vec::new(), 0, BTreeMap::<String, usize>::new());
    for case in cases {
        match Condition::parse(&case[1]) {
            Err(broken) => *refused.entry(broken[0].detail.clone()).or_default() += 1,
            Ok(condition) => {
                decided += 1;
                if Value::Bool(condition.is_met_by(case[2].as_object().unwrap()).unwrap()) != case[3] {
                    wrong.push(case.to_string());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {decided}: {wrong:#?}", wrong.len());
    let expected: BTreeMap<String, usize> = REFUSED.iter().map(|(d, n, _)| ((*d).to_owned(), *n)).collect();
    assert_eq!(refused, expected);
    assert_eq!(decided + refused.values().sum::<usize>(), 583, "a case was skipped");
}

#[test]
fn a_condition_that_cannot_be_evaluated_is_refused_with_its_pointer() {
    for (condition, pointer) in [
        (r#"{"a":{"$regx":"x"}}"#, "/a/$regx"),
        (r#"{"$or":[{"a":1},{"b/c":{"$in":1}}]}"#, "/$or/1/b~1c/$in"),
        (r#"{"a":{"$not":{"$regex":"("}}}"#, "/a/$not/$regex"),
        (r#"{"a":{"$regex":"(?=x)"}}"#, "/a/$regex"),
        (r#"{"a":{"$regex":"(\\w{99}){99}"}}"#, "/a/$regex"),
        (r#"{"a":{"$elemMatch":{"b":{"$size":{"$near":1}}}}}"#, "/a/$elemMatch/b/$size/$near"),
    ] {
        let broken = Condition::parse(&serde_json::from_str(condition).unwrap()).unwrap_err();
        assert_eq!(broken[0].pointer, pointer);
    }
}

#[test]
fn catastrophic_patterns_take_linear_time_and_long_texts_never_match() {
    let condition = Condition::parse(&serde_json::json!({ "a": { "$regex": "^(a+)+$" } })).unwrap();
    let holds =
        |text: String| condition.is_met_by(serde_json::json!({ "a": text }).as_object().unwrap()).unwrap();
    assert!(holds("a".repeat(1_024)));
    assert!(!holds("a".repeat(1_023) + "!"));
    assert!(!holds("a".repeat(1_025)), "a text above the length limit matched");
}

#[test]
fn expensive_pairs_of_condition_and_attributes_are_refused_quickly() {
    let many = |what: &str, n: usize| vec![Value::from(what); n];
    let pattern =
        |n: u32| serde_json::json!({ "a": { "$elemMatch": { "$regex": format!("([ab]*c?){{8}}d{n}") } } });
    let patterns: Vec<Value> = (0..20).map(pattern).collect();
    assert!(
        Condition::parse(&serde_json::json!({ "$or": (0..21).map(pattern).collect::<Vec<_>>() })).is_err()
    );
    let cases = [
        (
            serde_json::json!({ "a": { "$ini": many("x", 15_500) } }),
            serde_json::json!({ "a": many("y", 16_000) }),
        ),
        (serde_json::json!({ "$or": patterns }), serde_json::json!({ "a": many(&"ab".repeat(500), 60) })),
    ];
    for (condition, attributes) in cases {
        let condition = Condition::parse(&condition).unwrap();
        assert!(condition.is_met_by(attributes.as_object().unwrap()).is_err());
    }
}

fn attributes(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is not an object"),
    }
}

#[test]
fn small_but_expensive_conditions_are_refused_or_cost_little() {
    let word = json!({ "x": { "$regexi": "\\w{1,200}z" } });
    let broken = Condition::parse(&json!({ "$or": vec![word; 20] })).unwrap_err();
    assert_eq!((broken.len(), broken[0].pointer.as_str()), (20, "/$or/0/x/$regexi"));

    let version = json!({ "$or": vec![json!({ "a": { "$veq": "1" } }); 2_800] });
    let version = Condition::parse(&version).unwrap();
    assert!(version.is_met_by(&attributes(json!({ "a": "1.".repeat(28_000) }))).is_err());
    let text = attributes(json!({ "a": "1.".repeat(14_000) }));
    assert_eq!(version.is_met_by(&text), Ok(false), "the text is parsed once");
    assert!(version.units(&text) < 30 * 28_000 + 2_800 * 300, "{}", version.units(&text));

    let lower = json!({ "$or": vec![json!({ "a": { "$ini": ["x"] } }); 2_600] });
    let lower = Condition::parse(&lower).unwrap();
    assert!(lower.is_met_by(&attributes(json!({ "a": "Ä".repeat(28_000) }))).is_err());
    let name = attributes(json!({ "a": "Ä".repeat(30) }));
    assert!(lower.units(&name) < 20 * 60 + 2_600 * 500, "{}", lower.units(&name));
}

#[test]
fn typical_targeting_costs_a_small_part_of_the_limit() {
    let domains: Vec<String> = (0..1_500).map(|n| format!("company-{n}.example.com")).collect();
    let patterns = (0..19).map(|n| json!({ "domain": { "$regexi": format!("^(www\\.)?company-{n}[0-9]*\\.(com|de|example\\.com)$") } }));
    let condition = json!({
        "domain": { "$nin": domains },
        "$or": [{ "industry": { "$ini": ["Software", "Manufacturing", "Retail"] } }, { "$or": patterns.collect::<Vec<_>>() }],
        "employees": { "$gte": 200, "$lt": 5_000 },
        "plugin": { "$vgte": "2.4.0" },
        "technologies": { "$elemMatch": { "$regex": "^(salesforce|hubspot)" } },
        "tags": { "$all": ["abm", "emea"], "$size": { "$gt": 2 } },
        "owner.region": { "$in": ["north", "south"] },
    });
    let condition = Condition::parse(&condition).unwrap();
    let technologies: Vec<String> =
        (0..100).map(|n| format!("technology-{n}")).chain(["hubspot".into()]).collect();
    let account =
        attributes(json!({ "domain": "company-2600.example.com", "industry": "finance", "employees": 900,
        "plugin": "2.4.1-beta.3", "technologies": technologies, "tags": ["abm", "dach", "emea", "emea-2"],
        "owner": { "region": "north" } }));
    assert_eq!(condition.is_met_by(&account), Ok(true));
    assert!(condition.units(&account) < DECISION_UNITS / 2, "{}", condition.units(&account));
}

/// A condition on an attribute, and a function that returns values of the attribute of any length.
type Case = (Value, fn(usize) -> Value);

#[test]
fn every_operator_is_charged_for_what_it_compares() {
    let texts = |n: usize, bytes: usize| (0..n).map(|k| format!("{k:0bytes$}")).collect::<Vec<_>>();
    let deep = |n: usize| json!((0..n).map(|k| json!({ "k": [k, "text"] })).collect::<Vec<_>>());
    let list: fn(usize) -> Value = |n| json!((0..n).map(|k| format!("{k:05}")).collect::<Vec<_>>());
    let text: fn(usize) -> Value = |n| json!("a".repeat(n));
    let cases: Vec<Case> = vec![
        (json!({ "$eq": "a".repeat(40_000) }), |_| json!("a".repeat(40_000))),
        (json!({ "$lt": "a".repeat(40_000) }), text),
        (json!({ "$gte": "a".repeat(40_000) }), text),
        (json!({ "$veq": "1.".repeat(9_000) }), |n| json!("1.".repeat(n))),
        (json!({ "$vlt": "9" }), text),
        (json!({ "$in": texts(1_000, 9) }), list),
        (json!({ "$ini": ["x"] }), text),
        (json!({ "$nin": [[1], [2]] }), list),
        (json!({ "$nini": texts(1_000, 9) }), list),
        (json!({ "$in": [null, { "a": 1 }] }), list),
        (json!({ "$alli": ["x", "y"] }), list),
        (json!({ "$all": [{ "$gt": "9" }] }), list),
        (json!({ "$elemMatch": { "$eq": "x" } }), list),
        (json!({ "$elemMatch": { "$not": { "$exists": true } } }), list),
        (json!({ "$elemMatch": { "$or": [{ "k": 1 }] } }), list),
        (json!({ "$elemMatch": { "$and": [{ "k.0": -1 }] } }), |n| json!(vec![json!({ "k": [1] }); n])),
        (json!({ "$elemMatch": { "$nor": [{}] } }), list),
        (json!({ "$elemMatch": { "$type": "object" } }), list),
        (json!({ "$elemMatch": { "$size": 3 } }), |n| json!(vec![json!([1, 2]); n])),
        (json!({ "$elemMatch": { "$regex": "^x" } }), list),
        (json!({ "$regex": "(a|b)*c" }), text),
        (json!({ "$regexi": "a+$" }), text),
    ];
    for (test, value) in cases {
        let condition = Condition::parse(&json!({ "a": test })).unwrap();
        let units = |n: usize| condition.units(&attributes(json!({ "a": value(n) })));
        let (few, many) = (units(100), units(1_000));
        let grows = many >= 3 * few && many >= 1_000;
        assert!(grows || few >= 10_000, "{test} costs {few} and {many}");
    }
    let equal = Condition::parse(&json!({ "a": deep(1_000) })).unwrap();
    assert!(equal.units(&attributes(json!({ "a": deep(1_000) }))) > 50_000);
    let path = Condition::parse(&json!({ "a": { "$elemMatch": { "k".repeat(10_000): 1 } } })).unwrap();
    assert!(path.units(&attributes(json!({ "a": vec![json!({ "k": 1 }); 20] }))) > 200_000);
    let empty =
        Condition::parse(&json!({ "a": { "$elemMatch": { "$and": vec![json!({}); 9_000] } } })).unwrap();
    assert!(empty.is_met_by(&attributes(json!({ "a": [1] }))).unwrap());
    let never = Condition::parse(
        &json!({ "a": { "$elemMatch": { "$nor": [{ "$or": vec![json!({ "b": 1 }); 5_000] }], "c": 1 } } }),
    );
    assert!(never.unwrap().is_met_by(&attributes(json!({ "a": vec![1; 9_000] }))).is_err());
}

#[test]
fn the_limit_of_a_decision_bounds_a_request_of_100_decisions() {
    const { assert!(100 * DECISION_UNITS <= 200_000_000, "a unit is a nanosecond: 0.2 s of 0.3 s") };
}

#[test]
fn patterns_of_older_tests_still_work_and_cost_by_their_size() {
    let source = json!({ "a": { "$regex": "\\w{1,100}z" } });
    assert!(Condition::parse(&source).is_err());
    let stored: Condition = serde_json::from_value(source).unwrap();
    let small = Condition::parse(&json!({ "a": { "$regex": "\\w{1,9}z" } })).unwrap();
    let text = attributes(json!({ "a": "a".repeat(100) }));
    assert!(stored.units(&text) > 4 * small.units(&text));
    assert_eq!(stored.is_met_by(&attributes(json!({ "a": "aaz" }))), Ok(true));
}

#[test]
fn a_test_stored_with_a_larger_pattern_can_still_be_changed() {
    let body = json!({ "test_id": "t", "name": "T", "targeting": { "a": { "$regex": "PATTERN" } },
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "yes", "kind": "binary", "role": "primary" }] });
    let definition = Definition::parse(serde_json::from_value(body).unwrap()).unwrap();
    let at = Timestamp::from_millis(1_795_255_200_000);
    let draft = Experiment::draft(definition, Seed::from_random([7; 8]), at);
    let older = serde_json::to_string(&draft).unwrap().replace("PATTERN", "\\\\w{1,100}z");
    let older: Experiment = serde_json::from_str(&older).unwrap();
    let revised = |patch: Value| {
        let patch = serde_json::from_value(patch).unwrap();
        older.revise(patch, Seed::from_random([8; 8]), at)
    };
    assert!(revised(json!({ "revision": 1, "status": "running", "coverage": 5_000 })).is_ok());
    let again = json!({ "revision": 1, "targeting": { "a": { "$regex": "\\w{1,100}z" } } });
    let Err(Refusal::Invalid(broken)) = revised(again) else { panic!("a new larger pattern was accepted") };
    assert_eq!(broken[0].pointer, "/targeting/a/$regex");
}
