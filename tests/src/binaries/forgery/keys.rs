//! Forged key ids, tested with a manual clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::clock::Clock;
use bellwether::config::{Config, Limits};
use bellwether::net::networks::Networks;
use bellwether::runtime::guard::require;
use domain::clock::Timestamp;
use lambda_http::Request;
use screen::Screen;
use serde_json::json;
use testing::cloud::sdk;
use testing::faults::Proxy;

use super::target::Ground;

/// Seconds for which keys are cached, longer than the test.
const KEPT: u32 = 86_400;

fn with_token(token: &str) -> Request {
    let mut request = Request::default();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_key_ids_cause_at_most_one_refresh_a_minute() {
    let ground = Ground::start().await;
    let proxy = Proxy::counting(&ground.secrets).await;
    let time = Arc::new(AtomicI64::new(ground.forger.now * 1_000));
    let config = Config {
        table_prefix: "lab".to_owned(),
        public_keys_secret: "public".to_owned(),
        private_keys_secret: None,
        privacy_key_secret: None,
        receipt_key_secret: None,
        backup_days: None,
        issuer: "https://issuer.example/v1".to_owned(),
        audience: "bellwether".to_owned(),
        ca_bundle: None,
        custom_domain: None,
        allowed_origins: Vec::new(),
        admin_networks: Networks::default(),
        screen: Screen::default(),
        metrics_namespace: None,
        event_bus: None,
        aggregation_function: None,
        limits: Limits { key_cache_seconds: KEPT, ..Limits::default() },
    };
    let clock = time.clone();
    let clock = Clock::new(move || Timestamp::from_millis(clock.load(Relaxed)));
    let app = App::new(&sdk(&proxy.url), &config, clock);
    let reads = || proxy.seen().calls.get("GetSecretValue").copied().unwrap_or_default();
    let valid = with_token(&ground.forger.valid());
    require(&app, &valid, Scope::TestsRead).await.unwrap();
    assert_eq!(reads(), 1);
    // Ten minutes with four forged key ids a second.
    for n in 0..2_400 {
        let forged = with_token(&ground.forger.with_header("kid", json!(format!("forged-{n}"))));
        let refused = require(&app, &forged, Scope::TestsRead).await.unwrap_err();
        assert_eq!(refused.kind(), "invalid_token");
        time.fetch_add(250, Relaxed);
    }
    assert!((10..=11).contains(&reads()), "{} reads in ten minutes", reads());
    let before = reads();
    require(&app, &valid, Scope::TestsRead).await.unwrap();
    assert_eq!(reads(), before, "a known key id caused a refresh");
}
