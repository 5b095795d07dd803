//! Sends one batch until each of its items has a result.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::judge::{Outcome, Verdict, judge};
use super::{Fate, News, Shared};
use crate::Failure;
use crate::client::{Lost, retry};

/// How often a waiting worker checks whether another one has stopped.
const SLICE: Duration = Duration::from_millis(100);

/// Sends the items with these indices.
pub fn send(shared: &Shared, batch: Vec<usize>, news: &Sender<News>) {
    let mut rest = vec![batch];
    while let Some(batch) = rest.pop() {
        if let Some(halves) = settle(shared, batch, news) {
            rest.extend(halves);
        }
    }
}

/// Sends the items until each has a result. Returns their halves if they have to be sent separately.
fn settle(shared: &Shared, mut waiting: Vec<usize>, news: &Sender<News>) -> Option<[Vec<usize>; 2]> {
    let until = Instant::now() + shared.route.retry_for;
    let mut attempt = 0;
    loop {
        if let Some(failure) = shared.stopped() {
            return report(news, waiting, |_| Fate::Unsent(format!("not sent: {failure}")));
        }
        let (wait, why) = match once(shared, &waiting) {
            Ok(Verdict::Items(outcomes)) => {
                let whys = outcomes_of(&mut waiting, outcomes, news);
                let why = whys.first().cloned()?;
                if Instant::now() + retry::wait(attempt, None) > until {
                    let mut whys = whys.into_iter();
                    return report(news, waiting, |_| Fate::Refused(whys.next().unwrap_or_default()));
                }
                (retry::wait(attempt, None), why)
            }
            Ok(Verdict::Again(wanted, why)) => (retry::wait(attempt, wanted), why),
            Ok(Verdict::Halve(why)) if waiting.len() == 1 => {
                return report(news, waiting, |_| Fate::Refused(why.clone()));
            }
            Ok(Verdict::Halve(_)) => {
                let second = waiting.split_off(waiting.len() / 2);
                return Some([second, waiting]);
            }
            Ok(Verdict::Stop(failure)) | Err(Lost::Caller(failure)) => {
                shared.stop(failure);
                continue;
            }
            Err(Lost::Connection(why)) => (retry::wait(attempt, None), why),
        };
        if Instant::now() + wait > until {
            shared.stop(Failure::new(why));
            continue;
        }
        let _ = news.send(News::Waiting(why));
        pause(shared, wait);
        attempt += 1;
    }
}

fn once(shared: &Shared, waiting: &[usize]) -> Result<Verdict, Lost> {
    let items: Vec<&Value> = waiting.iter().map(|index| &shared.items[*index]).collect();
    let answer =
        shared.client.send("POST", &shared.route.path, Some(&json!({ shared.route.request: items })))?;
    Ok(judge(answer, shared.route.answer, waiting.len()))
}

/// Reports the items that are done and leaves the others in `waiting`. Returns the reasons of these.
fn outcomes_of(waiting: &mut Vec<usize>, outcomes: Vec<Outcome>, news: &Sender<News>) -> Vec<String> {
    let mut whys = Vec::new();
    let sent = std::mem::take(waiting);
    for (index, outcome) in sent.into_iter().zip(outcomes) {
        let fate = match outcome {
            Outcome::Answered(answer) => Fate::Answered(answer),
            Outcome::Refused(why) => Fate::Refused(why),
            Outcome::Again(why) => {
                waiting.push(index);
                whys.push(why);
                continue;
            }
        };
        let _ = news.send(News::Settled(index, fate));
    }
    whys
}

fn report(
    news: &Sender<News>,
    items: Vec<usize>,
    mut fate: impl FnMut(usize) -> Fate,
) -> Option<[Vec<usize>; 2]> {
    for index in items {
        let _ = news.send(News::Settled(index, fate(index)));
    }
    None
}

fn pause(shared: &Shared, wait: Duration) {
    let until = Instant::now() + wait;
    while Instant::now() < until && shared.stopped().is_none() {
        std::thread::sleep(SLICE.min(until.saturating_duration_since(Instant::now())));
    }
}
