//! Tests of a run that invokes the function for each test.

use testing::receiver::Receiver;

use super::notices::{event_of, ids};
use super::*;

#[tokio::test]
async fn a_run_invokes_the_function_for_each_running_test_and_counts_none_itself() {
    let (bench, receiver) = (Bench::start().await, Receiver::start().await);
    let (a, b) =
        (bench.launch(json!({ "test_id": "a" })).await, bench.launch(json!({ "test_id": "b" })).await);
    let running = bench.reporting_to(bench.endpoint(), &receiver.url).await;
    let done = running.invoke(FUNCTION, &json!({ "source": "aws.scheduler" })).await.unwrap();
    assert_eq!(done, json!({ "aggregated": 0, "invoked": 2, "failed": 0, "left": 0, "sent": 0 }));
    let name = "summarize-tests:live".to_owned();
    let mut invoked = receiver.seen().invocations;
    invoked.sort_by_key(|(_, event)| event.to_string());
    assert_eq!(invoked, [(name.clone(), event_of(&a)), (name, event_of(&b))]);
    assert!(stored_report(&bench, &a).await.is_none());
    for (_, event) in &invoked {
        assert_eq!(running.invoke(FUNCTION, event).await.unwrap()["aggregated"], 1);
    }
    assert!(stored_report(&bench, &a).await.is_some() && stored_report(&bench, &b).await.is_some());
}

#[tokio::test]
async fn a_run_hands_on_a_limited_number_of_tests_and_the_next_one_continues() {
    let (bench, receiver) = (Bench::start().await, Receiver::start().await);
    for n in 0..5 {
        bench.launch(json!({ "test_id": format!("test-{n}") })).await;
    }
    let mut running = bench.reporting_to(bench.endpoint(), &receiver.url).await;
    running.app.limits.aggregation_tests = 3;
    for left in [2, 2] {
        bench.pass(300);
        let done = every(&running.app, in_minutes(&bench, 15)).await.unwrap();
        assert_eq!(done, Done { invoked: 3, left, ..Done::default() });
    }
    let events = receiver.seen().invocations.into_iter().map(|(_, event)| event.to_string());
    assert_eq!(events.collect::<std::collections::BTreeSet<_>>().len(), 5, "every test within two runs");
}

#[tokio::test]
async fn a_test_that_fails_touches_no_other_and_its_invocation_is_not_repeated() {
    let (bench, receiver) = (Bench::start().await, Receiver::start().await);
    let broken = bench.launch(json!({ "test_id": "a-broken" })).await;
    let partition = bellwether::store::key::partition(&acme(), &broken.definition.test_id, 0);
    let row = bellwether::store::item::sorted_key(partition, "an unknown kind of key");
    bench.database().put_item().table_name("bench-events").set_item(Some(row)).send().await.unwrap();
    let running = bench.reporting_to(bench.endpoint(), &receiver.url).await;
    let done = running.invoke(FUNCTION, &event_of(&broken)).await.unwrap();
    assert_eq!(done, json!({ "aggregated": 0, "invoked": 0, "failed": 1, "left": 0, "sent": 0 }));
    assert_eq!(ids(&receiver), Vec::<String>::new());
}

#[tokio::test]
async fn an_unknown_test_is_no_failure_and_a_malformed_event_is_one() {
    let bench = Bench::start().await;
    let gone = json!({ "workspace": "acme", "test_id": "gone" });
    assert_eq!(bench.invoke(FUNCTION, &gone).await.unwrap()["failed"], 0);
    let failure = bench.invoke(FUNCTION, &json!({ "test_id": "gone" })).await.unwrap_err().to_string();
    assert!(failure.contains("workspace"), "{failure}");
}

#[tokio::test]
async fn when_lambda_does_not_answer_the_tests_are_reported_as_failed() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let running = bench.reporting_to(bench.endpoint(), "http://127.0.0.1:1").await;
    let done = every(&running.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(done, Done { failed: 1, ..Done::default() });
}
