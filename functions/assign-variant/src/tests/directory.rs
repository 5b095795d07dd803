//! Tests of accounts of the directory.

use bellwether::auth::access::Role;
use bellwether::store::meter::Spent;
use serde_json::{Value, json};
use testing::{Bench, with_body};

use crate::FUNCTION;

async fn assign(bench: &Bench, body: Value) -> (Value, Spent) {
    let event = bench.event("assign-variant", Role::Service).await;
    let (answer, spent) = bench.metered(FUNCTION, with_body(event, &body)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    (answer.body, spent)
}

/// A bench with a running test for large software companies, and an account.
async fn with_acme() -> Bench {
    let bench = Bench::start().await;
    let targeting = json!({ "industry": "software", "employees": { "$gte": 200 } });
    bench.launch(json!({ "targeting": targeting, "segments": ["industry"] })).await;
    bench
        .account(json!({ "unit_id": "acme.com", "aliases": ["0015", "acme.de"], "covariate": 12.5,
        "attributes": { "industry": "software", "employees": 900, "regions": ["eu"] } }))
        .await;
    bench
}

#[tokio::test]
async fn every_alias_gets_the_variant_of_the_account_with_the_attributes_of_the_directory() {
    let bench = with_acme().await;
    let (first, _) = assign(&bench, json!({ "unit_id": "0015" })).await;
    assert_eq!((&first["unit_id"], &first["reason"]), (&json!("acme.com"), &json!("assigned")));
    assert_eq!((&first["new"], &first["sent_as"]), (&json!(true), &json!("0015")));
    for name in ["acme.com", "acme.de", "0015"] {
        let (again, _) = assign(&bench.cold().await, json!({ "unit_id": name })).await;
        let found = (&again["unit_id"], &again["variant"], &again["new"]);
        assert_eq!(found, (&json!("acme.com"), &first["variant"], &json!(false)), "{name}");
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn the_request_wins_for_each_attribute() {
    let bench = with_acme().await;
    let of = |attributes: Value| json!({ "unit_id": "acme.com", "attributes": attributes });
    for (attributes, reason) in [
        (json!({ "employees": 10 }), "not_targeted"),
        (json!({ "industry": "retail", "employees": null }), "not_targeted"),
        (json!({ "industry": null, "employees": 200 }), "assigned"),
    ] {
        let (body, _) = assign(&bench, of(attributes.clone())).await;
        assert_eq!(body["reason"], reason, "{attributes}");
    }
}

#[tokio::test]
async fn the_stored_assignment_has_the_segments_and_the_covariate_of_the_directory() {
    let bench = with_acme().await;
    assign(&bench, json!({ "unit_id": "acme.de" })).await;
    let rows = bench.items(bellwether::store::schema::TableName::Events).await;
    assert_eq!(
        (&rows[0]["covariate"], &rows[0]["segments"]),
        (&json!(12.5), &json!({ "industry": "software" }))
    );
}

#[tokio::test]
async fn an_account_that_the_instance_does_not_know_costs_one_further_read_and_a_batch_one_too() {
    let bench = with_acme().await;
    let all = json!({ "employees": 900, "industry": "software" });
    let (_, warm_up) = assign(&bench, json!({ "unit_id": "other.com", "attributes": all })).await;
    assert_eq!(warm_up.calls, 5, "the test, the settings, the erased accounts, the account, the assignment");
    let (_, first) = assign(&bench, json!({ "unit_id": "0015" })).await;
    assert_eq!((first.calls, first.units), (2, 1.5), "the account and the assignment");
    let (_, again) = assign(&bench, json!({ "unit_id": "0015" })).await;
    assert_eq!(again.calls, 0);
    let (_, known) = assign(&bench, json!({ "unit_id": "acme.de" })).await;
    assert_eq!(known.calls, 1, "the alias; the assignment of the account is in memory");
    let names: Vec<Value> = (0..100).map(|n| json!({ "unit_id": format!("{n}.com") })).collect();
    let (_, batch) = assign(&bench, json!({ "units": names })).await;
    assert_eq!(batch.calls, 2, "one read of all names, and one of the assignments of excluded units");
    let (_, repeated) = assign(&bench, json!({ "units": names })).await;
    assert_eq!(repeated.calls, 0);
    bench.pass(31);
    let (_, later) = assign(&bench, json!({ "unit_id": "0015" })).await;
    assert_eq!(later.calls, 5, "nothing is known for longer than 30 s");
}

#[tokio::test]
async fn an_alias_that_is_not_a_unit_is_accepted_if_the_directory_knows_it() {
    let bench = Bench::start().await;
    bench.configure(json!({ "revision": 0, "unit_kind": "domain" })).await;
    bench.launch_in("domain", "UTC", json!({ "targeting": {} })).await;
    bench.account(json!({ "unit_id": "acme.com", "aliases": ["CRM 7"] })).await;
    let names =
        json!({ "units": [{ "unit_id": "CRM 7" }, { "unit_id": "www.Acme.com" }, { "unit_id": "CRM 8" }] });
    let (body, _) = assign(&bench, names).await;
    assert_eq!(body["assignments"][0]["unit_id"], "acme.com");
    assert_eq!(body["assignments"][1]["unit_id"], "acme.com");
    assert_eq!(body["assignments"][2]["problem"]["errors"][0]["pointer"], "/unit_id");
}

#[tokio::test]
async fn a_test_from_before_the_workspace_had_units_of_this_kind_keeps_its_units() {
    let bench = Bench::start().await;
    bench.launch_in("salesforce", "UTC", json!({ "targeting": {} })).await;
    bench.account(json!({ "unit_id": "acme.com", "aliases": ["001500000Gv7qJ1"] })).await;
    let (body, _) = assign(&bench, json!({ "unit_id": "001500000Gv7qJ1" })).await;
    assert_eq!(body["unit_id"].as_str().unwrap().len(), 18, "the domain is not a unit of this test");
}

#[tokio::test]
async fn without_the_directory_no_unit_is_assigned_under_another_id() {
    let bench = with_acme().await;
    let accounts = bellwether::store::schema::TableName::Accounts.in_deployment("bench");
    bench.database().delete_table().table_name(accounts).send().await.unwrap();
    let event = bench.event("assign-variant", Role::Service).await;
    let answer = bench.call(FUNCTION, with_body(event, &json!({ "unit_id": "0015" }))).await;
    assert!(answer.status >= 500, "{}", answer.body);
    assert_eq!(bench.rows().await, 0);
}
