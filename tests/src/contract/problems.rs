//! Tests that every problem of the code is in the contract, at each operation that can return it, with its headers.

use std::collections::BTreeSet;
use std::net::IpAddr;

use bellwether::auth::access::throttle::{Limit, Wait};
use bellwether::auth::access::{Caller, Denial, Overreach, Role, Scope};
use bellwether::auth::token::TokenRefused;
use bellwether::http::problem::Problem;
use bellwether::net::source::Source;
use bellwether::operations::{BodyKind, OPERATIONS};
use bellwether::telemetry::exposition::Format;
use domain::experiment::Workspace;
use domain::validation::Invalid;
use serde_json::{Value, json};
use testing::document::{CONTRACT, Operation, Shape, examples, responses, schema_name};
use testing::fleet::REJECT;

/// The operation whose response is not JSON.
const METRICS: &str = "export-metrics";

/// A refusal of a request that the caller's token does not allow.
fn denied(denial: Denial) -> Problem {
    let workspace = Workspace::parse("acme").unwrap();
    let caller = Caller {
        subject: "ada".to_owned(),
        workspace,
        role: Role::Viewer,
        scopes: Vec::new(),
        session_epoch: Some(0),
    };
    let source = Source::at(IpAddr::from([192, 0, 2, 1]));
    Problem::Denied(Box::new(Overreach { caller, denial, source }))
}

/// Returns every problem, each after its predecessor. A new problem does not compile until it is added
/// here.
fn problems() -> impl Iterator<Item = Problem> {
    let after = |problem: &Problem| {
        Some(match problem {
            Problem::Malformed(_) => Problem::SecretInQuery,
            Problem::SecretInQuery => Problem::UnknownParameter(vec![Invalid::new("?page", "is unknown")]),
            Problem::UnknownParameter(_) => Problem::Unauthenticated,
            Problem::Unauthenticated => Problem::InvalidToken(TokenRefused::Key),
            Problem::InvalidToken(_) => Problem::WrongCredentials,
            Problem::WrongCredentials => denied(Denial::Scope(Scope::TestsRead)),
            Problem::Denied(refused) => match refused.denial {
                Denial::Scope(_) => denied(Denial::Network),
                Denial::Network | Denial::CrossSite => Problem::CrossSite,
            },
            Problem::CrossSite => Problem::NotFound,
            Problem::NotFound => Problem::MethodNotAllowed("GET".to_owned()),
            Problem::MethodNotAllowed(_) => Problem::Conflict("why".to_owned()),
            Problem::Conflict(_) => Problem::TooLarge,
            Problem::TooLarge => Problem::NotJson,
            Problem::NotJson => Problem::Encoded,
            Problem::Encoded => Problem::field("/a~1b/0", "is wrong"),
            Problem::Invalid(_) => Problem::TooMany(Wait { limit: Limit::Pair, seconds: 8 }),
            Problem::TooMany(_) => Problem::internal("cause"),
            Problem::Internal(_) => Problem::Unavailable("cause".to_owned()),
            // OAuth errors are not problem documents.
            Problem::Unavailable(_) | Problem::OAuth(_) => return None,
        })
    };
    std::iter::successors(Some(Problem::Malformed("why".to_owned())), after)
}

#[test]
fn every_problem_of_the_code_matches_the_contract() {
    let named = |problem: &Problem| json!(format!("urn:bellwether:problem:{}", problem.kind()));
    let types: Vec<Value> = problems().map(|problem| named(&problem)).collect();
    assert_eq!(CONTRACT["components"]["schemas"]["ProblemType"]["enum"], json!(types));
    let (whole, of_item) = (Shape::closed("Problem"), Shape::closed("ItemProblem"));
    for problem in problems() {
        of_item.assert_takes(&problem.document(), problem.kind());
        let response = problem.clone().into_response("/v1/tests", "id");
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        whole.assert_takes(&document, problem.kind());
        let mut described = 0;
        let operations = Operation::all();
        let rejections = responses(&CONTRACT["x-reject-method"]);
        for (_, answer) in operations.iter().flat_map(Operation::responses).chain(rejections) {
            let media = &answer["content"]["application/problem+json"];
            for example in examples(media).into_iter().filter(|e| e["type"] == document["type"]) {
                assert_eq!(
                    (&example["title"], &example["status"]),
                    (&document["title"], &document["status"])
                );
                described += 1;
            }
        }
        assert!(described > 0, "{} has no example", problem.kind());
    }
}

#[test]
fn every_error_response_lists_exactly_the_headers_of_its_problems() {
    let operations = Operation::all();
    let rejections = responses(&CONTRACT["x-reject-method"]);
    for (status, answer) in operations.iter().flat_map(Operation::responses).chain(rejections) {
        if status >= 400 && answer["content"].get("application/problem+json").is_none() {
            continue;
        }
        let media = &answer["content"]["application/problem+json"];
        let shown = |problem: &Problem| {
            let document = problem.document();
            examples(media).into_iter().any(|example| example["type"] == document["type"])
        };
        let written = problems().filter(shown).flat_map(|problem| {
            let response = problem.into_response("/v1/tests", "id");
            response.headers().keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        });
        let written: BTreeSet<_> = written.chain(["x-request-id".to_owned()]).collect();
        let listed = answer["headers"].as_object().unwrap().keys().map(|name| name.to_lowercase());
        let listed: BTreeSet<_> = listed.chain(["content-type".to_owned()]).collect();
        assert!(status < 400 || listed == written, "{status}: {listed:?} and {written:?}\n{answer:#}");
    }
}

#[test]
fn errors_are_problems_and_other_responses_json_except_metrics() {
    let rejections = responses(&CONTRACT["x-reject-method"]).map(|(status, r)| (REJECT, status, r));
    let operations = Operation::all();
    let answers = operations.iter().flat_map(|o| o.responses().map(|(status, r)| (o.id(), status, r)));
    for (id, status, response) in answers.chain(rejections) {
        assert!(response["headers"].get("X-Request-Id").is_some(), "{id} {status}");
        if status == 204 {
            assert_eq!(response.get("content"), None, "{id}: 204 has no body");
            continue;
        }
        let content = response["content"].as_object().unwrap();
        let types: Vec<&str> = content.keys().map(String::as_str).collect();
        if id == METRICS && status == 200 {
            let written = [Format::Text, Format::OpenMetrics].map(Format::content_type);
            assert_eq!(types, written.map(|own| own.split(';').next().unwrap_or_default()));
            continue;
        }
        // The token endpoints return 400 and 401 in the format of RFC 6749.
        let oauth = takes_a_form(id) && [400, 401].contains(&status);
        let problem = status >= 400 && !oauth;
        let wanted = if problem { "application/problem+json" } else { "application/json" };
        let also: &[_] = if oauth && status == 400 { &["application/problem+json"] } else { &[] };
        assert_eq!(types, [&[wanted], also].concat(), "{id} {status}");
        let media = &content[wanted];
        assert_eq!(problem, schema_name(media) == "Problem", "{id} {status}");
        assert_eq!(oauth, schema_name(media) == "OAuthProblem", "{id} {status}");
        assert!(!examples(media).is_empty(), "{id} {status} has no example");
        for example in examples(media).into_iter().filter(|_| problem) {
            assert_eq!(example["status"], status, "{id} {status}");
        }
    }
}

fn takes_a_form(id: &str) -> bool {
    OPERATIONS.iter().any(|own| own.id == id && own.body == BodyKind::Form)
}

#[test]
fn exactly_the_administrative_operations_document_network_refusals() {
    let elsewhere = json!(format!("urn:bellwether:problem:{}", denied(Denial::Network).kind()));
    for operation in Operation::all() {
        let scope = Scope::ALL.into_iter().find(|scope| operation.scope() == Some(scope.as_str()));
        let refused = operation.responses().filter(|(status, _)| *status == 403);
        let shown = refused.flat_map(|(_, answer)| examples(&answer["content"]["application/problem+json"]));
        let says = shown.into_iter().any(|example| example["type"] == elsewhere);
        assert_eq!(says, scope.is_some_and(Scope::is_administrative), "{}", operation.id());
    }
}
