//! Tests that the environment passes every input to the module and rejects what the module would ignore.

use std::collections::{BTreeMap, BTreeSet};

use hcl::Expression;
use hcl::expr::FuncCall;
use testing::document::{names, read};
use testing::runtime::project;

use super::hcl_files::{ENVIRONMENT, MODULE, blocks_of, literal};

/// The inputs that the environment builds from variables of its own: `account_id`, `region` and `partition`.
const ACCOUNT: &str = "account";

/// Returns the variables of a folder, by name.
fn variables(folder: &str) -> BTreeMap<String, hcl::Body> {
    blocks_of(folder, "variable").into_iter().map(|(labels, body)| (labels[0].clone(), body)).collect()
}

fn attribute<'a>(body: &'a hcl::Body, name: &str) -> Option<&'a Expression> {
    body.attributes().find(|attribute| attribute.key() == name).map(hcl::Attribute::expr)
}

/// Returns a call of this function, if the expression is one.
fn call<'a>(expression: &'a Expression, name: &str) -> Option<&'a FuncCall> {
    match expression {
        Expression::FuncCall(call) if call.name.name.as_str() == name => Some(call),
        _ => None,
    }
}

/// Returns the attributes of an object type, those of inner objects too, as `outer.inner`.
fn attributes_of(kind: &Expression, prefix: &str) -> BTreeSet<String> {
    let kind = call(kind, "optional").map_or(kind, |optional| &optional.args[0]);
    let Some(Expression::Object(fields)) = call(kind, "object").map(|object| &object.args[0]) else {
        return BTreeSet::new();
    };
    let mut found = BTreeSet::new();
    for (name, inner) in fields {
        let name = format!("{prefix}{name}");
        found.extend(attributes_of(inner, &format!("{name}.")));
        found.insert(name);
    }
    found
}

/// Returns the attributes that a variable of the environment accepts: the list in its validation.
fn accepted(variable: &hcl::Body) -> BTreeSet<String> {
    let validation = variable.blocks().find(|block| block.identifier() == "validation").unwrap();
    let condition = attribute(validation.body(), "condition").unwrap();
    let Expression::Operation(comparison) = condition else { panic!("{condition}") };
    let hcl::expr::Operation::Binary(comparison) = &**comparison else { panic!("{condition}") };
    let unknown = call(&comparison.lhs_expr, "length").unwrap();
    let unknown = call(&unknown.args[0], "setsubtract").unwrap();
    let list = literal(&unknown.args[1]);
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_environment_passes_every_input_to_the_module() {
    let [(_, call)] = &blocks_of(ENVIRONMENT, "module")[..] else { panic!("one module") };
    let passed: BTreeMap<&str, String> =
        call.attributes().map(|input| (input.key(), input.expr().to_string())).collect();
    let mut inputs: BTreeSet<String> = variables(MODULE).into_keys().collect();
    for name in inputs.iter().filter(|name| *name != ACCOUNT) {
        assert_eq!(passed.get(name.as_str()), Some(&format!("var.{name}")), "{name}");
    }
    inputs.insert("source".to_owned());
    assert_eq!(passed.keys().copied().collect::<BTreeSet<_>>(), inputs.iter().map(String::as_str).collect());
}

#[test]
fn the_environment_accepts_exactly_the_attributes_of_the_module() {
    let environment = variables(ENVIRONMENT);
    let mut objects = 0;
    for (name, input) in variables(MODULE).into_iter().filter(|(name, _)| name != ACCOUNT) {
        let own = &environment[&name];
        let attributes = attributes_of(attribute(&input, "type").unwrap(), "");
        if attributes.is_empty() {
            assert_eq!(attribute(own, "type"), attribute(&input, "type"), "{name}");
        } else {
            assert_eq!(accepted(own), attributes, "{name}");
            objects += 1;
        }
    }
    assert!(objects >= 10, "{objects} objects");
}

#[test]
fn the_module_leaves_providers_to_its_caller() {
    assert!(blocks_of(MODULE, "provider").is_empty());
    assert!(!blocks_of(ENVIRONMENT, "provider").is_empty());
}

/// Returns the paths of all files of Terraform below a folder, without those that Terraform downloads.
fn all_files(folder: &str) -> Vec<String> {
    let paths = names(folder).into_iter().map(|name| format!("{folder}/{name}"));
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| project().join(path).is_dir());
    let kinds = ["tf", "tfvars", "hcl"];
    let own = files.into_iter().filter(|path| kinds.contains(&path.rsplit('.').next().unwrap()));
    own.chain(folders.iter().flat_map(|folder| all_files(folder))).collect()
}

#[test]
fn lines_of_terraform_have_less_than_160_characters() {
    let paths = all_files("terraform");
    assert!(paths.len() > 30, "{paths:?}");
    for path in paths {
        for (number, line) in read(&path).lines().enumerate() {
            assert!(line.chars().count() < 160, "{path}:{}: {line}", number + 1);
        }
    }
}
