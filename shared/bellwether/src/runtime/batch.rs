//! A request with one item or a list of up to 100. In a list, the failure of an item is reported at its index
//! in the response and does not affect the others.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use super::body::Unscreened;
use crate::http::problem::Problem;
use domain::validation::escape;
use screen::visible;

/// The maximum number of items in a batch.
const MOST: usize = 100;
/// The maximum number of items that are processed concurrently.
const AT_ONCE: usize = 16;
/// The time from the beginning of the request after which items that are not done get 503. The rest of the
/// budget is for the response.
const TIME: Duration = Duration::from_millis(2_200);

/// The time before that deadline at which a lookup for all items ends, so that the items that do not need it finish.
pub const RESERVE: Duration = Duration::from_secs(1);

/// The time at which the items of a request that began at `began` must be done.
#[must_use]
pub fn deadline(began: Instant) -> Instant {
    began + TIME
}

/// The items of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Batch {
    /// One item: the body itself.
    One(Unscreened),
    /// The items of a list.
    Many(Vec<Unscreened>),
}

impl Batch {
    /// Distinguishes a list under `name` from a single item.
    ///
    /// # Errors
    /// 422 for a list that is empty or longer than 100, is not a list, or is combined with other fields.
    pub fn parse(body: Unscreened, name: &str) -> Result<Self, Problem> {
        let Value::Object(mut fields) = body.0 else { return Ok(Self::One(body)) };
        let pointer = format!("/{name}");
        match fields.remove(name) {
            None => Ok(Self::One(Unscreened(Value::Object(fields)))),
            Some(Value::Array(items)) if (1..=MOST).contains(&items.len()) => match fields.keys().next() {
                None => Ok(Self::Many(items.into_iter().map(Unscreened).collect())),
                Some(other) => {
                    let pointer = format!("/{}", escape(other));
                    Err(Problem::field(pointer, format!("cannot be combined with {name}")))
                }
            },
            Some(_) => Err(Problem::field(pointer, format!("must be a list of 1 to {MOST}"))),
        }
    }

    /// The number of items.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(items) => items.len(),
        }
    }

    /// Parses all items one after the other, which needs only processor time. Between items, other tasks can
    /// run. After `deadline`, the remaining items are unavailable. `id` is the field that identifies an item.
    pub async fn prepare<T>(
        self,
        id: &str,
        deadline: Instant,
        read: impl Fn(Unscreened) -> Result<T, Problem>,
    ) -> Prepared<T> {
        let named = |item: Unscreened| (item.0.get(id).map(visible).unwrap_or_default(), Ok(item));
        let items = match self {
            Self::One(item) => Prepared::One(Ok(item)),
            Self::Many(items) => Prepared::Many(items.into_iter().map(named).collect()),
        };
        items.refine(deadline, read).await
    }
}

/// Parsed items, or the reasons why they are refused.
pub enum Prepared<T> {
    /// One item.
    One(Result<T, Problem>),
    /// The items of a list in the order of the request, with their ids.
    Many(Vec<(Value, Result<T, Problem>)>),
}

impl<T> Prepared<T> {
    /// The items that are not refused.
    pub fn items(&self) -> impl Iterator<Item = &T> {
        let (one, many) = match self {
            Self::One(item) => (Some(item), None),
            Self::Many(items) => (None, Some(items.iter().map(|(_, item)| item))),
        };
        one.into_iter().chain(many.into_iter().flatten()).filter_map(|item| item.as_ref().ok())
    }

    /// Parses the items that are not refused further, as [`Batch::prepare`] does.
    pub async fn refine<U>(self, deadline: Instant, read: impl Fn(T) -> Result<U, Problem>) -> Prepared<U> {
        let items = match self {
            Self::One(item) => return Prepared::One(item.and_then(read)),
            Self::Many(items) => items,
        };
        let mut refined = Vec::with_capacity(items.len());
        for (named, item) in items {
            let in_time = if Instant::now() < deadline { Ok(()) } else { Err(late()) };
            refined.push((named, item.and_then(|item| in_time.and_then(|()| read(item)))));
            yield_now().await;
        }
        Prepared::Many(refined)
    }

    /// Processes all items, 16 at a time, and returns the response body: the result of a single item, or a
    /// list under `list_name` in the order of the request. A failed item is a problem with its `id` field.
    ///
    /// # Errors
    /// The problem of a single item. For a batch, 503 if every item failed with it.
    pub async fn run<F>(
        self,
        list_name: &str,
        id: &str,
        deadline: Instant,
        work: impl Fn(T) -> F,
    ) -> Result<Value, Problem>
    where
        F: Future<Output = Result<Value, Problem>>,
    {
        let items = match self {
            Self::One(item) => return work(item?).await,
            Self::Many(items) => items,
        };
        let (ids, items): (Vec<Value>, Vec<_>) = items.into_iter().unzip();
        let under_way = items.into_iter().map(|item| {
            let item = item.map(&work);
            async move {
                let item = item?;
                // An item may need processor time without waiting. Between two items, other tasks can run and
                // the deadline is checked.
                yield_now().await;
                if Instant::now() >= deadline {
                    return Err(late());
                }
                timeout_at(deadline, item).await.unwrap_or_else(|_| Err(late()))
            }
        });
        let outcomes: Vec<_> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
        let down = |outcome: &Result<_, Problem>| match outcome {
            Err(Problem::Unavailable(cause)) => Some(cause.clone()),
            _ => None,
        };
        let causes: Vec<String> = outcomes.iter().filter_map(down).collect();
        if causes.len() == outcomes.len() {
            return Err(Problem::Unavailable(causes.into_iter().next().unwrap_or_default()));
        }
        for (problem, cause) in
            outcomes.iter().filter_map(|o| o.as_ref().err()).filter_map(|p| Some((p, p.cause()?)))
        {
            tracing::error!(problem = problem.kind(), cause, "an item of a batch failed");
        }
        let place = |(outcome, named): (Result<Value, Problem>, Value)| {
            outcome.unwrap_or_else(|problem| json!({ id: named, "problem": problem.document() }))
        };
        let list: Vec<Value> = outcomes.into_iter().zip(ids).map(place).collect();
        Ok(json!({ list_name: list }))
    }
}

fn late() -> Problem {
    Problem::Unavailable("an item of a batch was not processed in time".to_owned())
}
