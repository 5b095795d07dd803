//! Stored data in DynamoDB. [`schema`] defines the tables, [`key`] the encoding of keys, and [`table`] makes
//! the calls. [`experiments`], [`workspaces`], [`events`], [`summaries`] and [`identities`] define the items.

pub mod accounts;
pub mod assignments;
pub mod audit;
mod backoff;
pub mod batch_get;
pub mod clients;
pub mod condition;
pub mod counters;
mod due;
pub mod erasing;
pub mod events;
pub mod experiments;
pub mod exposures;
pub mod history;
pub mod identities;
pub mod item;
pub mod key;
pub mod ledger;
pub mod listing;
pub mod live;
pub mod looked_up;
pub mod members;
pub mod meter;
pub mod outbox;
pub mod outcomes;
pub mod privacy;
pub mod query;
pub mod quota;
pub mod reach;
mod remembered;
pub mod schema;
mod series;
pub mod sessions;
pub mod stored;
pub mod summaries;
pub mod table;
mod throttle_items;
pub mod throttles;
pub mod transaction;
mod united;
mod update;
pub mod workspaces;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::config::Limits;
use meter::Meter;
use schema::TableName;
use table::Table;

/// The reason why a call to the store failed. A failed condition is a result, not a failure.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The store is down, unreachable or throttling. The same call may succeed later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The response or a stored item is invalid: a fault of this program or its configuration.
    #[error("the store returned invalid data: {0}")]
    Broken(String),
}

impl StoreError {
    /// A fault while reading a stored item.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Self::Broken(cause.to_string())
    }
}

/// The errors that DynamoDB's documentation calls retryable, after the retries of the SDK.
const RETRYABLE: [&str; 9] = [
    "TransactionConflictException",
    "TransactionInProgressException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "Throttling",
    "InternalServerError",
    "InternalFailure",
    "ServiceUnavailable",
];

impl<E> From<SdkError<E>> for StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        let passing = match &error {
            SdkError::ServiceError(service) => {
                let by_code = service.err().code().is_some_and(|code| RETRYABLE.contains(&code));
                by_code || service.raw().status().is_server_error()
            }
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        let cause = DisplayErrorContext(error).to_string();
        if passing { Self::Unavailable(cause) } else { Self::Broken(cause) }
    }
}

/// The store, with one handle for each kind of data.
#[derive(Debug)]
pub struct Store {
    /// Definitions of tests.
    pub experiments: experiments::Experiments,
    /// Settings of workspaces.
    pub workspaces: workspaces::Workspaces,
    /// Assignments and conversions.
    pub events: events::Events,
    /// Aggregated results.
    pub summaries: summaries::Summaries,
    /// Notices that are not sent yet.
    pub outbox: outbox::Outbox,
    /// Workspaces and users.
    pub identities: identities::Identities,
    /// Sessions of users.
    pub sessions: sessions::Sessions,
    /// Sign-in attempts.
    pub throttles: throttles::Throttles,
    /// Counts of sign-ins by outcome.
    pub counters: counters::Counters,
    /// API clients.
    pub clients: clients::Clients,
    /// Users and clients, by workspace.
    pub members: members::Members,
    /// The directory of accounts.
    pub accounts: accounts::Accounts,
    /// Audit records.
    pub audit: audit::Audit,
    /// Privacy requests and erased accounts.
    pub privacy: privacy::Privacy,
    /// The cost of the calls so far.
    pub meter: Arc<Meter>,
}

impl Store {
    /// Creates a store on tables with the prefix `prefix`. It calls them through a metered client that is
    /// built from `client`.
    #[must_use]
    pub fn new(client: Builder, prefix: &str, limits: &Limits) -> Self {
        let meter = Arc::new(Meter::default());
        let client = Client::from_conf(client.interceptor(meter::Counter(meter.clone())).build());
        let table = |name: TableName| Table::new(client.clone(), name.in_deployment(prefix), meter.clone());
        let ledger = ledger::Ledger {
            audit: table(TableName::Audit),
            identities: table(TableName::Identities),
            quotas: limits.quotas,
        };
        Self {
            experiments: experiments::Experiments::new(table(TableName::Tests), ledger.clone(), limits),
            workspaces: workspaces::Workspaces::new(table(TableName::Tests), ledger.clone(), limits),
            events: events::Events::new(table(TableName::Events), limits),
            summaries: summaries::Summaries::new(table(TableName::Summaries)),
            outbox: outbox::Outbox::new(table(TableName::Summaries)),
            identities: identities::Identities::new(table(TableName::Identities), ledger.clone()),
            sessions: sessions::Sessions::new(table(TableName::Identities), ledger.clone()),
            throttles: throttles::Throttles::new(table(TableName::Identities)),
            counters: counters::Counters::new(table(TableName::Identities)),
            privacy: privacy::Privacy::new(table(TableName::Privacy), ledger.clone(), limits),
            clients: clients::Clients::new(table(TableName::Identities), ledger),
            members: members::Members::new(table(TableName::Identities)),
            accounts: accounts::Accounts::new(table(TableName::Accounts), limits),
            audit: audit::Audit::new(table(TableName::Audit)),
            meter,
        }
    }
}
