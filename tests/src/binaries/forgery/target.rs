//! Runs the built functions under attack and counts their calls.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant as Moment;

use bellwether::clock::Clock;
use serde_json::{Value, json};
use testing::as_payload_2;
use testing::cloud::{CANARY, Cloud, sdk};
use testing::faults::Proxy;
use testing::runtime::{Instance, binary};

use super::forger::{Forger, Signer};
use testing::document::event;

/// An emulated cloud whose public secret contains two current keys and an expired one, and the forger's
/// keys.
pub struct Ground {
    pub forger: Forger,
    pub trap: Trap,
    cloud: Cloud,
    /// The URL of its Secrets Manager.
    pub secrets: String,
}

impl Ground {
    pub async fn start() -> Self {
        // Built first, because tokens age during the build.
        let _ = binary("login");
        let (cloud, trap) = (Cloud::start().await, Trap::start().await);
        let environment = cloud.environment(&cloud.dynamodb);
        let found = environment.into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL_SECRETS_MANAGER");
        let secrets = found.unwrap().1;
        let client = aws_sdk_secretsmanager::Client::new(&sdk(&secrets));
        let private = client.get_secret_value().secret_id("private").send().await.unwrap();
        let own = Signer::of(&serde_json::from_str(private.secret_string().unwrap()).unwrap());
        let (second, ended, stranger) = (Signer::new(), Signer::new(), Signer::new());
        let now = Clock::system().now().seconds();
        let keys = json!({ "keys": [
            { "kid": own.kid, "x": own.x },
            { "kid": second.kid, "x": second.x, "verify_until": now + 3_600 },
            { "kid": ended.kid, "x": ended.x, "verify_until": now - 1 },
        ] });
        client.put_secret_value().secret_id("public").secret_string(keys.to_string()).send().await.unwrap();
        let canary = CANARY.to_owned();
        let forger = Forger { own, second, ended, stranger, trap: trap.url.clone(), now, canary };
        Self { forger, trap, cloud, secrets }
    }
}

/// A server that must get no connection.
pub struct Trap {
    pub url: String,
    connections: Arc<AtomicU64>,
}

impl Trap {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (url, connections) =
            (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicU64::new(0)));
        let count = connections.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Relaxed);
            }
        });
        Self { url, connections }
    }

    /// Returns the number of its connections.
    pub fn seen(&self) -> u64 {
        self.connections.load(Relaxed)
    }
}

/// The parts of a function's response that the tests check.
pub struct Answer {
    pub status: u64,
    /// `WWW-Authenticate`.
    pub challenge: String,
    /// The body without the request id.
    pub body: String,
}

/// Numbers the log files.
static LOGS: AtomicU64 = AtomicU64::new(0);

/// A process of a function.
pub struct Target {
    instance: Instance,
    event: Value,
    store: Proxy,
    keys: Proxy,
    log: PathBuf,
    sent: AtomicU64,
    began: Moment,
}

impl Target {
    pub async fn start(ground: &Ground, name: &str) -> Self {
        let store = Proxy::counting(&ground.cloud.dynamodb).await;
        let keys = Proxy::counting(&ground.secrets).await;
        let mut environment = ground.cloud.environment(&store.url);
        environment
            .retain(|(name, _)| !["AWS_ENDPOINT_URL_SECRETS_MANAGER", "LOG_LEVEL"].contains(&name.as_str()));
        for (name, value) in [
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", keys.url.as_str()),
            ("LOG_LEVEL", "debug"),
            // Other requests over the network go to the trap.
            ("HTTP_PROXY", &ground.trap.url),
            ("HTTPS_PROXY", &ground.trap.url),
            ("NO_PROXY", "127.0.0.1"),
        ] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        let log = format!("bellwether-forgery-{}-{}.log", std::process::id(), LOGS.fetch_add(1, Relaxed));
        let log = std::env::temp_dir().join(log);
        let instance = Instance::start_logged(&binary(name), &environment, File::create(&log).unwrap()).await;
        Self { instance, event: event(name), store, keys, log, sent: AtomicU64::new(0), began: Moment::now() }
    }

    /// Sends the sample request with this `Authorization` header.
    pub async fn ask(&self, authorization: &str) -> Answer {
        self.send(Some(authorization)).await
    }

    pub async fn send(&self, authorization: Option<&str>) -> Answer {
        self.send_all(&authorization.map(str::to_owned).into_iter().collect::<Vec<_>>()).await
    }

    /// Sends it with one header for each value, alternately in payload 1.0 and 2.0.
    pub async fn send_all(&self, authorization: &[String]) -> Answer {
        let sent = self.sent.fetch_add(1, Relaxed);
        let id = format!("request-{sent}");
        let mut event = self.event.clone();
        if let Some(last) = authorization.last() {
            event["headers"]["authorization"] = json!(last);
            event["multiValueHeaders"]["authorization"] = json!(authorization);
        }
        event["requestContext"]["requestId"] = json!(id);
        if authorization.len() < 2 && sent.is_multiple_of(2) {
            event = as_payload_2(&event);
        }
        let answer =
            self.instance.invoke(event).await.unwrap_or_else(|error| panic!("a function error: {error}"));
        let body = answer["body"].as_str().unwrap_or_default();
        let challenge =
            [&answer["headers"]["www-authenticate"], &answer["multiValueHeaders"]["www-authenticate"][0]];
        Answer {
            status: answer["statusCode"].as_u64().unwrap(),
            challenge: challenge.iter().find_map(|value| value.as_str()).unwrap_or_default().to_owned(),
            body: body.replace(&id, "ID").replace("\"/v1/", "\"/"),
        }
    }

    /// Returns the number of calls to DynamoDB.
    pub fn store_calls(&self) -> u64 {
        self.store.seen().calls.values().sum()
    }

    /// Asserts that keys were read at first use, and at most once a minute for unknown key ids.
    pub fn assert_reads_of_keys(&self) {
        let reads = self.keys.seen().calls.get("GetSecretValue").copied().unwrap_or_default();
        let most = 2 + self.began.elapsed().as_secs() / 60;
        assert!((1..=most).contains(&reads), "{reads} reads of the keys");
    }

    /// Stops the process and returns its log.
    pub async fn finish(self) -> String {
        self.instance.finish().await;
        let log = fs::read_to_string(&self.log).unwrap();
        fs::remove_file(&self.log).unwrap();
        log
    }
}
