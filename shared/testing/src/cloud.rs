//! The dependencies of the functions: an embedded DynamoDB with the tables, and the emulator's Secrets
//! Manager with a signing key. Both run on loopback and stop when dropped.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::types::AttributeValue;
use bellwether::auth::access::Role;
use bellwether::auth::keys::kept::Kept;
use bellwether::auth::keys::{PrivateKeys, PseudonymKey, ReceiptKey};
use bellwether::auth::token::{Claims, Grant, Terms};
use bellwether::auth::users::{Email, UserId};
use bellwether::clock::Clock;
use bellwether::store::schema::{self, TableName};
use domain::experiment::Workspace;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::runtime::project;

/// The prefix of the tables' names.
pub const PREFIX: &str = "lab";
/// The id of an admin of `acme`, which must not be in the log line of a forged token.
pub const CANARY: &str = "7c9e6679c0a4a4ca7c9e6679c0a4a4ca";
const ISSUER: &str = "https://issuer.example/v1";
const AUDIENCE: &str = "bellwether";

/// The holder of the tokens for a workspace and a role.
fn holder(workspace: &Workspace, role: Role) -> UserId {
    UserId::of(&Email::parse(&format!("{}@{workspace}.example", role.as_str())).expect("an address"))
}

/// Stores the holders of tokens, outside all lists. Changes of tests and users look up their rights.
pub async fn admit_holders(client: &Client) {
    admit(client, CANARY, "acme", Role::Admin).await;
    for name in ["acme", "globex"] {
        let workspace = Workspace::parse(name).expect("a slug");
        for role in [Role::Admin, Role::Analyst, Role::Viewer, Role::Service] {
            admit(client, &holder(&workspace, role).to_string(), name, role).await;
        }
    }
}

/// Stores a user who cannot sign in, with the fields that a token requires.
async fn admit(client: &Client, user_id: &str, workspace: &str, role: Role) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let item = [
        ("pk", text(&format!("user/{user_id}"))),
        ("user_id", text(user_id)),
        ("email", text("lab@example.com")),
        ("workspace", text(workspace)),
        ("role", text(role.as_str())),
        ("password_hash", text("none")),
        ("created_at", text("2026-11-21T10:00:00Z")),
        ("disabled", AttributeValue::Bool(false)),
        ("session_epoch", AttributeValue::N("0".to_owned())),
    ];
    let item = item.map(|(name, value)| (name.to_owned(), value)).into();
    let name = TableName::Identities.in_deployment(PREFIX);
    client.put_item().table_name(name).set_item(Some(item)).send().await.expect("a store");
}

/// An embedded DynamoDB, an emulated Secrets Manager, and its key.
pub struct Cloud {
    /// The address of DynamoDB.
    pub dynamodb: String,
    /// The address of Secrets Manager.
    pub emulator: Emulator,
    keys: PrivateKeys,
}

impl Cloud {
    /// Starts both and prepares them.
    ///
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let dynamodb = format!("http://{}", listener.local_addr().expect("an address"));
        let database = dynoxide::Database::memory().expect("a database in memory");
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let client = Client::new(&sdk(&dynamodb));
        schema::create_all(&client, PREFIX).await.expect("the tables");
        admit_holders(&client).await;
        let emulator = Emulator::start().await;
        let keys = PrivateKeys::first(Clock::system().now()).expect("a key");
        let client = emulator.secrets();
        let public = serde_json::to_string(&keys.public()).expect("JSON");
        let kept = (
            PseudonymKey::create().expect("a key").to_secret(),
            ReceiptKey::create().expect("a key").to_secret(),
        );
        for (name, content) in [
            ("public", public.as_str()),
            ("private", keys.to_secret().expose_secret()),
            ("privacy", kept.0.expose_secret()),
            ("receipts", kept.1.expose_secret()),
        ] {
            client.create_secret().name(name).secret_string(content).send().await.expect("a secret");
        }
        Self { dynamodb, emulator, keys }
    }

    /// The environment of a function with DynamoDB at `dynamodb`, which may be a proxy.
    #[must_use]
    pub fn environment(&self, dynamodb: &str) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.emulator.url),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "lab"),
            ("AWS_SECRET_ACCESS_KEY", "lab"),
            ("TABLE_PREFIX", PREFIX),
            ("PUBLIC_KEYS_SECRET", "public"),
            ("PRIVATE_KEYS_SECRET", "private"),
            ("PRIVACY_KEY_SECRET", "privacy"),
            ("RECEIPT_KEY_SECRET", "receipts"),
            ("ISSUER", ISSUER),
            ("AUDIENCE", AUDIENCE),
            ("LOG_LEVEL", "warn"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The authorization header of a caller with `role` in workspace `acme`.
    #[must_use]
    pub fn bearer(&self, role: Role) -> String {
        self.bearer_in("acme", role)
    }

    /// The authorization header of a caller with `role` in `workspace`.
    #[must_use]
    pub fn bearer_in(&self, workspace: &str, role: Role) -> String {
        let terms = Terms { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() };
        let workspace = Workspace::parse(workspace).expect("a slug");
        let now = Clock::system().now();
        let holder = holder(&workspace, role).to_string();
        let claims = Claims::of(Grant::of_role(holder, workspace, role), &terms, now, [1; 16]);
        format!("Bearer {}", claims.sign(self.keys.signer(now).expect("a key")).expect("a token"))
    }

    /// An event of payload version 1.0 for `test_id` (none for paths without a test).
    #[must_use]
    pub fn event(&self, method: &str, path: &str, test_id: Option<&str>, role: Role, body: &Value) -> Value {
        let authorization = self.bearer(role);
        json!({
            "resource": path, "path": path, "httpMethod": method,
            "headers": { "authorization": authorization, "content-type": "application/json" },
            "multiValueHeaders": { "authorization": [authorization], "content-type": ["application/json"] },
            "queryStringParameters": null, "multiValueQueryStringParameters": null,
            "pathParameters": test_id.map(|id| json!({ "test_id": id })), "stageVariables": null,
            "requestContext": {
                "accountId": "123456789012", "apiId": "lab", "httpMethod": method,
                "identity": { "sourceIp": "127.0.0.1" }, "path": format!("/v1{path}"), "protocol": "HTTP/1.1",
                "requestId": "lab", "resourceId": "r", "resourcePath": path, "stage": "v1"
            },
            "body": if body.is_null() { Value::Null } else { json!(body.to_string()) },
            "isBase64Encoded": false
        })
    }
}

/// The process of the emulated cloud, which is ended when dropped.
pub struct Emulator {
    /// The address.
    pub url: String,
    process: Child,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Emulator {
    /// Starts it and waits until it responds.
    pub async fn start() -> Self {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr();
        let port = free().expect("an address").port();
        let python = project().join(".tools/venv/bin/python");
        let process = Command::new(&python)
            .args(["tests/emulator/launch.py", "--port", &port.to_string()])
            .current_dir(project())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run: make setup", python.display()));
        let emulator = Self { url: format!("http://127.0.0.1:{port}"), process };
        for _ in 0..300 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return emulator;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the emulated cloud did not start within 30 s");
    }

    /// A client of its Secrets Manager.
    #[must_use]
    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&sdk(&self.url))
    }
}

/// Clients over plain HTTP.
#[must_use]
pub fn sdk(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("lab", "lab", None, None, "lab");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}
