//! The dependencies of a handler, built once from the environment.

pub mod refusals;
pub mod suppression;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use lambda_http::Request;

use crate::auth::Auth;
use crate::auth::keys::kept::KeptSecret;
use crate::auth::keys::rotation_secrets::RotationSecrets;
use crate::auth::keys::{PseudonymKey, ReceiptKey};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Limits};
use crate::http::problem::Problem;
use crate::net::networks::Networks;
use crate::net::origin::Browser;
use crate::net::request_id::RequestId;
use crate::net::source::Source;
use crate::outbound::bus::Bus;
use crate::outbound::invoker::Invoker;
use crate::random;
use crate::store::Store;
use crate::store::audit::Provenance;
use crate::telemetry::Telemetry;
use crate::tls;
use refusals::Refusals;
use screen::Screen;

/// The dependencies that a function may use.
#[derive(Debug)]
pub struct App {
    /// Verifies and issues access tokens.
    pub auth: Auth,
    /// The secrets that key rotation reads and writes.
    pub rotation_secrets: RotationSecrets,
    /// The key under which erased accounts are named.
    pub pseudonyms: KeptSecret<PseudonymKey>,
    /// The key that signs receipts of erasures.
    pub receipts: KeptSecret<ReceiptKey>,
    /// The number of days for which backups of the tables are kept. None when there are none.
    pub backup_days: Option<u32>,
    /// The stored data in DynamoDB.
    pub store: Store,
    /// The source of the current time.
    pub clock: Clock,
    /// Cleans text from requests.
    pub screen: Screen,
    /// Limits that operators may change.
    pub limits: Limits,
    /// Settings for browser sessions and CORS. None without a custom domain: then neither is available.
    pub browser: Option<Browser>,
    /// The networks that may call administrative operations.
    pub admin_networks: Networks,
    /// The destination of metrics.
    pub telemetry: Telemetry,
    /// The destination of notices.
    pub bus: Bus,
    /// Invokes the function of the schedule for one test.
    pub invoker: Invoker,
    /// The refusals that this instance has recorded.
    pub refusals: Refusals,
}

impl App {
    /// Reads the environment. Makes no call.
    ///
    /// # Errors
    /// When a variable is missing or invalid, or a certificate file cannot be used.
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

    /// Returns the origin of a change for the audit record.
    ///
    /// # Errors
    /// 500 when the event contains no source or randomness fails.
    pub(crate) fn origin(&self, request: &Request) -> Result<Provenance, Problem> {
        self.origin_of(RequestId::of(request), Some(Source::of(request)?))
    }

    /// Returns the origin of a change that has no request in scope.
    ///
    /// # Errors
    /// 500 when randomness fails.
    pub fn origin_at(&self, request_id: String, source: Option<Source>) -> Result<Provenance, Problem> {
        self.origin_of(RequestId::of_event(request_id), source)
    }

    /// Returns the origin of a change in a request whose ids are known.
    ///
    /// # Errors
    /// 500 when randomness fails.
    pub(crate) fn origin_of(&self, id: RequestId, source: Option<Source>) -> Result<Provenance, Problem> {
        let unique = random::bytes().map_err(Problem::internal)?;
        Ok(Provenance { at: self.clock.now(), request_id: id, source, unique })
    }

    /// Creates an app from the given parts.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &Config, clock: Clock) -> Self {
        let secrets = aws_sdk_secretsmanager::Client::new(sdk);
        Self::with_clients(sdk, secrets, aws_sdk_dynamodb::config::Builder::from(sdk), config, clock)
    }

    /// An app whose Secrets Manager and DynamoDB are at addresses of their own. Other services use `sdk`.
    #[must_use]
    pub fn with_clients(
        sdk: &SdkConfig,
        secrets: aws_sdk_secretsmanager::Client,
        dynamodb: aws_sdk_dynamodb::config::Builder,
        config: &Config,
        clock: Clock,
    ) -> Self {
        let (life, privacy, receipt) = (
            config.limits.key_cache_seconds,
            config.privacy_key_secret.clone(),
            config.receipt_key_secret.clone(),
        );
        Self {
            auth: Auth::new(&secrets, config, clock.clone()),
            pseudonyms: KeptSecret::new(secrets.clone(), privacy, "PRIVACY_KEY_SECRET", life),
            receipts: KeptSecret::new(secrets.clone(), receipt, "RECEIPT_KEY_SECRET", life),
            backup_days: config.backup_days,
            rotation_secrets: RotationSecrets::new(secrets, config),
            store: Store::new(dynamodb, &config.table_prefix, &config.limits),
            clock,
            screen: config.screen,
            limits: config.limits.clone(),
            browser: config.browser(),
            admin_networks: config.admin_networks.clone(),
            telemetry: Telemetry::new(config.metrics_namespace.clone()),
            bus: Bus::new(Box::new(sdk.clone()), config),
            invoker: Invoker::new(Box::new(sdk.clone()), config),
            refusals: Refusals::default(),
        }
    }
}

/// Timeouts that are short enough to detect an unavailable dependency well within a request's budget.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(500))
        .operation_attempt_timeout(Duration::from_millis(900))
        .operation_timeout(Duration::from_secs(2))
        .build()
}

/// Three attempts with short delays.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(300))
}
