//! Batches whose items take a long time.

use super::*;

/// Works for 10 ms without waiting.
async fn work(Unscreened(item): Unscreened) -> Result<Value, Problem> {
    std::thread::sleep(Duration::from_millis(10));
    Ok(item)
}

#[tokio::test]
async fn busy_items_stop_at_the_deadline_and_let_other_tasks_run() {
    let items = (0..MOST).map(|n| Unscreened(json!({ "unit_id": n }))).collect();
    let deadline = Instant::now() + Duration::from_millis(105);
    let others = async {
        let mut turns = 0;
        while Instant::now() < deadline {
            turns += 1;
            yield_now().await;
        }
        turns
    };
    let prepared = Batch::Many(items).prepare("unit_id", deadline, Ok).await;
    let run = prepared.run("assignments", "unit_id", deadline, work);
    let (answer, turns) = tokio::join!(run, others);
    let answer = answer.unwrap();
    let late = answer["assignments"].as_array().unwrap().iter().filter(|item| item["problem"].is_object());
    let late: Vec<&Value> = late.map(|item| &item["problem"]["status"]).collect();
    assert!(late.len() >= MOST - AT_ONCE && late.iter().all(|status| **status == 503), "{}", late.len());
    assert!(turns > 1, "other tasks ran {turns} times");
}
