//! What a handler gets, built once from the environment.

pub mod refusals;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use lambda_http::Request;

use crate::auth::Auth;
use crate::auth::keys::rotation_secrets::RotationSecrets;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Limits};
use crate::http::problem::Problem;
use crate::net::networks::Networks;
use crate::net::origin::Browser;
use crate::net::request_id::RequestId;
use crate::net::source::Source;
use crate::random;
use crate::store::Store;
use crate::store::audit::Provenance;
use crate::telemetry::Telemetry;
use crate::tls;
use refusals::Refusals;
use screen::Screen;

/// Everything outside a function that it may use.
#[derive(Debug)]
pub struct App {
    /// Verifies and issues tokens.
    pub auth: Auth,
    /// The secrets that rotation changes.
    pub rotation_secrets: RotationSecrets,
    /// What is stored.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Cleans what callers send.
    pub screen: Screen,
    /// Bounds that operators may tune.
    pub limits: Limits,
    /// What browsers may do; None without a custom domain, and then nothing.
    pub browser: Option<Browser>,
    /// From where administrative operations may be called.
    pub admin_networks: Networks,
    /// Where its metrics go.
    pub telemetry: Telemetry,
    /// The refusals that it has recorded.
    pub refusals: Refusals,
}

impl App {
    /// Reads the environment; makes no call.
    ///
    /// # Errors
    /// A variable that is missing or wrong, or a file of certificates that cannot be used.
    pub async fn from_env() -> Result<Self, ConfigError> {
        let config = Config::from_env()?;
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts())
            .retry_config(retries())
            .http_client(tls::client(config.ca_bundle.as_deref())?)
            .load()
            .await;
        Ok(Self::new(&sdk, &config, Clock::system()))
    }

    /// What the audit will say of where a change comes from.
    ///
    /// # Errors
    /// 500 when the event names no source or randomness fails.
    pub(crate) fn origin(&self, request: &Request) -> Result<Provenance, Problem> {
        self.origin_of(RequestId::of(request), Some(Source::of(request)?))
    }

    /// The same for what is no request, or is one no more.
    ///
    /// # Errors
    /// 500 when randomness fails.
    pub fn origin_at(&self, request_id: String, source: Option<Source>) -> Result<Provenance, Problem> {
        self.origin_of(RequestId::of_event(request_id), source)
    }

    /// The same for a request whose ids are known.
    ///
    /// # Errors
    /// 500 when randomness fails.
    pub(crate) fn origin_of(&self, id: RequestId, source: Option<Source>) -> Result<Provenance, Problem> {
        let unique = random::bytes().map_err(Problem::internal)?;
        Ok(Provenance { at: self.clock.now(), request_id: id, source, unique })
    }

    /// An app on the given parts.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &Config, clock: Clock) -> Self {
        let secrets = aws_sdk_secretsmanager::Client::new(sdk);
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(sdk);
        Self {
            auth: Auth::new(&secrets, config, clock.clone()),
            rotation_secrets: RotationSecrets::new(secrets, config),
            store: Store::new(dynamodb, &config.table_prefix, &config.limits),
            clock,
            screen: config.screen,
            limits: config.limits.clone(),
            browser: config.browser(),
            admin_networks: config.admin_networks.clone(),
            telemetry: Telemetry::new(config.metrics_namespace.clone()),
            refusals: Refusals::default(),
        }
    }
}

/// Short enough that a dependency which is down is known to be so well inside a request's budget.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(500))
        .operation_attempt_timeout(Duration::from_millis(900))
        .operation_timeout(Duration::from_secs(2))
        .build()
}

/// Three tries, close together.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(300))
}
