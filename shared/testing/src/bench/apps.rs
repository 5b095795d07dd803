//! Apps on a given endpoint, with the clock of a bench.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use bellwether::app::{App, retries, timeouts};
use bellwether::clock::Clock;
use bellwether::config::{Config, Limits};
use bellwether::net::networks::Networks;
use domain::clock::Timestamp;
use screen::Screen;

use super::PREFIX;

pub(super) fn app(endpoint: &str, time: &Arc<AtomicI64>) -> Box<App> {
    app_of(endpoint, time, &config())
}

pub(super) fn config() -> Config {
    Config {
        table_prefix: PREFIX.to_owned(),
        public_keys_secret: "public".to_owned(),
        private_keys_secret: Some("private".to_owned()),
        privacy_key_secret: Some("privacy".to_owned()),
        receipt_key_secret: Some("receipts".to_owned()),
        backup_days: Some(35),
        issuer: "https://issuer.example/v1".to_owned(),
        audience: "bellwether".to_owned(),
        ca_bundle: None,
        custom_domain: None,
        allowed_origins: Vec::new(),
        admin_networks: Networks::default(),
        screen: Screen::default(),
        metrics_namespace: Some("Bellwether/bench".to_owned()),
        event_bus: None,
        aggregation_function: None,
        limits: Limits::default(),
    }
}

pub(super) fn app_of(endpoint: &str, time: &Arc<AtomicI64>, config: &Config) -> Box<App> {
    let time = time.clone();
    let clock = Clock::new(move || Timestamp::from_millis(time.load(Relaxed)));
    Box::new(App::new(&sdk(endpoint), config, clock))
}

/// An app with a bus and a function to invoke, both at `services`.
pub(super) fn reporting_app(dynamodb: &str, services: &str, time: &Arc<AtomicI64>) -> Box<App> {
    let (database, services, time) = (sdk(dynamodb), sdk(services), time.clone());
    let config = Config {
        event_bus: Some("bench".to_owned()),
        aggregation_function: Some("summarize-tests:live".to_owned()),
        ..config()
    };
    let secrets = aws_sdk_secretsmanager::Client::new(&database);
    let clock = Clock::new(move || Timestamp::from_millis(time.load(Relaxed)));
    let dynamodb = aws_sdk_dynamodb::config::Builder::from(&database);
    Box::new(App::with_clients(&services, secrets, dynamodb, &config, clock))
}

/// Clients over plain HTTP. Reading the system's certificates would cost each test a tenth of a second.
pub(super) fn sdk(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .timeout_config(timeouts())
        .retry_config(retries())
        .build()
}
