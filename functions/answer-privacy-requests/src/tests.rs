//! Tests of erasures over all tables.

mod crashing;
mod forms;

use std::fmt::Write as _;

use bellwether::store::audit::Action;
use bellwether::store::schema::TableName;
use domain::account::Account;
use domain::account::place::Place;
use domain::experiment::{Experiment, Unit, UnitId};
use domain::privacy::{Demand, Kind, PrivacyRequest, State};
use domain::results::counting::totals::Totals;
use serde_json::{Value, json};
use testing::{Bench, acme};

use super::FUNCTION;

const EVENT: &str = include_str!("../../../events/answer-privacy-requests.json");

/// Runs the function once with its sample event.
async fn run(bench: &Bench) -> Value {
    bench.invoke(FUNCTION, &serde_json::from_str(EVENT).unwrap()).await.unwrap()
}

/// Stores a unit's assignment to `variant`, and an outcome a second later.
async fn record(bench: &Bench, test: &Experiment, unit: &str, variant: &str) {
    let now = bench.app.clock.now();
    let parsed = Unit::parse(serde_json::from_value(json!({ "unit_id": unit })).unwrap(), test).unwrap();
    let variant = test.definition.variants.iter().find(|v| v.key.as_str() == variant).unwrap();
    let assignment = domain::experiment::Assignment::of(test, &parsed, variant, now).unwrap();
    bench.app.store.events.assign(&acme(), test, &parsed.id, assignment, now).await.unwrap();
    outcome(bench, test, unit).await;
}

async fn outcome(bench: &Bench, test: &Experiment, unit: &str) {
    let now = bench.app.clock.now();
    let body = json!({ "unit_id": unit, "goal": "demo-booked", "event_id": "e-1" });
    let entry = domain::experiment::Entry::parse(serde_json::from_value(body).unwrap(), test, now).unwrap();
    bench.app.store.events.convert(&acme(), test, &entry, now).await.unwrap();
}

/// Stores a request, as `request-privacy` does.
async fn request(bench: &Bench, kind: Kind, units: &[&str]) -> PrivacyRequest {
    let (app, workspace, now) = (&bench.app, acme(), bench.app.clock.now());
    let units = units.iter().map(|&unit| unit.to_owned()).collect();
    let demand = Demand { kind, units, reason: "ticket 7".to_owned() };
    let key = app.pseudonyms.get(now).await.unwrap();
    let (id, pseudonyms) = (key.request_id(&workspace, &demand), key.pseudonyms(&workspace, &demand.units));
    let request = PrivacyRequest::new(id, demand, pseudonyms, "ada".to_owned(), now);
    let origin = app.origin_at("bench".to_owned(), None).unwrap();
    let change = origin.record(&workspace, "bench", Action::PrivacyRequested, id).unconditional();
    assert_eq!(app.store.privacy.create(&workspace, &request, change).await.unwrap().unwrap(), None);
    request
}

async fn stored(bench: &Bench, request: &PrivacyRequest) -> PrivacyRequest {
    bench.app.store.privacy.get(&acme(), request.request_id).await.unwrap().unwrap()
}

async fn totals(bench: &Bench, test: &Experiment) -> Totals {
    let now = bench.app.clock.now();
    bench.app.store.events.aggregate(&acme(), test, None, now).await.unwrap().unwrap()
}

/// A running test of any accounts, with an override of `acme.com` in its current and its first revision.
async fn overridden(bench: &Bench, test_id: &str) -> Experiment {
    let test = bench
        .launch(json!({ "test_id": test_id, "overrides": { "acme.com": "calculator" }, "namespace": null }))
        .await;
    let renamed = json!({ "revision": test.revision, "name": "Another name" });
    bench.change(&test, renamed).await
}

/// The whole content of all tables as text, also of what is compressed.
async fn content(bench: &Bench) -> String {
    let mut all = String::new();
    for table in TableName::ALL {
        let scan = bench.database().scan().table_name(format!("bench-{}", table.as_str()));
        for item in scan.send().await.unwrap().items() {
            for (name, value) in item {
                let _ = writeln!(all, "{name}: {}", forms::text(value));
            }
        }
    }
    all
}

/// Gives a table the content that it had before.
async fn restore(bench: &Bench, table: TableName, items: Vec<Value>) {
    let (database, name) = (bench.database(), format!("bench-{}", table.as_str()));
    for item in bench.items(table).await {
        let key = json!({ "pk": item["pk"], "sk": item["sk"] });
        let key = serde_dynamo::to_item(key).unwrap();
        database.delete_item().table_name(&name).set_key(Some(key)).send().await.unwrap();
    }
    for item in items {
        let item = serde_dynamo::to_item(item).unwrap();
        database.put_item().table_name(&name).set_item(Some(item)).send().await.unwrap();
    }
}

/// Erases `acme.com`: both passes.
async fn erase(bench: &Bench) -> PrivacyRequest {
    let request = request(bench, Kind::Erasure, &["acme.com"]).await;
    run(bench).await;
    bench.pass(61);
    run(bench).await;
    stored(bench, &request).await
}

#[tokio::test]
async fn nothing_is_left_of_an_erased_account_and_everything_of_others() {
    let bench = Bench::start().await;
    let test = overridden(&bench, "pricing").await;
    let other = bench.launch(json!({ "test_id": "mail", "namespace": null })).await;
    for (unit, variant) in [("acme.com", "calculator"), ("beta.com", "control"), ("acme.com.au", "control")] {
        record(&bench, &test, unit, variant).await;
    }
    record(&bench, &other, "acme.com", "control").await;
    let before = bench.items(TableName::Events).await.len();
    let done = erase(&bench).await;
    assert_eq!((done.state, done.units.len()), (State::Done, 0));
    let left = content(&bench).await;
    assert!(!left.replace("acme.com.au", "").contains("acme.com"), "{left}");
    // Of the two assignments of acme.com, a row each remains under a pseudonym, and nothing of its two outcomes.
    assert_eq!(bench.items(TableName::Events).await.len(), before - 2);
    assert!(left.contains("beta.com") && left.contains("acme.com.au"));
    let now = bench.app.store.experiments.get(&acme(), &test.definition.test_id).await.unwrap().unwrap();
    assert_eq!(now.revision, test.revision + 1);
    let counted = totals(&bench, &now).await;
    assert_eq!((counted.units(), counted.erased_by_arm()), (2, vec![0, 1]));
}

#[tokio::test]
async fn an_erasure_is_done_only_after_everything_that_raced_with_it_is_erased_too() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "namespace": null })).await;
    record(&bench, &test, "acme.com", "calculator").await;
    let request = request(&bench, Kind::Erasure, &["acme.com"]).await;
    assert_eq!(run(&bench).await, json!({ "answered": 0, "waiting": 1, "failed": 0, "left": 0 }));
    assert_eq!(stored(&bench, &request).await.state, State::Pending);
    outcome(&bench, &test, "acme.com").await;
    assert_eq!(run(&bench).await["waiting"], 0, "the last pass is not due yet");
    bench.pass(60);
    assert_eq!(run(&bench).await["answered"], 1);
    let done = stored(&bench, &request).await;
    assert!(!content(&bench).await.contains("acme.com"));
    let receipt = forms::payload(done.receipt.as_deref().unwrap());
    assert_eq!(receipt["erased"], json!({ "events": 3 }), "two rows, and one that raced");
    assert_eq!(run(&bench).await["answered"], 0);
}

#[tokio::test]
async fn a_receipt_is_verified_by_the_published_keys_and_states_how_long_backups_are_kept() {
    let bench = Bench::start().await;
    overridden(&bench, "pricing").await;
    let done = erase(&bench).await;
    let receipt = done.receipt.unwrap();
    let keys = bench.app.store.privacy.keys().await.unwrap();
    assert_eq!(keys.len(), 1);
    forms::verify(&receipt, &serde_json::from_str(&keys[0]).unwrap());
    let content = forms::payload(&receipt);
    // An override in the current state and in a past revision.
    assert_eq!((&content["erased"]["tests"], &content["workspace"]), (&json!(2), &json!("acme")));
    let days = |name: &str| content[name].as_str().unwrap()[..10].to_owned();
    assert_eq!((days("completed_at"), days("backups_until")), ("2026-11-21".into(), "2026-12-26".into()));
    let actions: Vec<_> = bench.records().await.into_iter().map(|record| record["action"].clone()).collect();
    assert_eq!(actions, ["units_erased", "erasure_done"]);
}

#[tokio::test]
async fn an_account_that_a_backup_brings_back_is_erased_again_by_its_pseudonym() {
    let bench = Bench::start().await;
    let test = overridden(&bench, "pricing").await;
    record(&bench, &test, "acme.com", "calculator").await;
    record(&bench, &test, "beta.com", "control").await;
    let (events, tests) = (bench.items(TableName::Events).await, bench.items(TableName::Tests).await);
    erase(&bench).await;
    restore(&bench, TableName::Events, events).await;
    restore(&bench, TableName::Tests, tests).await;
    assert!(content(&bench).await.contains("acme.com"));
    let again = request(&bench, Kind::Reapply, &[]).await;
    bench.pass(61);
    assert_eq!(run(&bench).await["answered"], 1);
    let left = content(&bench).await;
    assert!(!left.contains("acme.com") && left.contains("beta.com"), "{left}");
    let receipt = forms::payload(stored(&bench, &again).await.receipt.as_deref().unwrap());
    assert_eq!(receipt["erased"], json!({ "events": 2, "tests": 2 }));
}

#[tokio::test]
async fn a_request_for_access_to_an_erased_account_is_erased_too() {
    let bench = Bench::start().await;
    let access = request(&bench, Kind::Access, &["acme.com"]).await;
    let other = request(&bench, Kind::Access, &["beta.com"]).await;
    erase(&bench).await;
    let store = &bench.app.store.privacy;
    assert_eq!(store.get(&acme(), access.request_id).await.unwrap(), None);
    assert_eq!(store.get(&acme(), other.request_id).await.unwrap(), Some(other));
}

#[tokio::test]
async fn a_known_unit_is_erased_from_its_list_and_no_other_unit_changes_its_variant() {
    let bench = Bench::start().await;
    let unit = |n: u32| json!({ "unit_id": format!("unit-{n:02}") });
    let units: Vec<_> = (0..20).map(unit).collect();
    let changes = json!({ "known_units": units, "segments": [], "namespace": null, "targeting": {}, "coverage": 10_000, "planned_units": null });
    let test = bench.launch(changes).await;
    request(&bench, Kind::Erasure, &["unit-07"]).await;
    bench.pass(60);
    run(&bench).await;
    let now = bench.app.store.experiments.get(&acme(), &test.definition.test_id).await.unwrap().unwrap();
    assert!(!content(&bench).await.contains("unit-07"));
    for n in (0..20).filter(|n| *n != 7) {
        let unit = UnitId::parse(format!("unit-{n:02}")).unwrap();
        assert_eq!(now.randomized(&unit), test.randomized(&unit), "{unit}");
    }
}

/// Stores an account of the directory.
async fn listed(bench: &Bench, id: &str, aliases: &[&str], parent: Option<&str>) {
    let name = |text: &str| UnitId::parse(text).unwrap();
    let now = bench.app.clock.now();
    let account = Account {
        unit_id: name(id),
        aliases: aliases.iter().map(|alias| name(alias)).collect(),
        parent: parent.map(name),
        attributes: std::collections::BTreeMap::new(),
        covariate: None,
        place: Place::new(now, [u8::try_from(id.len()).unwrap(); 16]),
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    bench.app.store.accounts.save(&acme(), None, &account, &[]).await.unwrap();
    let (workspaces, origin) =
        (&bench.app.store.workspaces, bench.app.origin_at("bench".to_owned(), None).unwrap());
    let old = workspaces.get(&acme()).await.unwrap();
    if !old.has_directory {
        let change = origin.record(&acme(), "bench", Action::WorkspaceChanged, "acme").unconditional();
        workspaces.replace(&acme(), &old, &old.with_directory(), change).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_account_of_the_directory_is_erased_with_its_aliases_and_as_a_parent() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "namespace": null })).await;
    listed(&bench, "acme.com", &["Acme Inc", "001500000Gv7qJ1AAB"], None).await;
    listed(&bench, "acme-labs.io", &[], Some("acme.com")).await;
    record(&bench, &test, "Acme Inc", "control").await;
    request(&bench, Kind::Erasure, &["acme.com", "Acme Inc", "001500000Gv7qJ1AAB"]).await;
    bench.pass(60);
    assert_eq!(run(&bench).await["answered"], 1);
    let left = content(&bench).await;
    for name in ["acme.com", "Acme Inc", "001500000Gv7qJ1AAB"] {
        assert!(!left.contains(name), "{name} is left in {left}");
    }
    assert!(left.contains("acme-labs.io"));
}
