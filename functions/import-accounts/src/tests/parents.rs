//! Tests of parents.

use serde_json::json;
use testing::Bench;

use super::{accounts, import};

#[tokio::test]
async fn a_parent_is_named_by_any_name_and_must_be_in_the_directory() {
    let bench = Bench::start().await;
    let refused = import(&bench, json!({ "unit_id": "sub.com", "parent": "group.com" })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (422, &json!("/parent")));
    let batch = json!({ "accounts": [
        { "unit_id": "group.com", "aliases": ["G1"] }, { "unit_id": "sub.com", "parent": "G1" } ] });
    let body = import(&bench, batch).await.body;
    assert_eq!(body["accounts"][1]["outcome"], "created", "{body}");
    assert_eq!(accounts(&bench).await[1]["parent"], "group.com");
}

#[tokio::test]
async fn a_cycle_and_a_ninth_level_are_refused() {
    let bench = Bench::start().await;
    import(&bench, json!({ "unit_id": "0" })).await;
    for level in 1..8 {
        let own = json!({ "unit_id": level.to_string(), "parent": (level - 1).to_string() });
        assert_eq!(import(&bench, own).await.status, 200, "{level}");
    }
    for (unit, parent) in [("8", "7"), ("0", "7"), ("3", "3")] {
        let refused = import(&bench, json!({ "unit_id": unit, "parent": parent })).await;
        let found = (refused.status, &refused.body["errors"][0]["pointer"]);
        assert_eq!(found, (422, &json!("/parent")), "{unit} below {parent}");
    }
}
