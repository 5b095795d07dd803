//! Tests of requests at the same time.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use testing::Bench;

use super::{accounts, import};

#[tokio::test]
async fn two_accounts_never_get_the_same_alias() {
    let bench = Bench::start().await;
    import(&bench, json!({ "unit_id": "first.com" })).await;
    let own = |n: usize| json!({ "unit_id": format!("{n}.com"), "aliases": ["shared", n.to_string()] });
    let answers = join_all((0..6).map(|n| import(&bench, own(n)))).await;
    let taken: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(taken.iter().filter(|status| **status == 200).count(), 1, "{taken:?}");
    assert_eq!(taken.iter().filter(|status| **status == 409).count(), 5, "{taken:?}");
    assert_eq!(accounts(&bench).await.len(), 2, "nothing of a refused account is stored");
}

#[tokio::test]
async fn changes_of_one_account_at_the_same_time_are_all_made() {
    let bench = Bench::start().await;
    import(&bench, json!({ "unit_id": "a" })).await;
    let own = |n: usize| json!({ "unit_id": "a", "aliases": [format!("alias {n}")] });
    let answers = join_all((0..5).map(|n| import(&bench, own(n)))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let stored = accounts(&bench).await;
    assert_eq!((stored[0]["aliases"].as_array().unwrap().len(), &stored[0]["revision"]), (5, &json!(6)));
}

#[tokio::test]
async fn items_of_one_account_in_a_batch_are_made_in_their_order() {
    let bench = Bench::start().await;
    let own = |n: usize| json!({ "unit_id": "a", "covariate": n });
    let batch = json!({ "accounts": (0..20).map(own).collect::<Vec<_>>() });
    let body = import(&bench, batch).await.body;
    let outcomes: BTreeSet<String> =
        body["accounts"].as_array().unwrap().iter().skip(1).map(|one| one["outcome"].to_string()).collect();
    assert_eq!(outcomes, BTreeSet::from(["\"changed\"".to_owned()]), "{body}");
    assert_eq!(accounts(&bench).await[0]["covariate"], 19.0);
}
