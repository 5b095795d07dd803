//! Tests of imports and merges of accounts.

mod merging;
mod parents;
mod together;

use bellwether::auth::access::Role;
use bellwether::store::schema::TableName;
use serde_json::{Value, json};
use testing::{Answer, Bench, at, with_body};

use crate::FUNCTION;

async fn import(bench: &Bench, body: Value) -> Answer {
    let event = bench.event("import-accounts", Role::Service).await;
    bench.call(FUNCTION, with_body(event, &body)).await
}

/// The stored accounts by id, without their aliases' items.
async fn accounts(bench: &Bench) -> Vec<Value> {
    let items = bench.items(TableName::Accounts).await;
    let documents = items.iter().filter_map(|item| item["account"].as_str());
    let mut accounts: Vec<Value> = documents.map(|json| serde_json::from_str(json).unwrap()).collect();
    accounts.sort_by_key(|account| account["unit_id"].to_string());
    accounts
}

fn acme() -> Value {
    json!({ "unit_id": "acme.com", "aliases": ["0015", "acme.de"], "attributes": { "industry": "software" } })
}

#[tokio::test]
async fn an_account_is_created_then_unchanged_then_changed() {
    let bench = Bench::start().await;
    assert_eq!(import(&bench, acme()).await.body, json!({ "unit_id": "acme.com", "outcome": "created" }));
    assert_eq!(import(&bench, acme()).await.body["outcome"], "unchanged");
    let change = json!({ "aliases": ["acme.de", "acme.fr"], "covariate": 3 });
    assert_eq!(import(&bench, change).await.body, json!({ "unit_id": "acme.com", "outcome": "changed" }));
    let stored = accounts(&bench).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0]["aliases"], json!(["0015", "acme.de", "acme.fr"]));
    assert_eq!((&stored[0]["covariate"], &stored[0]["revision"]), (&json!(3.0), &json!(2)));
}

#[tokio::test]
async fn every_name_has_an_item_with_the_whole_account() {
    let bench = Bench::start().await;
    import(&bench, acme()).await;
    import(&bench, json!({ "unit_id": "0015", "covariate": 7, "remove_aliases": ["acme.de"] })).await;
    let items = bench.items(TableName::Accounts).await;
    for (pk, document) in [("acme/acme.com", "account"), ("acme/0015", "alias_of")] {
        let item = items.iter().find(|item| item["pk"] == pk).unwrap();
        let account: Value = serde_json::from_str(item[document].as_str().unwrap()).unwrap();
        assert_eq!((&account["unit_id"], &account["covariate"]), (&json!("acme.com"), &json!(7.0)), "{pk}");
    }
    let removed = items.iter().find(|item| item["pk"] == "acme/acme.de").unwrap();
    let mut names: Vec<&String> = removed.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["expires_at", "pk"]);
    let taken = import(&bench, json!({ "unit_id": "acme.de" })).await;
    assert_eq!(taken.body["outcome"], "created", "a removed alias is free");
}

#[tokio::test]
async fn an_alias_of_another_account_is_a_conflict_in_its_place_and_stays() {
    let bench = Bench::start().await;
    import(&bench, acme()).await;
    let batch = json!({ "accounts": [
        { "unit_id": "new.com", "aliases": ["x", "0015"] }, { "unit_id": "other.com" }, { "unit_id": "" }, {} ] });
    let body = import(&bench, batch).await.body;
    assert_eq!(body["accounts"][0]["problem"]["status"], 409);
    assert!(body["accounts"][0]["problem"]["detail"].as_str().unwrap().starts_with("aliases/1 belongs"));
    assert_eq!(body["accounts"][1], json!({ "unit_id": "other.com", "outcome": "created" }));
    assert_eq!(body["accounts"][2]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(body["accounts"][3]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(accounts(&bench).await.len(), 2);
}

#[tokio::test]
async fn the_audit_has_the_number_of_accounts_and_no_id() {
    let bench = Bench::start().await;
    let batch = json!({ "accounts": [acme(), { "unit_id": "globex.com" }] });
    import(&bench, batch.clone()).await;
    import(&bench, batch).await;
    let records = bench.records().await;
    let details: Vec<_> =
        records.iter().map(|record| (record["action"].clone(), record["detail"].clone())).collect();
    assert_eq!(details.len(), 3, "{details:?}");
    let opened = (json!("workspace_changed"), json!("revision 1, has_directory false to true"));
    assert_eq!(details.iter().filter(|detail| **detail == opened).count(), 1);
    let sent = (json!("accounts_changed"), json!("2 accounts sent"));
    assert_eq!(details.iter().filter(|detail| **detail == sent).count(), 2);
    let text = serde_json::to_string(&records).unwrap();
    assert!(!text.contains("globex") && !text.contains("0015") && !text.contains("acme.com"), "{text}");
}

#[tokio::test]
async fn ids_and_aliases_get_the_form_of_their_kind() {
    let bench = Bench::start().await;
    bench.configure(json!({ "revision": 0, "unit_kind": "domain" })).await;
    let spelled = json!({ "unit_id": "https://www.ACME.com/about", "aliases": ["info@Acme.de", " CRM 7 "] });
    assert_eq!(import(&bench, spelled).await.body["unit_id"], "acme.com");
    assert_eq!(accounts(&bench).await[0]["aliases"], json!(["CRM 7", "acme.de"]));
    let by_alias = json!({ "unit_id": "CRM 7", "covariate": 1 });
    assert_eq!(import(&bench, by_alias).await.body, json!({ "unit_id": "acme.com", "outcome": "changed" }));
    let refused = import(&bench, json!({ "unit_id": "CRM 8" })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (422, &json!("/unit_id")));
}

#[tokio::test]
async fn accounts_of_another_workspace_are_not_found() {
    let bench = Bench::start().await;
    import(&bench, acme()).await;
    let event = bench.event("import-accounts", Role::Service).await;
    let event = bench.signed(event, Role::Service, "globex").await;
    let answer = bench.call(FUNCTION, with_body(event, &acme())).await;
    assert_eq!(answer.body["outcome"], "created");
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "import-accounts", Role::Viewer).await;
    let bench = Bench::start().await;
    let event = at(bench.event("import-accounts", Role::Viewer).await, "POST", "/accounts/merge");
    assert_eq!(bench.call(FUNCTION, event).await.status, 403);
}

#[tokio::test]
async fn a_created_account_costs_a_read_and_a_transaction() {
    let bench = Bench::start().await;
    import(&bench, json!({ "unit_id": "first.com" })).await;
    let event = bench.event("import-accounts", Role::Service).await;
    let (answer, spent) = bench.metered(FUNCTION, with_body(event, &acme())).await;
    assert_eq!((answer.body["outcome"].as_str(), spent.calls), (Some("created"), 4));
    let event = bench.event("import-accounts", Role::Service).await;
    let (answer, spent) = bench.metered(FUNCTION, with_body(event, &acme())).await;
    assert_eq!(
        (answer.body["outcome"].as_str(), spent.calls),
        (Some("unchanged"), 3),
        "settings, record, account"
    );
}
