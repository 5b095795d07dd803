//! The list of a workspace's live tests follows every change of status, and a stopped test leaves it by itself.

use bellwether::store::schema::{self, TableName};
use domain::experiment::Workspace;
use serde_json::{Value, json};
use testing::{Bench, acme};

/// The longest window of the sample test, in seconds.
const WINDOW: i64 = 90 * 86_400;

async fn live(bench: &Bench) -> Vec<String> {
    let bench = bench.cold().await;
    let tests = bench.app.store.experiments.live(&acme(), bench.app.clock.now()).await.unwrap();
    tests.iter().map(|test| test.definition.test_id.to_string()).collect()
}

#[tokio::test]
async fn running_paused_shipped_and_freshly_stopped_tests_are_live() {
    let bench = Bench::start().await;
    let steps: [(&str, &[Value]); 6] = [
        ("b-running", &[]),
        ("c-paused", &[json!({ "status": "paused" })]),
        ("d-stopped", &[json!({ "status": "stopped" })]),
        ("a-shipped", &[json!({ "status": "shipped", "winner": "calculator" })]),
        ("archived", &[json!({ "status": "stopped" }), json!({ "status": "archived" })]),
        ("resumed", &[json!({ "status": "stopped" }), json!({ "status": "running", "start": "resume" })]),
    ];
    for (name, patches) in steps {
        let mut test = bench.launch(json!({ "test_id": name })).await;
        for patch in patches {
            let mut patch = patch.clone();
            patch["revision"] = json!(test.revision);
            test = bench.change(&test, patch).await;
        }
    }
    assert_eq!(live(&bench).await, ["a-shipped", "b-running", "c-paused", "d-stopped", "resumed"]);
    let globex = Workspace::parse("globex").unwrap();
    let others = bench.app.store.experiments.live(&globex, bench.app.clock.now()).await.unwrap();
    assert!(others.is_empty(), "another workspace sees none");
}

#[tokio::test]
async fn a_stopped_test_leaves_the_list_without_a_write_when_its_longest_window_ends() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "test_id": "ends" })).await;
    bench.change(&test, json!({ "revision": test.revision, "status": "stopped" })).await;
    let before = bench.items(TableName::Tests).await;
    bench.pass(WINDOW - 60);
    assert_eq!(live(&bench).await, ["ends"]);
    bench.pass(120);
    assert!(live(&bench).await.is_empty());
    assert_eq!(bench.items(TableName::Tests).await, before, "nothing was written");
}

#[tokio::test]
async fn the_list_costs_a_query_and_a_read_of_the_definitions_once_in_30_seconds() {
    let bench = Bench::start().await;
    for name in ["one", "two"] {
        bench.launch(json!({ "test_id": name })).await;
    }
    let store = &bench.app.store;
    let calls = async || {
        let before = store.meter.read();
        store.experiments.live(&acme(), bench.app.clock.now()).await.unwrap();
        store.meter.read().calls - before.calls
    };
    assert_eq!((calls().await, calls().await), (2, 0));
    bench.pass(31);
    assert_eq!(calls().await, 2);
    let test = bench.launch(json!({ "test_id": "three" })).await;
    bench.change(&test, json!({ "revision": test.revision, "status": "paused" })).await;
    assert_eq!(calls().await, 2, "a change by this instance ends its list");
}

#[tokio::test]
async fn a_table_of_an_earlier_version_gets_the_missing_index() {
    let bench = Bench::start().await;
    let database = bench.database();
    let older = aws_sdk_dynamodb::types::GlobalSecondaryIndexUpdate::builder()
        .delete(
            aws_sdk_dynamodb::types::DeleteGlobalSecondaryIndexAction::builder()
                .index_name(schema::LIVE)
                .build()
                .unwrap(),
        )
        .build();
    let table = "bench-tests";
    database.update_table().table_name(table).global_secondary_index_updates(older).send().await.unwrap();
    bench.launch(json!({ "test_id": "later" })).await;
    bench.app.store.experiments.live(&acme(), bench.app.clock.now()).await.unwrap_err();
    schema::create_all(&database, "bench").await.unwrap();
    assert_eq!(live(&bench).await, ["later"]);
}
