//! A test environment: the emulated Secrets Manager with two empty secrets, as Terraform creates them, behind a
//! network that can be interrupted; a function, and users who sign in.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_secretsmanager::Client;
use bellwether::auth::access::{Role, Scope};
use bellwether::http::problem::Problem;
use bellwether::runtime::guard::require;
use lambda_http::{Body, Request};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testing::cloud::Emulator;
use testing::faults::{Fate, Proxy};
use testing::{Bench, user_named};

use super::FUNCTION;

pub const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

pub struct Lab {
    pub bench: Bench,
    secrets: Client,
    pub arn: String,
    proxy: Proxy,
    left: Arc<AtomicI64>,
    _emulator: Emulator,
}

/// Returns the name of a rotation's version.
pub fn token(number: u32) -> String {
    format!("{number:032}")
}

/// Returns the ids of the keys in a secret.
pub fn kids(secret: &Value) -> Vec<String> {
    let keys = secret["keys"].as_array().into_iter().flatten();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

impl Lab {
    pub async fn start() -> Self {
        let emulator = Emulator::start().await;
        let secrets = emulator.secrets();
        let arn = secrets.create_secret().name("private").send().await.unwrap().arn.unwrap();
        secrets.create_secret().name("public").send().await.unwrap();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let calls = left.clone();
        let fate = move || match calls.fetch_sub(1, SeqCst) {
            1.. => Fate::Pass,
            0 => Fate::Lose,
            _ => Fate::Drop,
        };
        let proxy = Proxy::start(&emulator.url, fate).await;
        let bench = Bench::start().await.without_keys_at(&proxy.url);
        Self { bench, secrets, arn, proxy, left, _emulator: emulator }
    }

    /// Allows this many calls of Secrets Manager. The next call takes effect, but its response is lost, and
    /// later calls do not arrive.
    pub fn cut_after(&self, calls: i64) {
        self.left.store(calls, SeqCst);
    }

    pub fn mend(&self) {
        self.left.store(i64::MAX, SeqCst);
    }

    /// Returns how often keys have been read.
    pub fn reads(&self) -> u64 {
        self.proxy.seen().calls.get("GetSecretValue").copied().unwrap_or_default()
    }

    pub async fn step(&self, step: &str, token: &str) -> Result<(), String> {
        let event = json!({ "Step": step, "SecretId": self.arn, "ClientRequestToken": token });
        self.bench.invoke(FUNCTION, &event).await.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Runs the steps until one fails.
    pub async fn steps(&self, token: &str) -> Result<(), String> {
        for step in STEPS {
            self.step(step, token).await?;
        }
        Ok(())
    }

    /// Runs a whole rotation, which Secrets Manager starts unless it has been started.
    pub async fn rotate(&self, token: &str) {
        if self.stages(token).await != ["AWSPENDING"] {
            self.begin(token).await.unwrap();
        }
        self.steps(token).await.unwrap();
    }

    /// Makes Secrets Manager start a rotation, which creates a pending version without a value and invokes a function that
    /// does not exist.
    pub async fn begin(&self, token: &str) -> Result<(), String> {
        let rotate = self.secrets.rotate_secret().secret_id("private").client_request_token(token);
        let rotate = rotate.rotation_lambda_arn("arn:aws:lambda:eu-central-1:000000000000:function:none");
        rotate.send().await.map(|_| ()).map_err(|error| format!("{:?}", error.into_service_error()))
    }

    /// Returns the labels of a version of the private secret.
    pub async fn stages(&self, token: &str) -> Vec<String> {
        let response = self.secrets.describe_secret().secret_id("private").send().await.unwrap();
        let versions = response.version_ids_to_stages.unwrap_or_default();
        versions.get(token).cloned().unwrap_or_default()
    }

    /// Removes a label from a version of the private secret.
    pub async fn unlabel(&self, token: &str, stage: &str) {
        let change = self.secrets.update_secret_version_stage().secret_id("private");
        change.version_stage(stage).remove_from_version_id(token).send().await.unwrap();
    }

    /// Deletes both secrets and creates them again without a value.
    pub async fn empty(&mut self) {
        for name in ["private", "public"] {
            let delete = self.secrets.delete_secret().secret_id(name);
            delete.force_delete_without_recovery(true).send().await.unwrap();
            let created = self.secrets.create_secret().name(name).send().await.unwrap();
            if name == "private" {
                self.arn = created.arn.unwrap();
            }
        }
    }

    /// Returns a token from a signer without cached keys.
    pub async fn sign_in(&self) -> Result<String, Problem> {
        let user = user_named("ada@example.com", Role::Viewer, "acme");
        Ok(self.instance().app.auth.issue(&user).await?.token.expose_secret().to_owned())
    }

    /// Verifies a token with keys that a verifier reads again.
    pub async fn verify(&self, token: &str) -> Result<(), Problem> {
        verify(&self.instance(), token).await
    }

    /// Creates another instance.
    pub fn instance(&self) -> Bench {
        self.bench.without_keys_at(&self.proxy.url)
    }

    /// Returns the current content of a secret; null if it has none.
    pub async fn secret(&self, name: &str) -> Value {
        let response = self.secrets.get_secret_value().secret_id(name).send().await;
        let text = response.ok().and_then(|response| response.secret_string);
        text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    /// Writes content into a secret without the function.
    pub async fn put(&self, name: &str, content: &Value) {
        self.put_text(name, &content.to_string()).await;
    }

    pub async fn put_text(&self, name: &str, text: &str) {
        self.secrets.put_secret_value().secret_id(name).secret_string(text).send().await.unwrap();
    }

    /// Returns the audit records.
    pub async fn records(&self) -> Vec<HashMap<String, String>> {
        let scan = self.bench.database().scan().table_name("bench-audit").send().await.unwrap();
        let text =
            |(name, value): (&String, &AttributeValue)| Some((name.clone(), value.as_s().ok()?.clone()));
        scan.items().iter().map(|item| item.iter().filter_map(text).collect()).collect()
    }
}

/// Verifies a token with the keys that an instance has cached, or reads.
pub async fn verify(instance: &Bench, token: &str) -> Result<(), Problem> {
    let mut request = Request::new(Body::Empty);
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    require(&instance.app, &request, Scope::TestsRead).await.map(|_| ())
}
