//! A function that ends at any of its calls, before or after the call takes effect. Each notice must still be
//! received at least once, under one id.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use testing::faults::{Fate, Proxy};
use testing::receiver::Receiver;

use super::notices::{decided, event_of, ids};
use super::*;

/// Returns the fates of calls that pass until the call numbered `last`, which has the fate `end`. All later
/// ones are lost, because the process is gone.
fn until(calls: Arc<AtomicUsize>, last: usize, end: Fate) -> impl FnMut() -> Fate + Send {
    move || match calls.fetch_add(1, Relaxed) {
        call if call < last => Fate::Pass,
        call if call == last => end,
        _ => Fate::Drop,
    }
}

/// Runs the function for a decided test, which ends at the call numbered `last`. Returns whether the run came
/// to its end before, and the events that were received after the next run for the test and of the schedule.
async fn crashed_at(last: usize, end: Fate) -> (bool, Vec<String>) {
    let (bench, receiver) = (Bench::start().await, Receiver::start().await);
    let test = decided(&bench, "pricing-page").await;
    let calls = Arc::new(AtomicUsize::new(0));
    let dynamodb = Proxy::start(bench.endpoint(), until(calls.clone(), last, end)).await;
    let services = Proxy::start(&receiver.url, until(calls.clone(), last, end)).await;
    let crashing = bench.reporting_to(&dynamodb.url, &services.url).await;
    let _ = crashing.invoke(FUNCTION, &event_of(&test)).await;
    bench.pass(300);
    let restarted = bench.reporting_to(bench.endpoint(), &receiver.url).await;
    restarted.invoke(FUNCTION, &event_of(&test)).await.unwrap();
    restarted.invoke(FUNCTION, &json!({ "source": "aws.scheduler" })).await.unwrap();
    assert_eq!(bench.app.store.outbox.waiting().await.unwrap(), [], "call {last}, {end:?}");
    (calls.load(Relaxed) <= last, ids(&receiver))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_call_loses_no_notice_and_a_repeated_one_has_the_same_id() {
    let mut counts = BTreeSet::new();
    for end in [Fate::Drop, Fate::Lose] {
        // The reads of the rows are alike, so only the first of them is tried.
        for last in (0..4).chain(18..) {
            let (has_ended, ids) = Box::pin(crashed_at(last, end)).await;
            assert!(!ids.is_empty(), "call {last}, {end:?}: no event");
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1, "call {last}, {end:?}: {ids:?}");
            counts.insert(ids.len());
            if has_ended {
                assert!(last > 20, "there are more calls than {last}");
                break;
            }
        }
    }
    assert_eq!(counts.first(), Some(&1));
    assert!(counts.len() > 1, "after some crashes, a notice is received twice");
}
