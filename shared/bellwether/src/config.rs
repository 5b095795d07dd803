//! The environment, read once into types. If a variable is missing or invalid, the start fails with an error
//! that names it.

mod parsing;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use self::parsing::{namespace, number, parsed, screen};
use crate::net::networks::Networks;
use crate::net::origin::{Browser, Domain, Origin};
use screen::Screen;

/// Limits that operators may change.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a running test and an assignment are cached, in seconds; `CACHE_SECONDS`, at most 30.
    pub cache_seconds: u32,
    /// The maximum number of running tests in the cache; `CACHED_TESTS`, 0 for none.
    pub cached_tests: usize,
    /// The maximum number of assignments in the cache; `CACHED_ASSIGNMENTS`, 0 for none.
    pub cached_assignments: usize,
    /// The maximum number of units without an assignment in the cache; `CACHED_MISSES`, 0 for none.
    pub cached_misses: usize,
    /// How long an instance uses the signing keys that it has read, in seconds; `KEY_CACHE_SECONDS`.
    pub key_cache_seconds: u32,
    /// How long before its end a run of `summarize-tests` starts no more aggregation, in seconds;
    /// `AGGREGATION_RESERVE_SECONDS`.
    pub aggregation_reserve_seconds: u32,
    /// The maximum number of tests that a scheduled run aggregates in invocations of their own;
    /// `AGGREGATION_TESTS`. The next run continues with the others.
    pub aggregation_tests: usize,
    /// Tests of more units than this are aggregated only on the schedule; `INLINE_UNITS`.
    pub inline_units: u64,
    /// The maximum number of verified tokens in the cache; `CACHED_TOKENS`, 0 for none.
    pub cached_tokens: usize,
    /// The maximum numbers of items in a workspace.
    pub quotas: Quotas,
}

/// The maximum numbers of items in a workspace. Lowering a quota removes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Tests, including archived ones; `QUOTA_TESTS`.
    pub tests: u32,
    /// Users, including disabled ones; `QUOTA_USERS`.
    pub users: u32,
    /// Clients, including disabled ones; `QUOTA_CLIENTS`.
    pub clients: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cache_seconds: 30,
            cached_tests: 1_000,
            cached_assignments: 10_000,
            cached_misses: 10_000,
            key_cache_seconds: 300,
            aggregation_reserve_seconds: 60,
            aggregation_tests: 100,
            inline_units: 50_000,
            cached_tokens: 1_000,
            quotas: Quotas { tests: 1_000, users: 500, clients: 100 },
        }
    }
}

/// The configuration of a function. It contains names of secrets, never a secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// The prefix of the tables' names; `TABLE_PREFIX`.
    pub table_prefix: String,
    /// The name of the secret with the public keys; `PUBLIC_KEYS_SECRET`.
    pub public_keys_secret: String,
    /// The name of the secret with the private keys, for functions that sign; `PRIVATE_KEYS_SECRET`.
    pub private_keys_secret: Option<String>,
    /// The name of the secret with the key of pseudonyms, for functions that recognize erased accounts;
    /// `PRIVACY_KEY_SECRET`.
    pub privacy_key_secret: Option<String>,
    /// The name of the secret with the key that signs receipts of erasures; `RECEIPT_KEY_SECRET`.
    pub receipt_key_secret: Option<String>,
    /// The number of days for which backups of the tables are kept; `BACKUP_DAYS`. None when there are none.
    pub backup_days: Option<u32>,
    /// The issuer of tokens; `ISSUER`.
    pub issuer: String,
    /// The audience of tokens; `AUDIENCE`.
    pub audience: String,
    /// The certificates to trust instead of Amazon's; `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<PathBuf>,
    /// The API's own domain; `CUSTOM_DOMAIN`.
    pub custom_domain: Option<Domain>,
    /// The origins whose pages may call with cookies, only with a custom domain; `ALLOWED_ORIGINS`, separated
    /// by commas.
    pub allowed_origins: Vec<Origin>,
    /// The networks that may call administrative routes; `ADMIN_NETWORKS`, separated by commas.
    pub admin_networks: Networks,
    /// How hidden code points in requests are handled; `SCREEN`, `refuse` by default or `strip`.
    pub screen: Screen,
    /// The CloudWatch namespace of the metrics in log lines; `METRICS_NAMESPACE`, no metrics when empty.
    pub metrics_namespace: Option<String>,
    /// The name of the `EventBridge` bus for notices; `EVENT_BUS`. When empty, notices are lines in the log.
    pub event_bus: Option<String>,
    /// The name or ARN of the function that aggregates one test; `AGGREGATION_FUNCTION`. When empty, a
    /// scheduled run aggregates all tests itself.
    pub aggregation_function: Option<String>,
    /// Limits that operators may change.
    pub limits: Limits,
}

/// A variable is missing or invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} {problem}")]
pub struct ConfigError {
    pub(crate) name: &'static str,
    pub(crate) problem: &'static str,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first variable that is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    /// Reads variables from elsewhere: `variable` returns the value of the one that it is given the name of.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let required = |name| {
            variable(name).filter(|v| !v.is_empty()).ok_or(ConfigError { name, problem: "is not set" })
        };
        let usual = Limits::default();
        Ok(Self {
            table_prefix: required("TABLE_PREFIX")?,
            public_keys_secret: required("PUBLIC_KEYS_SECRET")?,
            private_keys_secret: variable("PRIVATE_KEYS_SECRET").filter(|v| !v.is_empty()),
            privacy_key_secret: variable("PRIVACY_KEY_SECRET").filter(|v| !v.is_empty()),
            receipt_key_secret: variable("RECEIPT_KEY_SECRET").filter(|v| !v.is_empty()),
            backup_days: Some(number(variable, "BACKUP_DAYS", 0)?).filter(|days| *days > 0),
            issuer: required("ISSUER")?,
            audience: required("AUDIENCE")?,
            ca_bundle: variable("AWS_CA_BUNDLE").filter(|v| !v.is_empty()).map(PathBuf::from),
            custom_domain: parsed(variable, "CUSTOM_DOMAIN", |text| {
                Some(text).filter(|text| !text.is_empty()).map(Domain::parse).transpose()
            })?,
            allowed_origins: parsed(variable, "ALLOWED_ORIGINS", Origin::parse_list)?,
            admin_networks: parsed(variable, "ADMIN_NETWORKS", Networks::parse)?,
            screen: screen(variable("SCREEN"))?,
            metrics_namespace: parsed(variable, "METRICS_NAMESPACE", namespace)?,
            event_bus: variable("EVENT_BUS").filter(|v| !v.is_empty()),
            aggregation_function: variable("AGGREGATION_FUNCTION").filter(|v| !v.is_empty()),
            limits: Limits {
                cache_seconds: number(variable, "CACHE_SECONDS", usual.cache_seconds)?.min(30),
                cached_tests: number(variable, "CACHED_TESTS", usual.cached_tests)?,
                cached_assignments: number(variable, "CACHED_ASSIGNMENTS", usual.cached_assignments)?,
                cached_misses: number(variable, "CACHED_MISSES", usual.cached_misses)?,
                key_cache_seconds: number(variable, "KEY_CACHE_SECONDS", usual.key_cache_seconds)?,
                aggregation_tests: number(variable, "AGGREGATION_TESTS", usual.aggregation_tests)?,
                inline_units: number(variable, "INLINE_UNITS", usual.inline_units)?,
                aggregation_reserve_seconds: number(
                    variable,
                    "AGGREGATION_RESERVE_SECONDS",
                    usual.aggregation_reserve_seconds,
                )?,
                cached_tokens: number(variable, "CACHED_TOKENS", usual.cached_tokens)?,
                quotas: Quotas {
                    tests: number(variable, "QUOTA_TESTS", usual.quotas.tests)?,
                    users: number(variable, "QUOTA_USERS", usual.quotas.users)?,
                    clients: number(variable, "QUOTA_CLIENTS", usual.quotas.clients)?,
                },
            },
        })
    }

    /// The settings for browsers. None without a custom domain.
    #[must_use]
    pub fn browser(&self) -> Option<Browser> {
        let domain = self.custom_domain.clone()?;
        Some(Browser { domain, origins: self.allowed_origins.clone() })
    }
}
