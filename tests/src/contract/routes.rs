//! The contract holds together. The routes in `bellwether::http::routes`, `openapi.yaml`, the folders
//! under `functions/`, the sample events and the local server's routes say the same; and what
//! `openapi.yaml` says of bodies is what the code takes and gives.

use std::collections::BTreeSet;
use std::net::IpAddr;

use bellwether::auth::access::throttle::{Limit, Wait};
use bellwether::auth::access::{Caller, Denial, Overreach, Role, Scope};
use bellwether::auth::token::TokenRefused;
use bellwether::auth::users::credentials;
use bellwether::http::problem::Problem;
use bellwether::net::source::Source;
use bellwether::operations::{METHODS, ON_EVENTS, OPERATIONS, routing::allowed};
use bellwether::telemetry::exposition::Format;
use domain::experiment::Workspace;
use domain::validation::Invalid;
use serde_json::{Value, json};
use testing::document::{
    CONTRACT, Operation, Shape, body_of, event, examples, follow, functions, media_of, names, read,
    responses, schema_name, toml,
};
use testing::fleet::REJECT;

use super::sources::{source, source_of};
use super::structure::STRUCTURE;

#[test]
fn every_route_is_an_operation_named_after_its_function_and_there_is_no_other() {
    let operations = Operation::all();
    let described: BTreeSet<_> =
        operations.iter().map(|o| (o.path, o.method.as_str(), o.function())).collect();
    let routed: BTreeSet<_> = OPERATIONS.iter().map(|r| (r.path, r.method, r.function)).collect();
    assert_eq!(described, routed);
    assert_eq!(operations.len(), OPERATIONS.len());
    let names: BTreeSet<_> = operations.iter().map(Operation::id).collect();
    assert_eq!(names.len(), operations.len(), "an operation's name stands once");
    assert_eq!(CONTRACT["servers"], json!([{ "url": "/v1" }]));
    let workspace = toml("Cargo.toml");
    let version = workspace["workspace"]["package"]["version"].as_str();
    assert_eq!(
        (CONTRACT["openapi"].as_str(), CONTRACT["info"]["version"].as_str()),
        (Some("3.0.3"), version)
    );
}

#[test]
fn the_contract_names_the_function_that_answers_every_other_method() {
    let rejection = &CONTRACT["x-reject-method"];
    assert_eq!(rejection["function"], REJECT);
    let statuses: Vec<u16> = responses(rejection).map(|(status, _)| status).collect();
    assert_eq!(statuses, [204, 400, 405]);
}

#[test]
fn every_function_has_a_folder_and_a_package_of_its_name_and_there_is_no_other() {
    assert_eq!(names("functions"), functions().into_iter().map(str::to_owned).collect());
    for function in functions() {
        let package = toml(&format!("functions/{function}/Cargo.toml"));
        assert_eq!(package["package"]["name"].as_str(), Some(function));
        let sources = names(&format!("functions/{function}/src"));
        assert!(sources.contains("main.rs") && sources.contains("tests.rs"), "{function}: {sources:?}");
    }
}

#[test]
fn the_local_server_has_every_route_under_the_stage_and_rejects_every_other_method() {
    let workspace = toml("Cargo.toml");
    let router = workspace["workspace"]["metadata"]["lambda"]["watch"]["router"].as_table().unwrap();
    let mut served = BTreeSet::new();
    for (path, methods) in router {
        for entry in methods.as_array().unwrap() {
            let route =
                (path.clone(), entry["method"].as_str().unwrap(), entry["function"].as_str().unwrap());
            assert!(served.insert(route), "{path}: {entry} stands twice");
        }
    }
    let mut declared = BTreeSet::new();
    for route in OPERATIONS {
        for method in METHODS {
            let function = OPERATIONS.iter().find(|r| r.path == route.path && r.method == method);
            declared.insert((format!("/v1{}", route.path), method, function.map_or(REJECT, |r| r.function)));
        }
    }
    assert_eq!(served, declared);
}

#[test]
fn every_function_has_a_sample_event_of_its_route_and_there_is_no_other() {
    assert_eq!(names("events"), functions().iter().map(|f| format!("{f}.json")).collect());
    for function in functions() {
        let event = event(function);
        if ON_EVENTS.contains(&function) {
            assert!(event.get("requestContext").is_none(), "{function} answers no request");
            continue;
        }
        let (method, resource) = (event["httpMethod"].as_str().unwrap(), event["resource"].as_str().unwrap());
        if function == REJECT {
            assert!(OPERATIONS.iter().any(|route| route.path == resource), "{resource} is not declared");
            assert!(METHODS.contains(&method) && !allowed(resource).contains(&method), "{method} {resource}");
        } else {
            let route = OPERATIONS.iter().find(|route| route.function == function).unwrap();
            assert_eq!((method, resource), (route.method, route.path));
        }
        let parameters = event["pathParameters"].as_object().into_iter().flatten();
        let path = parameters.fold(resource.to_owned(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value.as_str().unwrap())
        });
        assert_eq!(event["path"], path, "{function}");
        let context = &event["requestContext"];
        assert_eq!(context["path"], format!("/v1{path}"), "{function}");
        assert_eq!((&context["httpMethod"], &context["resourcePath"]), (&json!(method), &json!(resource)));
    }
}

#[test]
fn every_operation_names_the_scope_that_its_function_requires() {
    for operation in Operation::all() {
        let (id, source) = (operation.id(), source_of(&operation));
        let asked: Vec<&str> = source.split("auth.require(&request, Scope::").skip(1).collect();
        assert_eq!(asked.len(), source.matches(".require(").count(), "{id} asks in another way");
        let Some(named) = operation.scope() else {
            assert!(asked.is_empty(), "{id} asks for a scope");
            assert_eq!(operation.spec["security"], json!([]), "{id}");
            continue;
        };
        let scope = Scope::ALL.into_iter().find(|scope| scope.as_str() == named);
        let scope = scope.unwrap_or_else(|| panic!("{id}: {named} is no scope"));
        let asked: Vec<_> = asked.iter().filter_map(|rest| rest.split(')').next()).collect();
        assert_eq!(asked, [format!("{scope:?}")], "{id}");
        assert_eq!(operation.spec["security"], json!([{ "bearer": [] }]), "{id}");
        let description = operation.spec["description"].as_str().unwrap().replace('\n', " ");
        assert!(description.contains(&format!("Needs the scope `{named}`.")), "{id}: {description}");
    }
    assert!(!source(REJECT).contains(".require("), "other methods are refused without a token");
}

/// What stands in paths.
const NAMES: [&str; 3] = ["test_id", "user_id", "client_id"];

#[test]
fn every_operation_lists_the_parameters_that_its_function_reads() {
    for operation in Operation::all() {
        let (id, source) = (operation.id(), source_of(&operation));
        let in_path = operation.path.split(['{', '}']).skip(1).step_by(2).collect();
        assert_eq!(operation.parameters_in("path"), in_path, "{id}");
        for name in NAMES {
            let asked = source.contains(&format!("extract::{name}("));
            assert_eq!(asked, in_path.contains(name), "{id}: {name}");
        }
        assert!(in_path.iter().all(|name| NAMES.contains(name)), "{id}: {in_path:?}");
        let read = source.split("extract::query(&request, \"").skip(1);
        let read: BTreeSet<_> = read.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(operation.parameters_in("query"), read, "{id}");
        let route =
            OPERATIONS.iter().find(|r| (r.method, r.path) == (&operation.method, operation.path)).unwrap();
        assert_eq!(route.query.iter().copied().collect::<BTreeSet<_>>(), read, "{id}: any other is refused");
        assert_eq!(operation.parameters().count(), in_path.len() + read.len(), "{id}");
        let readers = ["extract::body(", "extract::object(", "Form::of("];
        let reads_body = readers.iter().any(|reader| source.contains(reader));
        assert_eq!(operation.spec["requestBody"]["required"] == true, reads_body, "{id}");
        assert_eq!(operation.spec.get("requestBody").is_some(), reads_body, "{id}");
    }
}

#[test]
fn every_body_about_a_test_or_a_machine_is_screened_before_it_is_read() {
    let named = |path: &str| path.starts_with("/tests") || path.starts_with("/clients");
    for operation in Operation::all().iter().filter(|operation| named(operation.path)) {
        let (id, source) = (operation.id(), source_of(operation));
        assert!(!source.contains("extract::body("), "{id} reads a body past the screen");
        let read = source.matches("typed(").count();
        assert_eq!(read, source.matches("typed(app.screen.clean(").count(), "{id}");
        assert_eq!(read > 0, operation.spec.get("requestBody").is_some(), "{id}");
    }
}

/// What in a function's text means which statuses. What every function can meet: a secret in the
/// query, 500 and 503.
const CAUSES: [(&str, &[u16]); 22] = [
    ("", &[400, 500, 503]),
    ("auth.require(", &[401, 403]),
    ("Problem::WrongCredentials", &[401]),
    ("OAuthError::InvalidClient", &[401]),
    ("from_own_page(", &[403]),
    ("meant(", &[403]),
    ("throttles.admit(", &[429]),
    ("Form::of(", &[400, 413]),
    ("tokens::in_body(", &[200]),
    ("extract::body(", &[400, 413, 415, 422]),
    ("extract::object(", &[400, 413, 415, 422]),
    ("extract::query(", &[422]),
    ("extract::test_id(", &[404]),
    ("extract::user_id(", &[404]),
    ("extract::client_id(", &[404]),
    ("Problem::NotFound", &[404]),
    ("Problem::Conflict(", &[409]),
    ("identities.counted(", &[409]),
    ("Reply::ok(", &[200]),
    ("Reply::created(", &[201]),
    ("Reply::accepted(", &[202]),
    ("Reply::text(", &[200]),
];

/// The operation whose answer is no JSON.
const METRICS: &str = "export-metrics";

/// Operations that answer anybody, and the same to everybody. All others can answer 401.
const PUBLIC: [&str; 2] = ["publish-keys", "publish-keys-metadata"];

#[test]
fn every_operation_lists_exactly_the_statuses_that_its_function_can_answer_with() {
    for operation in Operation::all() {
        let source = source_of(&operation);
        let met =
            CAUSES.iter().filter(|(cause, _)| source.contains(cause)).flat_map(|(_, statuses)| *statuses);
        let listed: BTreeSet<u16> = operation.responses().map(|(status, _)| status).collect();
        assert_eq!(listed, met.copied().collect(), "{}", operation.id());
        let public = PUBLIC.contains(&operation.id());
        assert!(listed.contains(&503), "{}", operation.id());
        assert!(!(public && listed.contains(&401)), "{}", operation.id());
        assert_eq!(source.contains(".cacheable("), public, "{}: what may be cached", operation.id());
    }
}

#[test]
fn every_reference_leads_somewhere_and_stands_alone_and_every_component_is_used() {
    fn walk(node: &'static Value, used: &mut BTreeSet<&'static str>) {
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            assert!(!follow(node).is_null(), "{reference} leads nowhere");
            assert_eq!(node.as_object().unwrap().len(), 1, "what stands beside {reference} is not read");
            used.insert(reference);
        }
        match node {
            Value::Object(map) => map.values().for_each(|value| walk(value, used)),
            Value::Array(items) => items.iter().for_each(|item| walk(item, used)),
            _ => {}
        }
    }
    let mut used = BTreeSet::new();
    walk(&CONTRACT, &mut used);
    for (kind, all) in CONTRACT["components"].as_object().unwrap() {
        for name in all.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            let reference = format!("#/components/{kind}/{name}");
            assert!(used.contains(reference.as_str()), "{reference} is not used");
        }
    }
}

#[test]
fn every_failure_is_a_problem_and_every_other_answer_is_json_but_for_the_page_of_metrics() {
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
        // The token endpoints say 400 and 401 as RFC 6749 does.
        let oauth = id_takes_a_form(id) && [400, 401].contains(&status);
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

fn id_takes_a_form(id: &str) -> bool {
    Operation::all().iter().any(|o| o.id() == id && source_of(o).contains("Form::of("))
}

#[test]
fn every_example_fits_its_schema() {
    let check = |what: &str, media: &'static Value| {
        let shape = Shape::closed(schema_name(media));
        assert!(!examples(media).is_empty(), "{what} has no example");
        for example in examples(media) {
            shape.assert_takes(example, what);
        }
    };
    let answers = |id: &str, spec: &'static Value| {
        for (status, response) in responses(spec) {
            let media = response["content"].as_object().into_iter().flatten().map(|(_, media)| media);
            media.for_each(|media| check(&format!("{id} {status}"), media));
        }
    };
    answers(REJECT, &CONTRACT["x-reject-method"]);
    for operation in Operation::all() {
        answers(operation.id(), operation.spec);
        if let Some(body) = operation.spec.get("requestBody") {
            check(operation.id(), media_of(body));
        }
    }
    for kind in ["parameters", "headers"] {
        for (name, component) in CONTRACT["components"][kind].as_object().unwrap() {
            let shape = Shape::at(&format!("{kind}/{name}/schema"), true);
            shape.assert_takes(&component["example"], name);
        }
    }
}

#[test]
fn every_sample_body_fits_its_schema_and_a_function_without_a_body_is_sent_none() {
    for operation in Operation::all() {
        let event = event(operation.function());
        let Some(body) = operation.spec.get("requestBody") else {
            assert_eq!(event["body"], Value::Null, "{}", operation.id());
            continue;
        };
        let shape = Shape::open(schema_name(media_of(body)));
        shape.assert_takes(&body_of(operation.function()), operation.id());
    }
}

/// Every text called `password` in an example of the contract, with the address beside it.
fn passwords(node: &'static Value) -> Vec<(&'static str, &'static str)> {
    let own =
        node["password"].as_str().map(|password| (node["email"].as_str().unwrap_or_default(), password));
    let inside: Vec<&Value> = match node {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(inside.into_iter().flat_map(passwords)).collect()
}

#[test]
fn no_example_shows_a_password_that_the_service_would_refuse() {
    let all: Vec<_> = passwords(&CONTRACT);
    assert!(all.len() >= 2, "signing in and adding a person");
    for (email, password) in all {
        let workspace = Workspace::parse("acme").unwrap();
        let checked = credentials(email, &password.to_owned().into(), &workspace);
        assert!(checked.is_ok(), "{password}: {:?}", checked.err());
    }
}

#[test]
fn whoever_asks_for_a_password_says_how_many_characters_it_needs() {
    let workspace = Workspace::parse("acme").unwrap();
    let least = (1..30).find(|length| {
        let text: String = "violetharbourninetrainsatdusk".chars().take(*length).collect();
        credentials("a@example.com", &text.into(), &workspace).is_ok()
    });
    let said = format!("password ({} characters or more): ", least.unwrap());
    assert!(read("deploy/admin.py").contains(&said), "{said}");
}

/// Somebody who asked for what their token does not allow.
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

/// Every problem there is, each after the one before it: a new one does not compile until it has its
/// place here.
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
            Problem::NotJson => Problem::field("/a~1b/0", "is wrong"),
            Problem::Invalid(_) => Problem::TooMany(Wait { limit: Limit::Pair, seconds: 8 }),
            Problem::TooMany(_) => Problem::internal("cause"),
            Problem::Internal(_) => Problem::Unavailable("cause".to_owned()),
            // OAuth errors are no problem documents.
            Problem::Unavailable(_) | Problem::OAuth(_) => return None,
        })
    };
    std::iter::successors(Some(Problem::Malformed("why".to_owned())), after)
}

#[test]
fn every_problem_of_the_code_fits_the_contract_and_none_is_missing_from_it() {
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
fn every_failure_lists_exactly_the_headers_of_the_problems_that_it_can_be() {
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
fn every_administrative_operation_says_that_it_may_be_refused_elsewhere_and_no_other_does() {
    let elsewhere = json!(format!("urn:bellwether:problem:{}", denied(Denial::Network).kind()));
    for operation in Operation::all() {
        let scope = Scope::ALL.into_iter().find(|scope| operation.scope() == Some(scope.as_str()));
        let refused = operation.responses().filter(|(status, _)| *status == 403);
        let shown = refused.flat_map(|(_, answer)| examples(&answer["content"]["application/problem+json"]));
        let says = shown.into_iter().any(|example| example["type"] == elsewhere);
        assert_eq!(says, scope.is_some_and(Scope::is_administrative), "{}", operation.id());
    }
}

#[test]
fn every_test_that_the_security_document_names_is_there() {
    let tests = STRUCTURE["tests"].as_array().unwrap();
    let found: BTreeSet<&str> = tests.iter().map(|test| test["name"].as_str().unwrap()).collect();
    let document = read("docs/SECURITY.md");
    let named = document.split('`').skip(1).step_by(2).filter(|text| text.matches('_').count() > 3);
    let named: BTreeSet<_> = named.filter(|text| !text.contains([' ', '/', '=', '.'])).collect();
    assert!(named.len() > 40, "{} tests are named", named.len());
    for name in named {
        assert!(found.contains(name), "{name} is not there");
    }
}
