//! Tests of merges.

use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::{Answer, Bench, at, with_body};

use super::{accounts, import};
use crate::FUNCTION;

async fn event(bench: &Bench) -> Value {
    at(bench.event("import-accounts", Role::Admin).await, "POST", "/accounts/merge")
}

async fn merge(bench: &Bench, from: &str, into: &str) -> Answer {
    let event = event(bench).await;
    bench.call(FUNCTION, with_body(event, &json!({ "from": from, "into": into }))).await
}

async fn three() -> Bench {
    let bench = Bench::start().await;
    let batch = json!({ "accounts": [
        { "unit_id": "a", "aliases": ["a1"], "attributes": { "size": 1, "x": 1 } },
        { "unit_id": "b", "aliases": ["b1"], "attributes": { "size": 2 }, "parent": "a" },
        { "unit_id": "c" } ] });
    import(&bench, batch).await;
    bench
}

#[tokio::test]
async fn a_merged_account_answers_to_all_names_and_a_repetition_changes_nothing() {
    let bench = three().await;
    let merged = json!({ "from": "a1", "into": "b", "outcome": "merged" });
    assert_eq!(merge(&bench, "a1", "b").await.body, merged);
    for from in ["a1", "a"] {
        assert_eq!(merge(&bench, from, "b").await.body["outcome"], "unchanged");
    }
    let stored = accounts(&bench).await;
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0]["aliases"], json!(["a", "a1", "b1"]));
    assert_eq!(stored[0]["attributes"], json!({ "size": 2, "x": 1 }));
    assert_eq!(stored[0].get("parent"), None, "no account is its own parent");
    let found = import(&bench, json!({ "unit_id": "a1" })).await.body;
    assert_eq!(found, json!({ "unit_id": "b", "outcome": "unchanged" }));
}

#[tokio::test]
async fn a_chain_of_merges_ends_in_one_account_and_a_cycle_is_refused() {
    let bench = three().await;
    merge(&bench, "a", "b").await;
    assert_eq!(merge(&bench, "b", "c").await.body["outcome"], "merged");
    let stored = accounts(&bench).await;
    assert_eq!((stored.len(), &stored[0]["aliases"]), (1, &json!(["a", "a1", "b", "b1"])));
    for (from, into) in [("c", "a"), ("a", "b"), ("c", "c")] {
        assert_eq!(merge(&bench, from, into).await.status, 409, "{from} into {into}");
    }
    let apart = import(&bench, json!({ "unit_id": "c", "remove_aliases": ["a"] })).await;
    assert_eq!(apart.body["outcome"], "changed");
    assert_eq!(import(&bench, json!({ "unit_id": "a" })).await.body["outcome"], "created");
}

#[tokio::test]
async fn a_merge_of_an_unknown_account_fails_in_its_place() {
    let bench = three().await;
    let event = event(&bench).await;
    let batch = json!({ "merges": [{ "from": "x", "into": "c" }, { "from": "a", "into": "c" }, { "from": "c", "into": "y" }] });
    let body: Value = bench.call(FUNCTION, with_body(event, &batch)).await.body;
    assert_eq!(body["merges"][0]["problem"]["errors"][0]["pointer"], "/from");
    assert_eq!(body["merges"][1]["outcome"], "merged");
    assert_eq!(body["merges"][2]["problem"]["errors"][0]["pointer"], "/into");
}

#[tokio::test]
async fn a_merge_that_would_make_an_account_its_own_grandparent_is_refused() {
    let bench = three().await;
    import(&bench, json!({ "unit_id": "c", "parent": "b" })).await;
    let refused = merge(&bench, "a", "c").await;
    assert_eq!(refused.status, 409, "{:?}", refused.body);
    import(&bench, json!({ "unit_id": "b", "parent": null })).await;
    assert_eq!(merge(&bench, "a", "c").await.status, 200);
}
