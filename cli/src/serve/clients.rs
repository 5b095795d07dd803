//! The AWS clients of the functions, and their configuration.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use bellwether::App;
use bellwether::app::{retries, timeouts};
use bellwether::clock::Clock;
use bellwether::config::{Config, ConfigError};

use super::cloud::Cloud;
use crate::Failure;

/// How many seconds before its deadline a function stops aggregating.
const RESERVE_SECONDS: u32 = 5;
/// The prefix of table names.
pub const PREFIX: &str = "bellwether-local";
/// The name of the secret with the public keys.
pub const PUBLIC_KEYS: &str = "bellwether-local/keys-public";
/// The name of the secret with the private keys.
pub const PRIVATE_KEYS: &str = "bellwether-local/keys-private";
/// The name of the secret with the key of pseudonyms.
pub const PRIVACY_KEY: &str = "bellwether-local/keys-privacy";
/// The name of the secret with the key that signs receipts of erasures.
pub const RECEIPT_KEY: &str = "bellwether-local/keys-receipts";
/// The name of the event bus, whose events are printed.
const EVENT_BUS: &str = "bellwether-local";
/// The function that aggregates one test.
const AGGREGATION_FUNCTION: &str = "summarize-tests";

/// The clients that all functions use.
#[derive(Debug)]
pub struct Clients {
    embedded: SdkConfig,
    dynamodb: SdkConfig,
    secrets: aws_sdk_secretsmanager::Client,
}

impl Clients {
    /// Creates clients of the embedded services, or of another DynamoDB at `dynamodb`, with the credentials in the
    /// environment, if any.
    ///
    /// # Errors
    /// When the certificates in `AWS_CA_BUNDLE` cannot be used.
    pub fn new(cloud: &Cloud, dynamodb: Option<&str>) -> Result<Self, Failure> {
        let plain = aws_smithy_http_client::Builder::new().build_http();
        let own = Credentials::new(&cloud.key, &cloud.key, None, None, "bellwether");
        let embedded = sdk(&cloud.url, own, plain.clone());
        let secrets = aws_sdk_secretsmanager::Client::new(&embedded);
        let Some(url) = dynamodb else { return Ok(Self { dynamodb: embedded.clone(), embedded, secrets }) };
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let of = |name: &str| variable(name).unwrap_or_else(|| "local".to_owned());
        let (id, secret, token) =
            (of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY"), variable("AWS_SESSION_TOKEN"));
        let others = Credentials::new(id, secret, token, None, "environment");
        let http = if url.starts_with("https:") {
            let bundle = variable("AWS_CA_BUNDLE").map(std::path::PathBuf::from);
            bellwether::tls::client(bundle.as_deref()).map_err(|error| Failure::new(error.to_string()))?
        } else {
            plain
        };
        Ok(Self { embedded, dynamodb: sdk(url, others, http), secrets })
    }

    /// Creates the app of a function, with its own caches.
    #[must_use]
    pub fn app(&self, config: &Config, clock: Clock) -> App {
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&self.dynamodb);
        App::with_clients(&self.embedded, self.secrets.clone(), dynamodb, config, clock)
    }

    /// Returns a client of DynamoDB, for creating tables.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.dynamodb)
    }

    /// Returns the client of the embedded Secrets Manager.
    #[must_use]
    pub fn secrets(&self) -> &aws_sdk_secretsmanager::Client {
        &self.secrets
    }
}

fn sdk(url: &str, credentials: Credentials, http: SharedHttpClient) -> SdkConfig {
    let region = std::env::var("AWS_REGION").ok().filter(|region| !region.is_empty());
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.unwrap_or_else(|| "eu-central-1".to_owned())))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .http_client(http)
        .timeout_config(timeouts())
        .retry_config(retries())
        .build()
}

/// Returns the configuration of the functions for a server at `url`. Operators can set limits in the environment.
///
/// # Errors
/// An invalid variable.
pub fn config(url: &str) -> Result<Config, ConfigError> {
    let mut config = Config::from_variables(&|name| match name {
        "TABLE_PREFIX" => Some(PREFIX.to_owned()),
        "PUBLIC_KEYS_SECRET" => Some(PUBLIC_KEYS.to_owned()),
        "PRIVATE_KEYS_SECRET" => Some(PRIVATE_KEYS.to_owned()),
        "PRIVACY_KEY_SECRET" => Some(PRIVACY_KEY.to_owned()),
        "RECEIPT_KEY_SECRET" => Some(RECEIPT_KEY.to_owned()),
        "ISSUER" => Some(format!("{url}/v1")),
        "EVENT_BUS" => Some(EVENT_BUS.to_owned()),
        "AGGREGATION_FUNCTION" => Some(AGGREGATION_FUNCTION.to_owned()),
        "AUDIENCE" => Some("bellwether".to_owned()),
        _ => std::env::var(name).ok(),
    })?;
    config.limits.aggregation_reserve_seconds = RESERVE_SECONDS;
    Ok(config)
}
