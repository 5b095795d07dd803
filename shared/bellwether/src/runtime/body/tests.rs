use lambda_http::http;

use super::*;

/// Reads a body with these headers.
fn read(headers: &[(&str, &str)], body: &[u8]) -> Result<Value, Problem> {
    let mut request = http::Request::post("/tests");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    object(&request.body(Body::Binary(body.to_vec())).unwrap())
}

#[test]
fn a_compressed_body_or_one_in_another_encoding_is_refused_with_the_reason() {
    for (name, value) in [
        ("content-encoding", "gzip"),
        ("content-encoding", "identity, br"),
        ("content-type", "application/json; charset=utf-16"),
        ("content-type", "application/json; x=1; Charset=\"ISO-8859-1\""),
    ] {
        let refused = read(&[(name, value)], b"{}").unwrap_err();
        assert_eq!(refused.kind(), "unsupported_encoding", "{name}: {value}");
    }
    for (name, value) in [
        ("content-encoding", "identity"),
        ("content-encoding", ""),
        ("content-type", "application/json; charset=UTF-8"),
        ("content-type", "application/json; charset=\"utf-8\""),
    ] {
        assert!(read(&[(name, value)], b"{}").is_ok(), "{name}: {value}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-16")];
    let request = http::Request::post("/oauth/token").header(form[0].0, form[0].1);
    assert!(!is_plain(&request.body(Body::Empty).unwrap()));
}

#[test]
fn a_byte_order_mark_is_refused_with_the_reason() {
    let detail = |body: &[u8]| read(&[], body).unwrap_err().detail();
    assert!(detail(b"\xEF\xBB\xBF{}").contains("begins with a byte order mark. Send"));
    for body in [&b"\xFF\xFE{\0}\0"[..], b"\xFE\xFF\0{\0}"] {
        assert!(detail(body).contains("byte order mark of UTF-16"));
    }
    assert!(!detail(b"\xC3{}").contains("mark"), "another byte that is not UTF-8");
    assert_eq!(
        read(&[], "{\"a\":\"\u{feff}\"}".as_bytes()).unwrap()["a"],
        "\u{feff}",
        "elsewhere it is part of the text"
    );
}
