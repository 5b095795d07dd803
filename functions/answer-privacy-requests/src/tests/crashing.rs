//! A run that ends at any of its calls, before or after the call takes effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use testing::faults::{Fate, Proxy};

use super::*;

/// Calls pass until the one numbered `last`, which has the fate `end`. All later ones are lost.
fn until(calls: Arc<AtomicUsize>, last: usize, end: Fate) -> impl FnMut() -> Fate + Send {
    move || match calls.fetch_add(1, Relaxed) {
        call if call < last => Fate::Pass,
        call if call == last => end,
        _ => Fate::Drop,
    }
}

/// Erases an account in a run that ends at the call numbered `last`, and then in another run. Returns whether the first
/// run came to its end.
async fn crashed_at(last: usize, end: Fate) -> bool {
    let bench = Bench::start().await;
    let test = overridden(&bench, "pricing").await;
    record(&bench, &test, "acme.com", "calculator").await;
    record(&bench, &test, "beta.com", "control").await;
    let request = request(&bench, Kind::Erasure, &["acme.com"]).await;
    bench.pass(60);
    let calls = Arc::new(AtomicUsize::new(0));
    let proxy = Proxy::start(bench.endpoint(), until(calls.clone(), last, end)).await;
    let _ = bench.by_way_of(&proxy.url).await.invoke(FUNCTION, &serde_json::from_str(EVENT).unwrap()).await;
    run(&bench).await;
    let done = stored(&bench, &request).await;
    assert_eq!(done.state, State::Done, "call {last}, {end:?}");
    assert!(!content(&bench).await.contains("acme.com"), "call {last}, {end:?}");
    let receipt = payload(&done);
    assert_eq!(receipt["erased"], json!({ "events": 2, "tests": 2 }), "call {last}, {end:?}");
    let now = bench.app.store.experiments.get(&acme(), &test.definition.test_id).await.unwrap().unwrap();
    assert_eq!(totals(&bench, &now).await.erased_by_arm(), [0, 1], "call {last}, {end:?}");
    calls.load(Relaxed) <= last
}

fn payload(done: &PrivacyRequest) -> Value {
    forms::payload(done.receipt.as_deref().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_ends_at_any_call_completes_on_repetition_and_counts_nothing_twice() {
    for end in [Fate::Drop, Fate::Lose] {
        let mut last = 0;
        while !Box::pin(crashed_at(last, end)).await {
            last += 1;
        }
        assert!(last > 12, "there are more calls than {last}");
    }
}
