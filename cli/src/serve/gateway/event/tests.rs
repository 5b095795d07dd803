use hyper::Request;

use super::*;

fn event(request: Request<()>, body: &[u8]) -> Value {
    let (head, ()) = request.into_parts();
    let path = decoded(head.uri.path());
    let route = routing::route(head.method.as_str(), &path).unwrap();
    let received =
        Received { head: &head, path: &path, body, peer: IpAddr::from([127, 0, 0, 1]), request_id: "id" };
    serde_json::from_str(of(&received, route).unwrap().get()).unwrap()
}

/// Returns the field names of an event and its context.
fn names(value: &Value) -> Vec<String> {
    let Some(fields) = value.as_object() else { return Vec::new() };
    let inner = fields.iter().filter(|(name, _)| *name == "requestContext" || *name == "identity");
    let inner = inner.flat_map(|(_, value)| names(value));
    let mut names: Vec<_> = fields.keys().cloned().chain(inner).collect();
    names.sort();
    names
}

#[test]
fn an_event_has_the_fields_of_an_event_from_api_gateway() {
    let sample: Value = serde_json::from_str(include_str!("../../../../../events/get-test.json")).unwrap();
    let request = Request::get("http://localhost/v1/tests/pricing-page-q4").header("host", "localhost:9000");
    let event = event(request.body(()).unwrap(), b"");
    assert_eq!(names(&event), names(&sample));
    for name in [
        "resource",
        "path",
        "httpMethod",
        "queryStringParameters",
        "pathParameters",
        "body",
        "isBase64Encoded",
    ] {
        assert_eq!(event[name], sample[name], "{name}");
    }
    for name in ["httpMethod", "path", "protocol", "resourcePath", "stage"] {
        assert_eq!(event["requestContext"][name], sample["requestContext"][name], "{name}");
    }
    assert_eq!(
        event["requestContext"]["requestTime"].as_str().unwrap().len(),
        "21/Nov/2026:10:00:00 +0000".len()
    );
}

#[test]
fn repeated_headers_and_parameters_are_preserved_and_a_path_is_decoded_once() {
    let request = Request::get("http://localhost/v1/tests/%70ricing%2Bpage+x?limit=1&limit=a%20b&q=%C3%BC")
        .header("x-note", "a")
        .header("x-note", "b");
    let event = event(request.body(()).unwrap(), b"");
    assert_eq!(event["pathParameters"]["test_id"], "pricing+page+x");
    assert_eq!(event["path"], "/tests/%70ricing%2Bpage+x", "as it was called");
    assert_eq!(event["multiValueHeaders"]["x-note"], json!(["a", "b"]));
    assert_eq!(event["headers"]["x-note"], "b");
    assert_eq!(event["multiValueQueryStringParameters"], json!({ "limit": ["1", "a b"], "q": ["ü"] }));
    assert_eq!(event["queryStringParameters"], json!({ "limit": "a b", "q": "ü" }));
    assert_eq!(decoded("/v1/tests/a%2Fb/%zz"), "/v1/tests/a%2Fb/%zz");
}

#[test]
fn a_body_that_is_not_utf_8_is_passed_in_base64() {
    let post = || Request::post("http://localhost/v1/login").body(()).unwrap();
    let binary = event(post(), b"\xFF\xFE{\0}\0");
    assert_eq!((&binary["body"], &binary["isBase64Encoded"]), (&json!("//57AH0A"), &json!(true)));
    let text = event(post(), "{\"ü\":1}".as_bytes());
    assert_eq!((&text["body"], &text["isBase64Encoded"]), (&json!("{\"ü\":1}"), &json!(false)));
}
