//! Undeclared query parameters.

use std::collections::HashMap;

use super::*;
use lambda_http::Body;

use crate::operations::OPERATIONS;

fn check(operation: &Operation, parameters: &[(&str, &str)]) -> Result<(), Problem> {
    let mut all: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in parameters {
        all.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    let request = Request::new(Body::Empty).with_query_string_parameters(all);
    only_declared(&request, operation)
}

fn pointers(outcome: Result<(), Problem>) -> Vec<String> {
    match outcome {
        Err(Problem::UnknownParameter(fields)) => fields.into_iter().map(|field| field.pointer).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_operation_accepts_its_declared_parameters_and_names_any_other() {
    for operation in &OPERATIONS {
        let declared: Vec<_> = operation.query.iter().map(|name| (*name, "1")).collect();
        assert!(check(operation, &declared).is_ok(), "{operation}");
        for unknown in ["state", "page", "Limit", "limit[]", "x", "test_id", "dry_run"] {
            let mut parameters = declared.clone();
            parameters.extend([(unknown, ""), (unknown, "2")]);
            assert_eq!(pointers(check(operation, &parameters)), [format!("?{unknown}")], "{operation}");
        }
        assert_eq!(pointers(check(operation, &[("", "x")])), ["?"], "{operation}");
    }
}

#[test]
fn a_response_repeats_no_name_that_could_be_a_secret() {
    let operation = &OPERATIONS[0];
    let long = "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl";
    assert_eq!(pointers(check(operation, &[(long, "")])), ["?eyJhbGci"]);
    assert_eq!(pointers(check(operation, &[("a\r\nb", "")])), ["?a"]);
    assert_eq!(pointers(check(operation, &[("\u{202E}x", "")])), ["?"]);
    let many: Vec<String> = (0..50).map(|n| format!("p{n}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(pointers(check(operation, &many)).len(), NAMED);
}
