//! Tests that every operation is declared once: `openapi.yaml`, the folders in `functions/`, the sample events and the
//! local server's routes match the table in `bellwether::operations`.

use std::collections::BTreeSet;

use bellwether::auth::access::Scope;
use bellwether::operations::{
    BodyKind, COMMON, METHODS, ON_EVENTS, OPERATIONS, Operation as Declared, routing::allowed,
};
use serde_json::json;
use testing::document::{CONTRACT, Operation, event, functions, names, read, responses, toml};
use testing::fleet::REJECT;

/// Returns the declaration of an operation of the contract.
fn declared(operation: &Operation) -> &'static Declared {
    let found = OPERATIONS.iter().find(|own| own.id == operation.id());
    found.unwrap_or_else(|| panic!("{} is not declared in bellwether::operations", operation.id()))
}

#[test]
fn the_contract_has_exactly_the_declared_operations() {
    let operations = Operation::all();
    let described: BTreeSet<_> =
        operations.iter().map(|o| (o.id(), o.path, o.method.as_str(), o.function())).collect();
    let declared: BTreeSet<_> = OPERATIONS.iter().map(|o| (o.id, o.path, o.method, o.function)).collect();
    assert_eq!(described, declared);
    assert_eq!(operations.len(), OPERATIONS.len());
    let names: BTreeSet<_> = OPERATIONS.iter().map(|own| own.id).collect();
    assert_eq!(names.len(), OPERATIONS.len(), "the name of an operation is not unique");
    assert_eq!(CONTRACT["servers"], json!([{ "url": "/v1" }]));
    let workspace = toml("Cargo.toml");
    let version = workspace["workspace"]["package"]["version"].as_str();
    assert_eq!(
        (CONTRACT["openapi"].as_str(), CONTRACT["info"]["version"].as_str()),
        (Some("3.0.3"), version)
    );
}

#[test]
fn the_contract_names_the_function_for_undeclared_methods() {
    let rejection = &CONTRACT["x-reject-method"];
    assert_eq!(rejection["function"], REJECT);
    let statuses: Vec<u16> = responses(rejection).map(|(status, _)| status).collect();
    assert_eq!(statuses, [204, 400, 405]);
}

#[test]
fn each_function_has_exactly_one_folder_and_package() {
    assert_eq!(names("functions"), functions().into_iter().map(str::to_owned).collect());
    for function in functions() {
        let package = toml(&format!("functions/{function}/Cargo.toml"));
        assert_eq!(package["package"]["name"].as_str(), Some(function));
        let sources = names(&format!("functions/{function}/src"));
        assert!(
            ["lib.rs", "main.rs", "tests.rs"].iter().all(|name| sources.contains(*name)),
            "{function}: {sources:?}"
        );
    }
}

#[test]
fn the_local_server_has_every_route_and_rejects_undeclared_methods() {
    let workspace = toml("Cargo.toml");
    let router = workspace["workspace"]["metadata"]["lambda"]["watch"]["router"].as_table().unwrap();
    let mut served = BTreeSet::new();
    for (path, methods) in router {
        for entry in methods.as_array().unwrap() {
            let route =
                (path.clone(), entry["method"].as_str().unwrap(), entry["function"].as_str().unwrap());
            assert!(served.insert(route), "{path}: {entry} is repeated");
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
fn each_function_has_exactly_one_sample_event_of_its_route() {
    assert_eq!(names("events"), functions().iter().map(|f| format!("{f}.json")).collect());
    for function in functions() {
        let event = event(function);
        if ON_EVENTS.contains(&function) {
            assert!(
                event.get("requestContext").is_none(),
                "{function} handles no request, but its event is one"
            );
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
        let id = operation.id();
        let scope = declared(&operation).scope().map(Scope::as_str);
        assert_eq!(operation.scope(), scope, "{id}");
        let Some(scope) = scope else {
            assert_eq!(operation.spec["security"], json!([]), "{id}");
            continue;
        };
        assert_eq!(operation.spec["security"], json!([{ "bearer": [] }]), "{id}");
        let description = operation.spec["description"].as_str().unwrap().replace('\n', " ");
        assert!(description.contains(&format!("Needs the scope `{scope}`.")), "{id}: {description}");
        let further = declared(&operation).further.map(Scope::as_str);
        assert_eq!(operation.spec["x-further-scope"].as_str(), further, "{id}");
        assert!(
            further.is_none_or(|scope| description.contains(&format!("also needs the scope `{scope}`"))),
            "{id}"
        );
    }
    assert_eq!(
        CONTRACT["x-reject-method"].get("x-scope"),
        None,
        "undeclared methods are refused without a token"
    );
}

#[test]
fn every_operation_lists_the_parameters_that_its_function_reads() {
    for operation in Operation::all() {
        let (id, declared) = (operation.id(), declared(&operation));
        let in_path: BTreeSet<&str> = declared.path_parameters().collect();
        let in_query: BTreeSet<&str> = declared.query.iter().copied().collect();
        assert_eq!(operation.parameters_in("path"), in_path, "{id}");
        assert_eq!(operation.parameters_in("query"), in_query, "{id}: undeclared parameters are refused");
        assert_eq!(operation.parameters().count(), in_path.len() + in_query.len(), "{id}");
        let media_type = match declared.body {
            BodyKind::None => None,
            BodyKind::Json => Some("application/json"),
            BodyKind::Form => Some("application/x-www-form-urlencoded"),
        };
        let body = operation.spec.get("requestBody");
        assert_eq!(body.is_some_and(|body| body["required"] == true), media_type.is_some(), "{id}");
        let types = body.and_then(|body| body["content"].as_object()).into_iter().flatten();
        assert!(types.map(|(media_type, _)| media_type.as_str()).eq(media_type), "{id}");
    }
}

#[test]
fn every_operation_lists_exactly_the_statuses_of_its_function() {
    for operation in Operation::all() {
        let (id, declared) = (operation.id(), declared(&operation));
        let listed: BTreeSet<u16> = operation.responses().map(|(status, _)| status).collect();
        assert_eq!(listed, declared.statuses.iter().chain(&COMMON).copied().collect(), "{id}");
        assert!(
            declared.statuses.is_sorted() && listed.len() == declared.statuses.len() + COMMON.len(),
            "{id}"
        );
        let is_guarded = [401, 403].map(|status| declared.statuses.contains(&status));
        assert!(
            declared.scope().is_none() || is_guarded == [true, true],
            "{id}: the guard returns 401 and 403"
        );
    }
}

#[test]
fn the_readme_lists_exactly_the_operations_with_their_scopes() {
    let readme = read("README.md");
    let rows = readme.lines().filter(|line| METHODS.iter().any(|m| line.starts_with(&format!("| `{m} /"))));
    let listed: BTreeSet<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            (cells[1].to_owned(), cells[3].to_owned())
        })
        .collect();
    let scope = |operation: &Declared| operation.scope().map_or("none", Scope::as_str).to_owned();
    let declared = OPERATIONS.iter().map(|operation| (operation.to_string(), scope(operation))).collect();
    assert_eq!(listed, declared);
}
