//! The schedules: invoke functions at an interval, as `EventBridge` Scheduler does in AWS.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::fleet::Fleet;

/// The function that aggregates running tests.
const AGGREGATION: &str = "summarize-tests";
/// The function that answers privacy requests.
const PRIVACY: &str = "answer-privacy-requests";

/// How soon after the start the first run is.
const FIRST: Duration = Duration::from_secs(5);

/// Invokes the functions at an interval. Prints each failure on one line.
pub async fn run(fleet: Arc<Fleet>, every: Duration) {
    let mut ticks = interval_at(Instant::now() + every.min(FIRST), every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(failure) = fleet.event(PRIVACY, &event(PRIVACY)).await {
            eprintln!("the privacy requests could not be answered: {failure}");
        }
        match fleet.event(AGGREGATION, &event(AGGREGATION)).await {
            Ok(done) => {
                if let Some(failed) = done["failed"].as_u64().filter(|failed| *failed > 0) {
                    eprintln!("{failed} running tests could not be aggregated; the log has the cause");
                }
            }
            Err(failure) => eprintln!("the running tests could not be aggregated: {failure}"),
        }
    }
}

/// Returns the event of a function's schedule.
fn event(function: &str) -> Value {
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": String::from(bellwether::clock::Clock::system().now()),
        "region": "eu-central-1",
        "resources": [format!("arn:aws:scheduler:eu-central-1:000000000000:schedule/default/bellwether-{function}")],
        "detail": "{}",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_has_the_names_of_the_sample() {
        for (function, sample) in [
            (AGGREGATION, include_str!("../../../events/summarize-tests.json")),
            (PRIVACY, include_str!("../../../events/answer-privacy-requests.json")),
        ] {
            let sample: Value = serde_json::from_str(sample).unwrap();
            let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&event(function)), names(&sample));
        }
    }
}
