//! Tests what a new instance does over TLS before its first request, and for it.

use std::time::Duration;

use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::caller::{Answer, ask, instance, launch};
use testing::cloud::Cloud;
use testing::fleet::sample;
use testing::tls_front::{Authority, Front};

/// The number of instances of a function, one of which must be prepared. The preparation ends after 300 ms, which
/// debug builds on a busy machine can exceed.
const TRIES: usize = 20;

/// DynamoDB and Secrets Manager behind TLS.
struct Ground {
    cloud: Cloud,
    authority: Authority,
    dynamodb: Front,
    secrets: Front,
}

impl Ground {
    async fn start() -> Self {
        let (cloud, authority) = (Cloud::start().await, Authority::new());
        let body: Value = serde_json::from_str(sample("create-test")["body"].as_str().unwrap()).unwrap();
        launch(&cloud, &cloud.dynamodb, &body).await;
        let dynamodb = Front::start(&authority, &cloud.dynamodb, Duration::ZERO).await;
        let secrets = Front::start(&authority, &cloud.emulator.url, Duration::ZERO).await;
        Self { cloud, authority, dynamodb, secrets }
    }

    /// The completed handshakes and the calls of both services.
    fn seen(&self) -> [u64; 4] {
        let (dynamodb, secrets) = (self.dynamodb.traffic(), self.secrets.traffic());
        [dynamodb.handshakes, dynamodb.calls, secrets.handshakes, secrets.calls]
    }

    /// Starts an instance and sends it its sample. Returns what was seen before and after its first poll, and the
    /// response.
    async fn first(&self, function: &str, role: Role) -> ([u64; 4], [u64; 4], Answer) {
        let (bundle, before) = (self.authority.bundle(), self.seen());
        let more = [
            ("AWS_CA_BUNDLE", bundle.to_str().unwrap()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.secrets.endpoint),
        ];
        let mut instance = instance(&self.cloud, &self.dynamodb.endpoint, function, &more).await;
        (&mut instance.started).await.unwrap();
        let polled = self.seen();
        let mut event = sample(function);
        let bearer = self.cloud.bearer(role);
        event["headers"]["authorization"] = json!(bearer);
        event["multiValueHeaders"]["authorization"] = json!([bearer]);
        let answer = ask(&instance, event).await.unwrap();
        let after = self.seen();
        let difference = |to: [u64; 4], from: [u64; 4]| std::array::from_fn(|place| to[place] - from[place]);
        (difference(polled, before), difference(after, polled), answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_instance_connects_and_reads_its_keys_before_the_first_request() {
    let _turn = super::turn().await;
    let ground = Ground::start().await;
    // A new account costs reads of the test, of the settings and of the erased accounts, and a write. Results cost a read
    // of the test, a query of the stored report, and without one a read of the settings, a query of each of the 16
    // partitions and one of the looks.
    for (function, role, calls) in [
        ("assign-variant", Role::Service, 4),
        ("get-test", Role::Viewer, 1),
        ("get-results", Role::Viewer, 20),
    ] {
        // Calls at the same time open further connections.
        let is_prepared = |before: [u64; 4], after: [u64; 4]| {
            let opened = if function == "get-test" { 0 } else { after[0] };
            before == [1, 1, 1, 1] && after == [opened, calls, 0, 0]
        };
        let mut seen = Vec::new();
        while seen.len() < TRIES && !seen.last().is_some_and(|(before, after)| is_prepared(*before, *after)) {
            let (before, after, answer) = ground.first(function, role).await;
            assert_eq!(answer.status, 200, "{function}: {}", answer.body);
            seen.push((before, after));
        }
        assert!(seen.len() < TRIES, "{function} is not prepared: {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_whose_services_are_down_starts_and_responds_with_503() {
    let _turn = super::turn().await;
    let cloud = Cloud::start().await;
    // Connections to the first are refused. The second accepts them and never responds.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [closed, silent.local_addr().unwrap()] {
        let url = format!("https://localhost:{}", address.port());
        let more = [("AWS_ENDPOINT_URL_SECRETS_MANAGER", url.as_str())];
        let instance = instance(&cloud, &url, "assign-variant", &more).await;
        let event = cloud.event(
            "POST",
            "/tests/{test_id}/assignments",
            Some("pricing-page-q4"),
            Role::Service,
            &json!({ "unit_id": "acme.com" }),
        );
        let answer = ask(&instance, event).await.unwrap();
        assert_eq!(answer.status, 503, "{}", answer.body);
    }
}
