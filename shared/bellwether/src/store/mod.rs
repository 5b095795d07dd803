//! What is stored in DynamoDB. [`schema`] defines the tables, [`key`] defines how keys are written, and
//! [`table`] makes the calls. [`experiments`], [`events`], [`summaries`] and [`identities`] give the items
//! their meaning.

pub mod assignments;
pub mod audit;
mod backoff;
pub mod batch_get;
pub mod clients;
pub mod condition;
pub mod counters;
mod due;
pub mod events;
pub mod experiments;
pub mod history;
pub mod identities;
pub mod item;
pub mod key;
pub mod ledger;
pub mod listing;
pub mod members;
pub mod meter;
pub mod query;
pub mod quota;
mod remembered;
pub mod schema;
mod series;
pub mod sessions;
pub mod summaries;
pub mod table;
mod throttle_items;
pub mod throttles;
pub mod transaction;
mod update;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::config::Limits;
use meter::Meter;
use schema::TableName;
use table::Table;

/// Why a call to the store brought no answer. A failed condition is an answer and never stands here.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It is down, out of reach or throttling; the same call may succeed later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It answered, and the answer makes no sense: a fault of this program or of its setting up.
    #[error("the store's answer makes no sense: {0}")]
    Broken(String),
}

impl StoreError {
    /// Any fault in reading a stored item.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Self::Broken(cause.to_string())
    }
}

/// Errors that DynamoDB's documentation calls retryable, past the retries of the SDK.
const PASSING: [&str; 9] = [
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
                let by_code = service.err().code().is_some_and(|code| PASSING.contains(&code));
                by_code || service.raw().status().is_server_error()
            }
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        let cause = DisplayErrorContext(error).to_string();
        if passing { Self::Unavailable(cause) } else { Self::Broken(cause) }
    }
}

/// The store: one handle for each kind of thing that is kept.
#[derive(Debug)]
pub struct Store {
    /// Definitions of tests.
    pub experiments: experiments::Experiments,
    /// Assignments and conversions.
    pub events: events::Events,
    /// Folded results.
    pub summaries: summaries::Summaries,
    /// Workspaces and people.
    pub identities: identities::Identities,
    /// Sessions of people.
    pub sessions: sessions::Sessions,
    /// Attempts to sign in.
    pub throttles: throttles::Throttles,
    /// How many sign-ins ended how.
    pub counters: counters::Counters,
    /// Machines.
    pub clients: clients::Clients,
    /// People and machines, by workspace.
    pub members: members::Members,
    /// Who did what.
    pub audit: audit::Audit,
    /// What the calls so far have cost.
    pub meter: Arc<Meter>,
}

impl Store {
    /// A store on tables named `prefix` and their own name, called through a client built from
    /// `client`, which is metered.
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
            events: events::Events::new(table(TableName::Events), limits),
            summaries: summaries::Summaries::new(table(TableName::Summaries)),
            identities: identities::Identities::new(table(TableName::Identities), ledger.clone()),
            sessions: sessions::Sessions::new(table(TableName::Identities), ledger.clone()),
            throttles: throttles::Throttles::new(table(TableName::Identities)),
            counters: counters::Counters::new(table(TableName::Identities)),
            clients: clients::Clients::new(table(TableName::Identities), ledger),
            members: members::Members::new(table(TableName::Identities)),
            audit: audit::Audit::new(table(TableName::Audit)),
            meter,
        }
    }
}
