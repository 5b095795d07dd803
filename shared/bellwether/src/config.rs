//! The environment, read once and typed. A missing or wrong variable ends the start with its name.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::str::FromStr;

use crate::net::networks::Networks;
use crate::net::origin::{Browser, Domain, Origin};
use screen::Screen;

/// Bounds that operators may tune.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a running test and an assignment are remembered; `CACHE_SECONDS`, at most 30.
    pub cache_seconds: u32,
    /// How many running tests an instance remembers; `CACHED_TESTS`, 0 for none.
    pub cached_tests: usize,
    /// How many assignments an instance remembers; `CACHED_ASSIGNMENTS`, 0 for none.
    pub cached_assignments: usize,
    /// How many units without an assignment an instance remembers; `CACHED_MISSES`, 0 for
    /// none.
    pub cached_misses: usize,
    /// How long an instance relies on the signing keys it has read; `KEY_CACHE_SECONDS`.
    pub key_cache_seconds: u32,
    /// How long before its end a run of `summarize-tests` stops folding; `AGGREGATION_RESERVE_SECONDS`.
    pub aggregation_reserve_seconds: u32,
    /// Tests of more units than this are folded on the schedule only; `INLINE_UNITS`.
    pub inline_units: u64,
    /// How many verified tokens an instance remembers; `CACHED_TOKENS`, 0 for none.
    pub cached_tokens: usize,
    /// How much a workspace may have.
    pub quotas: Quotas,
}

/// How much a workspace may have. What is there when a quota is lowered stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Tests, archived ones among them; `QUOTA_TESTS`.
    pub tests: u32,
    /// People, disabled ones among them; `QUOTA_USERS`.
    pub users: u32,
    /// Machines, disabled ones among them; `QUOTA_CLIENTS`.
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
            inline_units: 50_000,
            cached_tokens: 1_000,
            quotas: Quotas { tests: 1_000, users: 500, clients: 100 },
        }
    }
}

/// What a function is told by its environment. Names only: no secret ever stands here.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the tables' names begin with; `TABLE_PREFIX`.
    pub table_prefix: String,
    /// The secret with the public keys; `PUBLIC_KEYS_SECRET`.
    pub public_keys_secret: String,
    /// The secret with the private keys, given to functions that sign; `PRIVATE_KEYS_SECRET`.
    pub private_keys_secret: Option<String>,
    /// Who issues tokens; `ISSUER`.
    pub issuer: String,
    /// For whom tokens are issued; `AUDIENCE`.
    pub audience: String,
    /// The certificates to trust instead of Amazon's; `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<PathBuf>,
    /// The API's own domain, if it has one; `CUSTOM_DOMAIN`.
    pub custom_domain: Option<Domain>,
    /// Whose pages may call with cookies, under a custom domain only; `ALLOWED_ORIGINS`, separated by commas.
    pub allowed_origins: Vec<Origin>,
    /// From where administrative routes may be called; `ADMIN_NETWORKS`, separated by commas.
    pub admin_networks: Networks,
    /// What becomes of hidden code points in what callers send; `SCREEN`, `refuse` unless it is `strip`.
    pub screen: Screen,
    /// Under which name CloudWatch keeps the metrics that log lines carry; `METRICS_NAMESPACE`, none when empty.
    pub metrics_namespace: Option<String>,
    /// Bounds that operators may tune.
    pub limits: Limits,
}

/// A variable that is missing or wrong.
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
    /// The first variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(&|name| std::env::var(name).ok())
    }

    fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let required = |name| {
            variable(name).filter(|v| !v.is_empty()).ok_or(ConfigError { name, problem: "is not set" })
        };
        let usual = Limits::default();
        Ok(Self {
            table_prefix: required("TABLE_PREFIX")?,
            public_keys_secret: required("PUBLIC_KEYS_SECRET")?,
            private_keys_secret: variable("PRIVATE_KEYS_SECRET").filter(|v| !v.is_empty()),
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
            limits: Limits {
                cache_seconds: number(variable, "CACHE_SECONDS", usual.cache_seconds)?.min(30),
                cached_tests: number(variable, "CACHED_TESTS", usual.cached_tests)?,
                cached_assignments: number(variable, "CACHED_ASSIGNMENTS", usual.cached_assignments)?,
                cached_misses: number(variable, "CACHED_MISSES", usual.cached_misses)?,
                key_cache_seconds: number(variable, "KEY_CACHE_SECONDS", usual.key_cache_seconds)?,
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

    /// What browsers may do; None without a custom domain.
    #[must_use]
    pub fn browser(&self) -> Option<Browser> {
        let domain = self.custom_domain.clone()?;
        Some(Browser { domain, origins: self.allowed_origins.clone() })
    }
}

/// What `parse` makes of a variable, which is empty when it is not set.
fn parsed<T>(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<T, ConfigError> {
    parse(&variable(name).unwrap_or_default()).map_err(|problem| ConfigError { name, problem })
}

/// CloudWatch's rule for the name of a namespace.
fn namespace(text: &str) -> Result<Option<String>, &'static str> {
    let fits = text.len() <= 255 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"./#:_-".contains(&b));
    let text = Some(text.to_owned()).filter(|text| !text.is_empty());
    fits.then_some(text).ok_or("must be at most 255 letters, digits and . / # : _ -")
}

fn screen(word: Option<String>) -> Result<Screen, ConfigError> {
    let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(Screen::default()) };
    word.parse().map_err(|problem| ConfigError { name: "SCREEN", problem })
}

fn number<T: FromStr>(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    usual: T,
) -> Result<T, ConfigError> {
    let Some(text) = variable(name).filter(|v| !v.is_empty()) else { return Ok(usual) };
    text.parse().map_err(|_| ConfigError { name, problem: "must be a whole number" })
}
