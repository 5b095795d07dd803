//! JSON that only the strict parser refuses.

use super::*;

/// The pointer of the refused field. None when the text is not valid JSON.
fn refused(body: &str) -> Option<String> {
    match parse(body.as_bytes()).unwrap_err() {
        Unreadable::Field(field) => Some(field.pointer),
        Unreadable::Malformed(_) => None,
    }
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn ordinary_json_is_read_unchanged() {
    let body = r#"{"a":[1,-2.5,true,null,"ü\n"],"b":{"c":{}},"d":1000000000000000}"#;
    assert_eq!(parse(body.as_bytes()).unwrap(), serde_json::from_str::<Value>(body).unwrap());
}

#[test]
fn a_repeated_name_and_a_number_out_of_range_are_refused_by_pointer() {
    assert_eq!(refused(r#"{"a":{"b/c":1,"b/c":1}}"#), Some("/a/b~1c".to_owned()));
    assert_eq!(refused(r#"{"a":[0,1000000000000001]}"#), Some("/a/1".to_owned()));
    assert_eq!(refused(r#"{"a":-1e16}"#), Some("/a".to_owned()));
    assert_eq!(refused(r#"{"a":1e-140}"#), Some("/a".to_owned()));
    assert!(parse(b"[0, -0.0, 0.1, -1e-99, 1e15]").is_ok());
}

#[test]
fn a_number_that_becomes_0_as_a_double_is_refused_and_0_is_not() {
    let long = format!("0.{}1", "0".repeat(400));
    for number in ["1e-400", "-1e-400", "1E-325", "4.9e-325", "5e-324", "1e-310", "0.001e-99999999999", &long]
    {
        assert_eq!(
            refused(&format!(r#"{{"a":["5e-400\\\"",0,{{"b":{number}}},1]}}"#)),
            Some("/a/2/b".to_owned())
        );
        assert_eq!(refused(number), Some(String::new()), "{number}");
    }
    for number in ["0", "-0", "0.000", "0e-400", "-0.0E+99", "0.0e-99999999999", "1e-100", "12e-101"] {
        assert!(parse(number.as_bytes()).is_ok(), "{number}");
    }
    let exact = parse(b"[999999999999999, -1000000000000000]").unwrap();
    assert_eq!(exact.to_string(), "[999999999999999,-1000000000000000]");
    for beyond in
        ["9007199254740993", "1000000000000001", "18446744073709551616", "1e400", "-1E+999", "1e15000"]
    {
        assert_eq!(refused(beyond), Some(String::new()), "{beyond}");
        assert_eq!(refused(&format!(r#"{{"a":[0,{{"b/c":{beyond}}}]}}"#)), Some("/a/1/b~1c".to_owned()));
    }
}

#[test]
fn a_text_that_is_not_json_is_refused() {
    for body in ["", "{", "NaN", "[1,]", "{\"a\":Infinity}", "{} {}", "\"\u{0}\""] {
        assert_eq!(refused(body), None, "{body}");
    }
    assert!(matches!(parse(b"\"\xff\""), Err(Unreadable::Malformed(_))));
}

#[test]
fn nesting_is_limited_to_32() {
    assert!(parse(nested(DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&nested(DEPTH + 1)), None);
    assert_eq!(refused(&nested(100_000)), None);
    assert_eq!(refused(&"{\"a\":".repeat(DEPTH + 1)), None);
}
