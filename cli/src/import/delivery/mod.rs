//! Sends items in batches, some at the same time, until each has a result.
//!
//! [`batches`] divides the items, [`judge`] interprets answers, and [`worker`] sends a batch until it is done.

pub mod batches;
pub mod judge;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::Failure;
use crate::client::Client;

/// Where items are sent, and how long.
#[derive(Debug, Clone)]
pub struct Route {
    /// The path.
    pub path: String,
    /// The member of the request with the items.
    pub request: &'static str,
    /// The member of the answer with their results.
    pub answer: &'static str,
    /// The number of requests at the same time.
    pub concurrency: usize,
    /// The time for which a batch is sent again.
    pub retry_for: Duration,
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The server's answer.
    Answered(Value),
    /// The server does not take it; this is the reason.
    Refused(String),
    /// It was not sent, or it is not known whether it arrived; this is the reason.
    Unsent(String),
}

/// Something to report.
#[derive(Debug)]
pub enum News {
    /// What became of the item with this index.
    Settled(usize, Fate),
    /// A batch waits to be sent again; this is the reason.
    Waiting(String),
}

/// The state that the workers share.
struct Shared<'a> {
    client: &'a Client,
    route: &'a Route,
    items: &'a [Value],
    stopped: Mutex<Option<Failure>>,
}

impl Shared<'_> {
    fn stopped(&self) -> Option<Failure> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops all workers. The first reason remains.
    fn stop(&self, failure: Failure) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
    }
}

/// Sends all items and reports what became of each, in any order.
///
/// # Errors
/// When the server does not accept any item, or cannot be reached for too long. Each item is reported before.
pub fn deliver(
    client: &Client,
    route: &Route,
    items: &[Value],
    mut report: impl FnMut(News),
) -> Result<(), Failure> {
    let shared = Shared { client, route, items, stopped: Mutex::new(None) };
    let batches = batches::batches(items);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, news) = channel();
        for _ in 0..route.concurrency.min(batches.len()) {
            let sender: Sender<News> = sender.clone();
            let (shared, batches, next) = (&shared, &batches, &next);
            scope.spawn(move || {
                while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                    worker::send(shared, batch.clone().collect(), &sender);
                }
            });
        }
        drop(sender);
        news.into_iter().for_each(&mut report);
    });
    shared.stopped().map_or(Ok(()), Err)
}
