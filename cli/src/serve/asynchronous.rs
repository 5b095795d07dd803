//! Runs the invocations that the embedded Lambda has accepted, two at a time: the embedded database processes
//! one request at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;

use super::cloud::lambda::Invocation;
use super::fleet::Fleet;

const SIDE_BY_SIDE: usize = 2;

/// Invokes functions until there are no more invocations. Prints each failure on one line.
pub async fn run(fleet: Arc<Fleet>, mut accepted: UnboundedReceiver<Invocation>) {
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    while let Some(Invocation { function, event }) = accepted.recv().await {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let fleet = fleet.clone();
        tokio::spawn(async move {
            match fleet.event(&function, &event).await {
                Ok(done) if done["failed"].as_u64().is_some_and(|failed| failed > 0) => {
                    let test = event["test_id"].as_str().unwrap_or_default();
                    eprintln!("the test {test} could not be aggregated; the log has the cause");
                }
                Ok(_) => {}
                Err(failure) => eprintln!("{failure}"),
            }
            drop(place);
        });
    }
}
