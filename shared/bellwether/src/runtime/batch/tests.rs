//! What a batch does when its items take long.

use super::*;

/// Works for 10 ms without waiting for anything.
async fn work(Unscreened(item): Unscreened) -> Result<Value, Problem> {
    std::thread::sleep(Duration::from_millis(10));
    Ok(item)
}

#[tokio::test]
async fn items_that_are_all_work_end_at_the_deadline_and_let_others_have_their_turn() {
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
    assert!(turns > 1, "others had {turns} turns");
}
