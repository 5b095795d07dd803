//! What the strict parser refuses that others take.

use super::*;

fn refused(body: &str) -> (u16, String) {
    let problem = parse(body.as_bytes()).unwrap_err();
    let pointer = match &problem {
        Problem::Invalid(fields) => fields[0].pointer.clone(),
        _ => String::new(),
    };
    (problem.status().as_u16(), pointer)
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn ordinary_json_is_read_as_it_stands() {
    let body = r#"{"a":[1,-2.5,true,null,"ü\n"],"b":{"c":{}},"d":1000000000000000}"#;
    assert_eq!(parse(body.as_bytes()).unwrap(), serde_json::from_str::<Value>(body).unwrap());
}

#[test]
fn a_repeated_name_and_a_number_out_of_range_are_refused_by_pointer() {
    assert_eq!(refused(r#"{"a":{"b/c":1,"b/c":1}}"#), (422, "/a/b~1c".to_owned()));
    assert_eq!(refused(r#"{"a":[0,1000000000000001]}"#), (422, "/a/1".to_owned()));
    assert_eq!(refused(r#"{"a":-1e16}"#), (422, "/a".to_owned()));
    assert_eq!(refused(r#"{"a":1e-140}"#), (422, "/a".to_owned()));
    assert!(parse(b"[0, -0.0, 0.1, -1e-99, 1e15]").is_ok());
}

#[test]
fn what_is_no_json_is_refused() {
    for body in ["", "{", "NaN", "[1,]", "{\"a\":Infinity}", "{} {}", "1e999", "\"\u{0}\""] {
        assert_eq!(refused(body).0, 400, "{body}");
    }
    assert_eq!(parse(b"\"\xff\"").unwrap_err().status().as_u16(), 400);
}

#[test]
fn nesting_is_bounded_at_32() {
    assert!(parse(nested(DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&nested(DEPTH + 1)).0, 400);
    assert_eq!(refused(&nested(100_000)).0, 400);
    assert_eq!(refused(&"{\"a\":".repeat(DEPTH + 1)).0, 400);
}
