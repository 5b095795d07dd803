//! One Lambda function: the endpoints that it answers, and the events that it takes past API Gateway.

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
use domain::clock::Timestamp;

/// What is done with a request.
pub type Handler = for<'a> fn(&'a App, Request) -> BoxFuture<'a, Result<Reply, Problem>>;

/// What a function does with an event that is no HTTP request; None when it knows no such event.
pub type EventHandler =
    for<'a> fn(&'a App, Value, Invocation) -> BoxFuture<'a, Option<Result<Value, Problem>>>;

/// What Lambda says of an event.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's id of it.
    pub request_id: String,
    /// When Lambda will end it.
    pub deadline: Timestamp,
}

/// An operation with what answers it.
#[derive(Debug, Clone, Copy)]
pub struct Handled {
    operation: &'static Operation,
    handler: Handler,
}

impl Handled {
    /// The operation that `E` answers. What `E` says of itself is held to the table when it is compiled.
    #[must_use]
    pub const fn by<E: Endpoint>() -> Self {
        const { as_declared::<E>() }
        Self { operation: E::OPERATION, handler: |app, request| Box::pin(run::<E>(app, request)) }
    }
}

/// One Lambda function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub(super) name: &'static str,
    endpoints: &'static [Handled],
    /// What answers a request that is none of its operations'.
    other: Handler,
    pub(super) event_handler: Option<EventHandler>,
}

/// What a request leads to.
pub(super) struct Resolved {
    pub(super) operation: Option<&'static Operation>,
    pub(super) handler: Handler,
    pub(super) budget: Duration,
}

impl Function {
    /// The function that answers these operations.
    ///
    /// # Panics
    /// When there are none, or they are of several functions: in a constant, that does not compile.
    #[must_use]
    pub const fn of(endpoints: &'static [Handled]) -> Self {
        let name = endpoints[0].operation.function;
        let mut place = 0;
        while place < endpoints.len() {
            assert!(same(endpoints[place].operation.function, name), "operations of two functions");
            place += 1;
        }
        Self { name, endpoints, other: nothing, event_handler: None }
    }

    /// The function called `name`, which answers no requests, only events that come under IAM.
    #[must_use]
    pub const fn on_events(name: &'static str, event_handler: EventHandler) -> Self {
        Self { name, endpoints: &[], other: nothing, event_handler: Some(event_handler) }
    }

    /// The function called `name`, which answers whatever comes.
    #[must_use]
    pub const fn on_everything(name: &'static str, handler: Handler) -> Self {
        Self { name, endpoints: &[], other: handler, event_handler: None }
    }

    /// Lets it also take events that come past API Gateway, under IAM.
    #[must_use]
    pub const fn with_events(self, event_handler: EventHandler) -> Self {
        Self { event_handler: Some(event_handler), ..self }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The operations that it answers.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        self.endpoints.iter().map(|endpoint| endpoint.operation)
    }

    pub(super) fn target(&self, request: &Request) -> Resolved {
        let (method, path) = (request.method().as_str(), request.uri().path());
        let has = |handled: &&Handled| handled.operation.method == method;
        let found = match self.endpoints {
            // Whoever invokes it has matched the path, in whatever way it is encoded.
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
