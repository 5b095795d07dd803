//! Tests of the notices that a run stores and sends.

use domain::results::looks::Watched;
use testing::receiver::Receiver;

use super::*;

/// Gives a new test units past their window that decide it: 1 of 20 converts in control, 19 of 20 in the other variant.
/// One count has found the units, so the next one is a look.
pub(super) async fn decided(bench: &Bench, test_id: &str) -> Experiment {
    let goals = json!([{ "key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 1 }]);
    let plan = json!({ "test_id": test_id, "targeting": {}, "goals": goals, "planned_units": 40 });
    let test = bench.launch(plan).await;
    for n in 0..40 {
        let (variant, converts) = if n < 20 { ("control", n < 1) } else { ("calculator", n < 39) };
        assign(bench, &test, &format!("unit-{n}"), variant, converts).await;
    }
    bench.pass(86_400 + 10);
    super::super::count::count(&bench.app, &acme(), &test.definition.test_id).await.unwrap();
    bench.pass(60);
    test
}

/// The event for one test.
pub(super) fn event_of(test: &Experiment) -> Value {
    json!({ "workspace": "acme", "test_id": test.definition.test_id })
}

/// The ids of the events that a receiver has accepted.
pub(super) fn ids(receiver: &Receiver) -> Vec<String> {
    let events = receiver.seen().events;
    events.iter().map(|event| event["Detail"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_decision_is_sent_once_as_a_cloud_event() {
    let (bench, receiver) = (Bench::start().await, Receiver::start().await);
    let test = decided(&bench, "pricing-page-q4").await;
    let running = bench.reporting_to(bench.endpoint(), &receiver.url).await;
    for sent in [1, 0, 0] {
        let done = running.invoke(FUNCTION, &event_of(&test)).await.unwrap();
        assert_eq!((&done["aggregated"], &done["sent"]), (&json!(1), &json!(sent)));
        bench.pass(300);
    }
    let seen = receiver.seen().events;
    let [event] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(
        (&event["EventBusName"], &event["Source"], &event["DetailType"]),
        (&json!("bench"), &json!("bellwether"), &json!("decided"))
    );
    let detail = &event["Detail"];
    assert_eq!(detail["source"], "https://issuer.example/v1/tests/pricing-page-q4");
    assert_eq!(detail["time"], "2026-11-22T10:01:10.25Z");
    assert_eq!(
        detail["data"],
        json!({ "workspace": "acme", "test_id": "pricing-page-q4", "phase": 1, "kind": "decided",
                "decision": "ship", "variant": "calculator",
                "message": "Ship calculator: it is better than control." })
    );
    assert_eq!(bench.app.store.outbox.waiting().await.unwrap(), []);
}

#[tokio::test]
async fn notices_that_the_bus_refuses_are_sent_by_the_next_run() {
    let (bench, receiver) = (Bench::start().await, Receiver::start().await);
    for name in ["a", "b", "c"] {
        decided(&bench, name).await;
    }
    assert_eq!(summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap().aggregated, 3);
    let waiting: Vec<_> =
        bench.app.store.outbox.waiting().await.unwrap().into_iter().map(|notice| notice.id).collect();
    assert_eq!(waiting.len(), 3);
    let running = bench.reporting_to(bench.endpoint(), &receiver.url).await;
    receiver.refuse(2);
    let schedule = json!({ "source": "aws.scheduler" });
    assert!(running.invoke(FUNCTION, &schedule).await.is_err(), "the run fails, which sets off its alarm");
    assert_eq!((ids(&receiver).len(), bench.app.store.outbox.waiting().await.unwrap().len()), (1, 2));
    assert_eq!(running.invoke(FUNCTION, &schedule).await.unwrap()["sent"], 2);
    let mut sent = ids(&receiver);
    sent.sort();
    let mut expected = waiting;
    expected.sort();
    assert_eq!(sent, expected, "each once");
    assert_eq!(bench.app.store.outbox.waiting().await.unwrap(), []);
}

#[tokio::test]
async fn without_a_bus_a_notice_is_a_line_in_the_log() {
    let bench = Bench::start().await;
    let test = decided(&bench, "local").await;
    let done = bench.invoke(FUNCTION, &event_of(&test)).await.unwrap();
    assert_eq!((&done["aggregated"], &done["sent"]), (&json!(1), &json!(1)));
    assert_eq!(bench.app.store.outbox.waiting().await.unwrap(), []);
}

#[tokio::test]
async fn a_report_that_is_older_than_the_stored_one_stores_no_notice() {
    let bench = Bench::start().await;
    let test = decided(&bench, "late").await;
    let before = bench.app.store.summaries.latest(&acme(), &test).await.unwrap();
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), &test, None, now).await.unwrap().unwrap();
    let report = Report::new(&test, &totals, now, None, &Watched::default());
    bench.pass(1);
    store_report(&bench, &test, 7).await;
    assert_eq!(bench.app.store.summaries.store(&acme(), &test, &report, &before.notices).await.unwrap(), 0);
    assert_eq!(bench.app.store.outbox.waiting().await.unwrap(), []);
    assert_eq!(stored_report(&bench, &test).await.unwrap()["units"]["control"], 7);
}
