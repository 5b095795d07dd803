//! Tests that the deployment matches the code. The maps in the module's `locals.tf` name exactly the
//! functions, with tables and indexes of the crate's schema; `openapi.yaml` uses no other function; and
//! `terraform/` opens no other access. The files are read as HCL, without Terraform.

mod edge;
pub(crate) mod hcl_files;
mod identities;
mod inputs;
mod readme;
mod tables;

use std::collections::BTreeSet;

use bellwether::operations::OPERATIONS;
use bellwether::store::reach::Keyed;
use bellwether_cli::serve::FUNCTIONS;
use testing::document::{Operation, functions, names};

use hcl_files::{map, words};

#[test]
fn exactly_the_functions_of_the_code_are_deployed() {
    let deployed: BTreeSet<String> = map("functions").into_keys().collect();
    assert_eq!(deployed, functions().into_iter().map(str::to_owned).collect());
    assert_eq!(deployed, names("functions"));
}

#[test]
fn every_operation_maps_to_one_deployed_function() {
    let deployed = map("functions");
    for operation in Operation::all() {
        let id = operation.id();
        let answers = |name: &&String| id == name.as_str() || id.starts_with(&format!("{name}-"));
        assert_eq!(deployed.keys().filter(answers).count(), 1, "{id}");
    }
}

#[test]
fn functions_may_use_only_existing_tables_and_indexes() {
    let tables = map("tables");
    for (name, function) in map("functions") {
        for place in function["tables"].as_object().unwrap().keys() {
            let (table, index) = place.split_once('/').map_or((place.as_str(), None), |(t, i)| (t, Some(i)));
            let found = tables
                .get(table)
                .unwrap_or_else(|| panic!("{name} names the table {table}, which does not exist"));
            assert!(index.is_none_or(|index| found["indexes"].get(index).is_some()), "{name}: {place}");
        }
        for secret in function["secrets"].as_object().unwrap().keys() {
            assert!(
                ["private", "privacy", "public", "receipts"].contains(&secret.as_str()),
                "{name}: {secret}"
            );
        }
    }
}

#[test]
fn a_function_that_reads_the_erased_accounts_may_read_the_key_of_their_pseudonyms() {
    for (name, function) in map("functions") {
        let reads = function["tables"].get("privacy").is_some();
        assert_eq!(reads, function["secrets"].get("privacy").is_some(), "{name}");
    }
}

#[test]
fn functions_that_require_a_token_may_read_keys_and_record_refusals() {
    let deployed = map("functions");
    for operation in &OPERATIONS {
        let (name, is_guarded) = (operation.function, operation.scope().is_some());
        let function = &deployed[name];
        assert!(!is_guarded || words(&function["secrets"]["public"]).contains("GetSecretValue"), "{name}");
        assert!(!(is_guarded || operation.audits) || function["tables"]["audit"] == "PutItem", "{name}");
    }
}

#[test]
fn before_its_first_request_a_function_reads_the_keyed_table_that_its_role_allows() {
    let deployed = map("functions");
    for function in FUNCTIONS {
        let (name, tables) = (function.name(), &deployed[function.name()]["tables"]);
        let may = |table: &Keyed| {
            tables.get(table.name().as_str()).is_some_and(|actions| words(actions).contains("GetItem"))
        };
        let allowed = [Keyed::Tests, Keyed::Identities].into_iter().filter(may);
        match function.first_read() {
            Some(table) => assert!(may(&table), "{name} may not read {table:?}"),
            // An invocation on a schedule has no caller who waits.
            None => assert!(
                function.operations().next().is_none() || allowed.count() == 0,
                "{name} connects late"
            ),
        }
    }
}

#[test]
fn audit_records_are_only_put_and_only_signers_read_private_keys() {
    let mut sign = BTreeSet::new();
    for (name, function) in map("functions") {
        for (place, actions) in function["tables"].as_object().unwrap() {
            let actions = words(actions);
            assert!(place != "audit" || actions == BTreeSet::from(["PutItem"]), "{name}: {actions:?}");
            let erases = name == "answer-privacy-requests"
                && ["accounts", "events", "privacy"].contains(&place.as_str());
            let deletes = actions.iter().any(|action| action.starts_with("Delete"));
            assert!(!actions.contains("Scan") && deletes == erases, "{name}: {place}");
        }
        if function["secrets"].get("private").is_some() {
            sign.insert(name);
        }
    }
    let may = ["issue-token", "login", "rotate-keys"].map(str::to_owned);
    assert_eq!(sign, BTreeSet::from(may));
}
