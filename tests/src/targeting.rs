//! Conditions are those of the GrowthBook SDKs: every reference case of
//! `cases/bucketing_and_targeting.json` decides alike, or is refused when the test is written, for a
//! reason that stands here.

use std::collections::BTreeMap;

use bellwether::experiment::condition::Condition;
use serde_json::Value;

/// What the SDKs evaluate to a fixed answer, and Bellwether refuses to store.
const REFUSED: [(&str, usize, &str); 5] = [
    (
        "is no operator; an attribute's name cannot begin with $",
        2,
        "a misspelt $and would be an attribute that nobody has",
    ),
    (
        "Bellwether keeps no groups; list the values with $in",
        11,
        "saved groups are a feature of another product",
    ),
    ("is no operator on a value", 7, "a misspelt operator would let nobody in, or everybody"),
    ("must be a list", 4, "$in of a single value never matches in the SDKs: surely not what was meant"),
    (
        "must be a regular expression without look-around and back references, and not too large",
        2,
        "a pattern that cannot be read never matches in the SDKs",
    ),
];

#[test]
fn every_reference_case_decides_as_the_sdks_do_or_is_refused_for_a_stated_reason() {
    let all: Value = serde_json::from_str(include_str!("../cases/bucketing_and_targeting.json")).unwrap();
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
    assert_eq!(decided + refused.values().sum::<usize>(), 583, "no case is passed over");
}

#[test]
fn what_cannot_be_evaluated_is_refused_by_its_pointer() {
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
fn a_pattern_made_to_explode_is_matched_in_linear_time_and_a_long_text_not_at_all() {
    let condition = Condition::parse(&serde_json::json!({ "a": { "$regex": "^(a+)+$" } })).unwrap();
    let holds =
        |text: String| condition.is_met_by(serde_json::json!({ "a": text }).as_object().unwrap()).unwrap();
    assert!(holds("a".repeat(1_024)));
    assert!(!holds("a".repeat(1_023) + "!"));
    assert!(!holds("a".repeat(1_025)), "longer than any attribute worth matching");
}

#[test]
fn a_condition_and_attributes_that_multiply_are_refused_before_they_are_slow() {
    let many = |what: &str, n: usize| vec![Value::from(what); n];
    let pattern =
        |n: u32| serde_json::json!({ "a": { "$elemMatch": { "$regex": format!("([ab]*c?){{20}}d{n}") } } });
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
