//! Tests that a rotation causes no failed request. The built functions cache keys for seconds. A client
//! signs in and calls continuously while the keys are rotated twice, and an attacker sends tokens that
//! name keys that do not exist.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Moment};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::caller::{ask, instance};
use testing::cloud::Cloud;
use testing::faults::Proxy;
use testing::runtime::Instance;
use tokio::time::sleep;

const PUBLIC: &str = "rotated/public";
const PRIVATE: &str = "rotated/private";
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "a password of the lab's own";
/// Seconds for which verifiers cache keys, and for which the rotation waits.
const CACHE: &str = "3";
/// Signers cache keys for less time, so that verifiers would lack a key that signs too early.
const SIGNERS_CACHE: &str = "1";
/// A rotation that is not complete after this time has failed.
const LIMIT: Duration = Duration::from_mins(1);

/// The functions, with a proxy for each verifier that counts its reads of keys.
struct Stage {
    cloud: Cloud,
    signers: [Instance; 2],
    verifiers: [(Instance, Proxy); 2],
    /// A verifier that caches keys for five minutes.
    slow: (Instance, Proxy),
    rotate: Instance,
    publish: Instance,
    began: Moment,
}

async fn start(cloud: &Cloud, name: &str, secrets: &str, cache: &str) -> Instance {
    let own = [
        ("KEY_CACHE_SECONDS", cache),
        ("PUBLIC_KEYS_SECRET", PUBLIC),
        ("PRIVATE_KEYS_SECRET", PRIVATE),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets),
    ];
    instance(cloud, &cloud.dynamodb, name, &own).await
}

async fn verifier(cloud: &Cloud, cache: &str) -> (Instance, Proxy) {
    let proxy = Proxy::counting(&cloud.emulator.url).await;
    (start(cloud, "list-tests", &proxy.url, cache).await, proxy)
}

fn reads(proxy: &Proxy) -> u64 {
    proxy.seen().calls.get("GetSecretValue").copied().unwrap_or_default()
}

impl Stage {
    /// Starts everything, and creates the first key and a user who can sign in.
    async fn set() -> Self {
        let cloud = Cloud::start().await;
        for name in [PUBLIC, PRIVATE] {
            cloud.emulator.secrets().create_secret().name(name).send().await.unwrap();
        }
        let secrets = cloud.emulator.url.clone();
        let rotate = start(&cloud, "rotate-keys", &secrets, CACHE).await;
        let create = start(&cloud, "create-user", &secrets, CACHE).await;
        let admin = json!({ "workspace": "acme", "email": EMAIL, "password": PASSWORD });
        create.invoke(json!({ "bootstrap": admin })).await.unwrap();
        let stage = Self {
            signers: [
                start(&cloud, "login", &secrets, SIGNERS_CACHE).await,
                start(&cloud, "login", &secrets, SIGNERS_CACHE).await,
            ],
            verifiers: [verifier(&cloud, CACHE).await, verifier(&cloud, CACHE).await],
            slow: verifier(&cloud, "300").await,
            publish: start(&cloud, "publish-keys", &secrets, CACHE).await,
            began: Moment::now(),
            rotate,
            cloud,
        };
        stage.rotate(0).await;
        stage
    }

    /// Does what Secrets Manager does: runs all steps in order, and starts again from the first if one fails.
    async fn rotate(&self, number: u32) {
        let began = Moment::now();
        while let Err(why) = self.steps(&format!("{number:032}")).await {
            assert!(why.contains("verifiers may not have the new key yet"), "{why}");
            assert!(began.elapsed() < LIMIT, "the rotation does not complete");
            sleep(Duration::from_millis(300)).await;
        }
    }

    async fn steps(&self, token: &str) -> Result<(), String> {
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            let event = json!({ "Step": step, "SecretId": PRIVATE, "ClientRequestToken": token });
            self.rotate.invoke(event).await?;
        }
        Ok(())
    }

    async fn sign_in(&self, signer: usize) -> String {
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let event = self.cloud.event("POST", "/login", None, Role::Viewer, &body);
        let answer = ask(&self.signers[signer % 2], event).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    /// Calls with a token; returns the status.
    async fn call(&self, verifier: &Instance, token: &str) -> (u64, Value) {
        let mut event = self.cloud.event("GET", "/tests", None, Role::Viewer, &Value::Null);
        let bearer = format!("Bearer {token}");
        event["headers"]["authorization"] = json!(bearer);
        event["multiValueHeaders"]["authorization"] = json!([bearer]);
        let answer = ask(verifier, event).await.unwrap();
        (answer.status, answer.body)
    }

    async fn published(&self) -> Vec<String> {
        let event = self.cloud.event("GET", "/.well-known/jwks.json", None, Role::Viewer, &Value::Null);
        let answer = ask(&self.publish, event).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        let keys = answer.body["keys"].as_array().unwrap();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }
}

/// Returns the id of the key that a token names.
fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// Returns the token with another key id.
fn renamed(token: &str, kid: &str) -> String {
    let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid });
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

/// The state of a client.
#[derive(Default)]
struct Client {
    /// All tokens that it got; none has expired yet.
    tokens: Mutex<Vec<String>>,
    calls: AtomicUsize,
    forged: AtomicUsize,
    over: AtomicBool,
}

impl Client {
    fn kids(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let tokens = self.tokens.lock().unwrap();
        tokens.iter().map(|token| kid(token)).filter(|kid| seen.insert(kid.clone())).collect()
    }

    /// Signs in, and calls every verifier with the newest token and older ones.
    async fn work(&self, stage: &Stage) {
        let mut round = 0;
        while !self.over.load(SeqCst) {
            round += 1;
            let newest = stage.sign_in(round).await;
            let older = {
                let mut tokens = self.tokens.lock().unwrap();
                tokens.push(newest.clone());
                tokens[(round * 7) % tokens.len()].clone()
            };
            for (verifier, _) in &stage.verifiers {
                for token in [&newest, &older] {
                    let (status, body) = stage.call(verifier, token).await;
                    assert_eq!(status, 200, "round {round}, key {}: {body}", kid(token));
                    self.calls.fetch_add(1, SeqCst);
                }
            }
        }
    }

    /// Sends tokens to the verifiers that name keys that do not exist, or the wrong keys.
    async fn forge(&self, stage: &Stage) {
        let first = stage.sign_in(0).await;
        let mut round = 0;
        while !self.over.load(SeqCst) {
            round += 1;
            let kids = self.kids();
            let other = kids.iter().rev().find(|other| **other != kid(&first));
            let forged = match other {
                Some(other) if round % 3 == 0 => renamed(&first, other),
                _ => renamed(&first, &format!("forged-{round}")),
            };
            for (verifier, _) in stage.verifiers.iter().chain([&stage.slow]) {
                let (status, body) = stage.call(verifier, &forged).await;
                assert_eq!((status, &body["type"]), (401, &json!("urn:bellwether:problem:invalid_token")));
                self.forged.fetch_add(1, SeqCst);
            }
            assert_eq!(stage.call(&stage.slow.0, &first).await.0, 200, "a valid token among forged ones");
        }
    }

    /// Rotates until a second and a third key have signed tokens.
    async fn rotate(&self, stage: &Stage) {
        for number in 1..=2 {
            stage.rotate(number).await;
            let began = Moment::now();
            while self.kids().len() <= usize::try_from(number).unwrap() {
                assert!(began.elapsed() < LIMIT, "the new key does not sign");
                sleep(Duration::from_millis(100)).await;
            }
            sleep(Duration::from_secs(4)).await;
        }
        self.over.store(true, SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_signs_in_and_calls_through_two_rotations_sees_no_failure() {
    let _turn = crate::turn().await;
    let (stage, client) = (Arc::new(Stage::set().await), Arc::new(Client::default()));
    tokio::join!(client.work(&stage), client.forge(&stage), client.rotate(&stage));
    let kids = client.kids();
    assert_eq!(stage.published().await, kids, "keys in the order in which they signed");
    assert_eq!(kids.len(), 3);
    let (calls, forged) = (client.calls.load(SeqCst), client.forged.load(SeqCst));
    assert!(calls > 100 && forged > 100, "{calls} calls, {forged} forged");
    let seconds = stage.began.elapsed().as_secs();
    // Each instance also reads the keys once before its first request, when there is none yet.
    for (_, proxy) in &stage.verifiers {
        assert!(reads(proxy) <= seconds / 3 + 2, "{} reads in {seconds} s", reads(proxy));
    }
    let slow = reads(&stage.slow.1);
    assert!(slow <= 2 + seconds / 60, "{slow} reads in {seconds} s for {forged} forged names");
}
