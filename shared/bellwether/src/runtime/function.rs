//! A Lambda function: the operations that it handles, and its events that do not come through API Gateway.

use std::future::ready;
use std::time::Duration;

use futures_util::future::BoxFuture;
use lambda_http::Request;
use serde_json::Value;

use super::declared::{as_declared, same};
use super::endpoint::{Endpoint, run};
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::operations::{BUDGET, Operation, routing};
use crate::store::reach::Keyed;
use domain::clock::Timestamp;

/// Handles a request.
pub type Handler = for<'a> fn(&'a App, Request) -> BoxFuture<'a, Result<Reply, Problem>>;

/// Handles an event that is not an HTTP request. Returns None for an unknown event.
pub type EventHandler =
    for<'a> fn(&'a App, Value, Invocation) -> BoxFuture<'a, Option<Result<Value, Problem>>>;

/// Lambda's information about an invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's id of the invocation.
    pub request_id: String,
    /// When Lambda ends the invocation.
    pub deadline: Timestamp,
}

/// An operation with its handler.
#[derive(Debug, Clone, Copy)]
pub struct Handled {
    operation: &'static Operation,
    handler: Handler,
}

impl Handled {
    /// The operation that `E` handles. Compilation checks the types of `E` against the declaration.
    #[must_use]
    pub const fn by<E: Endpoint>() -> Self {
        const { as_declared::<E>() }
        Self { operation: E::OPERATION, handler: |app, request| Box::pin(run::<E>(app, request)) }
    }
}

/// A Lambda function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub(super) name: &'static str,
    endpoints: &'static [Handled],
    /// Handles requests that belong to none of its operations.
    other: Handler,
    pub(super) event_handler: Option<EventHandler>,
    pub(super) first_read: Option<Keyed>,
}

/// The operation and the handler of a request.
pub(super) struct Resolved {
    pub(super) operation: Option<&'static Operation>,
    pub(super) handler: Handler,
    pub(super) budget: Duration,
}

impl Function {
    /// Creates a function that handles these operations.
    ///
    /// # Panics
    /// When there are none, or they belong to several functions. In a constant, this is a compile error.
    #[must_use]
    pub const fn of(endpoints: &'static [Handled]) -> Self {
        let name = endpoints[0].operation.function;
        let mut place = 0;
        while place < endpoints.len() {
            assert!(same(endpoints[place].operation.function, name), "operations of two functions");
            place += 1;
        }
        Self { name, endpoints, other: nothing, event_handler: None, first_read: None }
    }

    /// Creates a function `name` that handles no requests, only events under IAM.
    #[must_use]
    pub const fn on_events(name: &'static str, event_handler: EventHandler) -> Self {
        Self { name, endpoints: &[], other: nothing, event_handler: Some(event_handler), first_read: None }
    }

    /// Creates a function `name` that handles every request.
    #[must_use]
    pub const fn on_everything(name: &'static str, handler: Handler) -> Self {
        Self { name, endpoints: &[], other: handler, event_handler: None, first_read: None }
    }

    /// Adds a handler of events under IAM, which do not come through API Gateway.
    #[must_use]
    pub const fn with_events(self, event_handler: EventHandler) -> Self {
        Self { event_handler: Some(event_handler), ..self }
    }

    /// Opens the connection to DynamoDB before the first request, with a read of `table`, which the function's
    /// role must allow.
    #[must_use]
    pub const fn reading(self, table: Keyed) -> Self {
        Self { first_read: Some(table), ..self }
    }

    /// The table that it reads before the first request.
    #[must_use]
    pub const fn first_read(&self) -> Option<Keyed> {
        self.first_read
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The operations that it handles.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        self.endpoints.iter().map(|endpoint| endpoint.operation)
    }

    pub(super) fn target(&self, request: &Request) -> Resolved {
        let (method, path) = (request.method().as_str(), request.uri().path());
        let has = |handled: &&Handled| handled.operation.method == method;
        let found = match self.endpoints {
            // API Gateway has already matched the path, in any encoding.
            [only] => Some(only).filter(has),
            several => several.iter().filter(has).find(|handled| routing::is_at(handled.operation, path)),
        };
        match found {
            Some(Handled { operation, handler }) => {
                Resolved { operation: Some(operation), handler: *handler, budget: operation.budget }
            }
            None => Resolved { operation: None, handler: self.other, budget: BUDGET },
        }
    }
}

fn nothing(_: &App, _: Request) -> BoxFuture<'_, Result<Reply, Problem>> {
    Box::pin(ready(Err(Problem::NotFound)))
}
