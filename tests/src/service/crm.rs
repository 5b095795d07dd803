//! The export of a CRM with 220 messy lines (`tests/cases/crm_accounts.csv`): what the command reads from it, and what the
//! directory makes of it.

use std::collections::BTreeMap;

use bellwether::auth::access::Role;
use bellwether::operations::{IMPORT_ACCOUNTS, LOOK_UP_ACCOUNTS};
use bellwether_cli::import::accounts::{Import, prepared};
use serde_json::{Value, json};
use testing::{Bench, at, with_body};

use crate::functions::of;

const OPTIONS: [&str; 11] = [
    "import",
    "FILE",
    "--column=parent=Parent Website",
    "--column=covariate=Score",
    "--alias=Salesforce Id",
    "--attribute=company:text=Company",
    "--attribute=industry=Industry",
    "--attribute=employees=Employees",
    "--attribute=country=Country",
    "--column=unit_id=Website",
    "--decimal=point",
];

pub fn import() -> Import {
    let path = testing::runtime::project().join("tests/cases/crm_accounts.csv");
    let path = path.display().to_string();
    let mut options = OPTIONS;
    options[1] = &path;
    Import::of_arguments(&options).unwrap()
}

/// Sends items in batches, and returns what became of each.
pub async fn send(bench: &Bench, items: &[Value]) -> Vec<Value> {
    let mut answers = Vec::new();
    for batch in items.chunks(100) {
        let event = bench.event("import-accounts", Role::Service).await;
        let answer = bench.call(of(&IMPORT_ACCOUNTS), with_body(event, &json!({ "accounts": batch }))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answers.extend(answer.body["accounts"].as_array().unwrap().iter().cloned());
    }
    answers
}

fn counts(answers: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        let outcome = answer["outcome"].as_str().map(str::to_owned);
        let outcome = outcome.unwrap_or_else(|| answer["problem"]["status"].to_string());
        *counts.entry(outcome).or_default() += 1;
    }
    counts
}

#[test]
fn numbers_that_can_be_read_in_two_ways_are_not_guessed() {
    let path = testing::runtime::project().join("tests/cases/crm_accounts.csv").display().to_string();
    let options =
        Import::of_arguments(&["import", &path, "--column=unit_id=Website", "--attribute=Employees"]);
    let error = prepared(&options.unwrap()).err().unwrap().to_string();
    assert!(error.contains("the numbers of Employees are ambiguous"), "{error}");
}

#[test]
fn every_line_is_sent_repeated_or_refused_and_the_types_are_said() {
    let found = prepared(&import()).unwrap();
    assert_eq!(found.records.rows.len(), 220);
    let plan = &found.plan;
    let parents = plan.items.iter().filter(|item| item["parent"].is_string()).count();
    assert_eq!((plan.items.len() - parents, parents), (204, 12));
    assert_eq!((plan.repeated, plan.refused.len()), (8, 8));
    let reason = |part: &str| plan.refused.iter().filter(|(_, why)| why.contains(part)).count();
    assert_eq!((reason("unit_id is empty"), reason("same id with other values")), (5, 3));
    for part in ["220 lines", "semicolon", "3 of 220 not a number: left as text", "column \"Website\""] {
        assert!(found.overview.contains(part), "{part}: {}", found.overview);
    }
    let sub = plan.items.iter().find(|item| item["attributes"]["company"] == "Sub 3").unwrap();
    assert_eq!(sub["attributes"]["employees"], 1_003);
    let left = plan.items.iter().find(|item| item["attributes"]["company"] == "Sub 1").unwrap();
    assert_eq!(left["attributes"]["employees"], "50-100");
}

#[tokio::test]
async fn the_directory_has_each_company_once_and_a_repetition_changes_nothing() {
    let bench = Bench::start().await;
    bench.configure(json!({ "revision": 0, "unit_kind": "domain" })).await;
    let items = prepared(&import()).unwrap().plan.items;
    let first = counts(&send(&bench, &items).await);
    let expected = [("created", 177), ("unchanged", 17), ("changed", 12), ("409", 5), ("422", 5)];
    assert_eq!(first, expected.map(|(outcome, number)| (outcome.to_owned(), number)).into());
    let again = counts(&send(&bench, &items).await);
    let expected = [("unchanged", 206), ("409", 5), ("422", 5)];
    assert_eq!(again, expected.map(|(outcome, number)| (outcome.to_owned(), number)).into());

    let names = [
        "HTTPS://FIRM-001.COM",
        "001000000000001",
        "Sub-0.com",
        "müller-gmbh.de",
        "info@mail-3.de",
        "gmail.com",
    ];
    let units: Vec<Value> = names.iter().map(|name| json!({ "unit_id": name })).collect();
    let sample = bench.event("look-up-accounts", Role::Analyst).await;
    let event = at(sample.clone(), "POST", "/accounts/lookup");
    let body = bench.call(of(&LOOK_UP_ACCOUNTS), with_body(event, &json!({ "units": units }))).await.body;
    let found: Vec<&Value> =
        body["accounts"].as_array().unwrap().iter().map(|one| &one["account"]["unit_id"]).collect();
    let ids = ["firm-001.com", "firm-001.com", "sub-0.com", "xn--mller-gmbh-9db.de", "mail-3.de"];
    assert_eq!(found[..5], ids.map(Value::from).iter().collect::<Vec<_>>()[..]);
    assert!(found[5].is_null(), "a free-mail host is no company");
    assert_eq!(body["accounts"][2]["account"]["parent"], "firm-001.com");

    let event = at(sample, "POST", "/accounts/count");
    let condition = json!({ "condition": { "employees": { "$gte": 1_000 } } });
    let count = bench.call(of(&LOOK_UP_ACCOUNTS), with_body(event, &condition)).await.body;
    let large = (1..=150).filter(|n| 20 + n * 37 >= 1_000).count() + 9;
    assert_eq!((&count["matched"], &count["examined"]), (&json!(large), &json!(177)));
    assert_eq!(count["type_mismatches"][0]["units"], 3, "{count}");
}
