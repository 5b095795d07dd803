//! Tests that handlers get screened texts if these can end in pages and prompts.

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{CREATE_TEST, OPERATIONS, Operation};
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use serde_json::{Value, json};
use testing::{body_of, with_body};

use super::ground::{Ground, takes_json};

/// A letter of the tags block, which a model reads and which is invisible to readers.
const HIDDEN: char = '\u{e0041}';

/// Returns copies of a body with a hidden character in one of its texts.
fn hidden_in(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => vec![json!(format!("{text}{HIDDEN}"))],
        Value::Array(items) => {
            let each = items.iter().enumerate().flat_map(|(place, item)| {
                hidden_in(item).into_iter().map(move |hidden| {
                    let mut whole = items.clone();
                    whole[place] = hidden;
                    Value::Array(whole)
                })
            });
            each.collect()
        }
        Value::Object(fields) => {
            let each = fields.iter().flat_map(|(name, field)| {
                hidden_in(field).into_iter().map(move |hidden| {
                    let mut whole = fields.clone();
                    whole.insert(name.clone(), hidden);
                    Value::Object(whole)
                })
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}

fn concerns_a_test_or_a_client(operation: &Operation) -> bool {
    ["/tests", "/clients"].iter().any(|place| operation.path.starts_with(place))
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_tests_and_clients_are_screened_before_parsing() {
    let mut asked = 0;
    for operation in OPERATIONS.iter().filter(|own| concerns_a_test_or_a_client(own) && takes_json(own)) {
        let ground = Ground::of(operation).await;
        let mut body = body_of(&ground.event);
        // Units that are not screened fail in their places, which the function's own tests prove.
        if body.get("units").is_some() {
            continue;
        }
        // Every other body has a text.
        body["name"] = json!("A name");
        for body in hidden_in(&body) {
            let answer = ground.send(with_body(ground.event.clone(), &body)).await;
            assert_eq!(answer.status, 422, "{} {body}: {}", operation.id, answer.body);
            let response = answer.body["errors"].to_string();
            assert!(response.contains("U+E0041"), "{} {body}: {response}", operation.id);
            asked += 1;
        }
    }
    assert!(asked >= 20, "{asked} bodies");
}

#[derive(Debug)]
struct Bypass;

impl Endpoint for Bypass {
    const OPERATION: &'static Operation = &CREATE_TEST;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<Value>;

    async fn handle(_: &App, call: Call<Self>) -> Result<Reply, Problem> {
        Reply::created(&json!({ "raw": call.request.body().len(), "read": call.body.get() }))
    }
}

#[tokio::test]
async fn a_handler_gets_the_screened_body_and_not_the_raw_bytes() {
    const FUNCTION: Function = Function::of(&[Handled::by::<Bypass>()]);
    let Ground { bench, event, .. } = Ground::of(&CREATE_TEST).await;
    let sent = body_of(&event);
    let answer = bench.call(FUNCTION, event).await;
    assert_eq!((answer.status, &answer.body), (201, &json!({ "raw": 0, "read": sent })));
}
