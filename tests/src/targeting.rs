//! Conditions are those of the GrowthBook SDKs: every reference case of
//! `cases/bucketing_and_targeting.json` that uses only operators which are built.

use bellwether::experiment::condition::Condition;
use serde_json::Value;

/// Whether every operator in the condition is one that is built.
fn is_built(condition: &Value) -> bool {
    let built = ["$eq", "$ne", "$lt", "$lte", "$gt", "$gte"];
    match condition {
        Value::Object(map) => map
            .iter()
            .all(|(key, value)| (!key.starts_with('$') || built.contains(&key.as_str())) && is_built(value)),
        Value::Array(items) => items.iter().all(is_built),
        _ => true,
    }
}

#[test]
fn every_case_of_equality_and_comparison_decides_as_the_sdks_do() {
    let all: Value = serde_json::from_str(include_str!("../cases/bucketing_and_targeting.json")).unwrap();
    let cases = all["evalCondition"].as_array().unwrap();
    let mut wrong = Vec::new();
    let mut run = 0;
    for case in cases.iter().filter(|case| is_built(&case[1])) {
        let condition = Condition::parse(&case[1]).unwrap_or_else(|e| panic!("{case}: {e:?}"));
        run += 1;
        if Value::Bool(condition.is_met_by(case[2].as_object().unwrap())) != case[3] {
            wrong.push(case.to_string());
        }
    }
    assert!(wrong.is_empty(), "{} of {run}: {wrong:#?}", wrong.len());
    assert_eq!(run, 199, "no case of the built operators is passed over");
}

#[test]
fn an_operator_that_is_not_built_is_refused_by_its_pointer() {
    for (condition, pointer) in [
        (r#"{"a":{"$regex":"x"}}"#, "/a/$regex"),
        (r#"{"$or":[]}"#, "/$or"),
        (r#"{"a/b":{"$eq":1,"$in":[]}}"#, "/a~1b/$in"),
    ] {
        let broken = Condition::parse(&serde_json::from_str(condition).unwrap()).unwrap_err();
        assert_eq!(broken[0].pointer, pointer);
    }
}
