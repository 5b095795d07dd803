//! A running app on an embedded DynamoDB, for the tests of every package.
//!
//! ```text
//! let bench = Bench::start().await;
//! let answer = bench.call(function(), bench.event("create-test", Role::Analyst).await).await;
//! assert_eq!(answer.status, 201);
//! ```

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use lambda_http::{Context, Error, LambdaEvent};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::app::{App, retries, timeouts};
use crate::auth::Caller;
use crate::auth::client::Client;
use crate::auth::identity::Email;
use crate::auth::keys::PrivateKeys;
use crate::auth::machines::Drawn;
use crate::auth::password::Password;
use crate::auth::role::{Role, Scope};
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, Limits};
use crate::experiment::{Definition, Experiment, Seed, Workspace};
use crate::http::extract::typed;
use crate::http::networks::Networks;
use crate::http::origin::{Domain, Origin};
use crate::http::routes::ROUTES;
use crate::http::{Function, invoke};
use crate::random;
use crate::screen::Screen;
use crate::store::audit::Action;
use crate::store::identities::User;
use crate::store::meter::Spent;
use crate::store::schema::{self, TableName};
use crate::store::table::Write;
use crate::store::tests::Created;

/// What all names begin with in tests.
const PREFIX: &str = "bench";
/// 2026-11-21T10:00:00.250Z, not on the second so that rounding shows.
const NOON: i64 = 1_795_255_200_250;

/// An app, its database and its clock.
pub struct Bench {
    /// The app under test.
    pub app: App,
    endpoint: String,
    keys: PrivateKeys,
    time: Arc<AtomicI64>,
}

/// What a function answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Value,
    /// The cookies it sets, each as it is written.
    pub cookies: Vec<String>,
    /// The body as JSON.
    pub body: Value,
}

impl Bench {
    /// Starts an empty database with all tables.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let database = dynoxide::Database::memory().expect("a database in memory");
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let client = aws_sdk_dynamodb::Client::new(&sdk(&endpoint));
        schema::create_all(&client, PREFIX).await.expect("the tables");
        Self::at(endpoint).await
    }

    /// An app whose DynamoDB and Secrets Manager are at `endpoint`, whatever is there.
    pub async fn at(endpoint: String) -> Self {
        let time = Arc::new(AtomicI64::new(NOON));
        let keys = PrivateKeys::first(Timestamp::from_millis(NOON)).expect("a key");
        let app = app(&endpoint, &time);
        app.auth.hold(&keys).await;
        Self { app, endpoint, keys, time }
    }

    /// Another instance of the function: the same database, nothing in memory.
    pub async fn cold(&self) -> Self {
        let app = app(&self.endpoint, &self.time);
        app.auth.hold(&self.keys).await;
        Self { app, endpoint: self.endpoint.clone(), keys: self.keys.clone(), time: self.time.clone() }
    }

    /// An instance on the same database that must first ask for its signing keys, at `secrets`.
    #[must_use]
    pub fn without_keys_at(&self, secrets: &str) -> Self {
        let mut app = app(&self.endpoint, &self.time);
        let elsewhere = self::app(secrets, &self.time);
        (app.auth, app.vault) = (elsewhere.auth, elsewhere.vault);
        Self { app, endpoint: self.endpoint.clone(), keys: self.keys.clone(), time: self.time.clone() }
    }

    /// The same function deployed under the domain `api.example.com`, for pages of
    /// `https://app.example.com`.
    pub async fn under_a_domain(&self) -> Self {
        let mut config = config();
        config.custom_domain = Domain::parse("api.example.com").ok();
        config.allowed_origins = Origin::parse_list("https://app.example.com").expect("an origin");
        let app = app_of(&self.endpoint, &self.time, &config);
        app.auth.hold(&self.keys).await;
        Self { app, endpoint: self.endpoint.clone(), keys: self.keys.clone(), time: self.time.clone() }
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1_000, Relaxed);
    }

    /// A client of the database, to look behind the app's back.
    #[must_use]
    pub fn database(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&sdk(&self.endpoint))
    }

    /// The sample event of a function, in payload 1.0, with a token of `role` in workspace `acme`.
    pub async fn event(&self, name: &str, role: Role) -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let event = serde_json::from_str(&text).expect("a sample event is JSON");
        self.signed(event, role, "acme").await
    }

    /// The event with a token of `role` in `workspace`.
    pub async fn signed(&self, mut event: Value, role: Role, workspace: &str) -> Value {
        let token = self.token(role, workspace).await;
        event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        event["multiValueHeaders"]["authorization"] = json!([format!("Bearer {token}")]);
        event
    }

    /// A token of `role` in `workspace`, signed with the key that the app verifies with.
    pub async fn token(&self, role: Role, workspace: &str) -> String {
        let user = person("ada@example.com", role, workspace);
        self.app.auth.issue(&user).await.expect("a token").token.expose_secret().to_owned()
    }

    /// Stores a running test of workspace `acme`: the sample test with some fields changed.
    pub async fn launch(&self, changes: Value) -> Experiment {
        let mut body = body_of(&self.event("create-test", Role::Admin).await);
        for (name, value) in changes.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let body = typed(self.app.screen.clean(body).expect("a body that hides nothing"));
        let definition = Definition::parse(body.expect("a body")).expect("a definition");
        let draft = Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), self.app.clock.now());
        let test = self.revised(&draft, json!({ "revision": 1, "status": "running" }));
        let record = self.record(Action::TestCreated);
        let created = self.app.store.tests.create(&acme(), &test, record).await.expect("a store");
        assert!(matches!(created, Created::New), "a test of this name is there");
        test
    }

    /// Changes a stored test of workspace `acme`, as `update-test` would.
    pub async fn change(&self, test: &Experiment, patch: Value) -> Experiment {
        let next = self.revised(test, patch);
        let record = self.record(Action::TestChanged);
        let replaced = self.app.store.tests.replace(&acme(), test, &next, record).await;
        assert!(replaced.expect("a store"), "lost a race");
        next
    }

    fn record(&self, action: Action) -> Write {
        let origin = self.app.origin_at("bench".to_owned(), None).expect("an origin");
        let entry = origin.record(&acme(), "bench", action, "a test");
        self.app.store.audit.part(&entry).expect("a record")
    }

    /// What stands in `audit`, but for what the bench itself did, in the order of time.
    pub async fn records(&self) -> Vec<Value> {
        let mut records = self.items(TableName::Audit).await;
        records.retain(|record| record["actor"] != "bench");
        records.sort_by_key(|record| record["sk"].to_string());
        records
    }

    /// Every item of a table, as JSON.
    pub async fn items(&self, table: TableName) -> Vec<Value> {
        let scan = self.database().scan().table_name(table.in_deployment(PREFIX)).send().await;
        let items = scan.expect("a scan").items.unwrap_or_default();
        items.into_iter().map(|item| serde_dynamo::from_item(item).expect("JSON")).collect()
    }

    /// Makes workspace `acme` and its first admin, ada@example.com, and gives her back.
    pub async fn found(&self) -> User {
        let ada = person("ada@example.com", Role::Admin, "acme");
        let record = self.record(Action::WorkspaceCreated);
        assert!(self.app.store.identities.bootstrap(&ada, record).await.expect("a store"), "it is there");
        ada
    }

    /// Adds a person to the workspace `acme`.
    pub async fn join(&self, email: &str, role: Role) -> User {
        let user = person(email, role, "acme");
        let record = self.record(Action::UserCreated);
        assert!(self.app.store.identities.add_user(&user, record).await.expect("a store"), "they are there");
        user
    }

    fn revised(&self, test: &Experiment, patch: Value) -> Experiment {
        let seed = Seed::from_random(*b"another!");
        let patch = self.app.screen.clean(patch).expect("a patch that hides nothing");
        test.revise(typed(patch).expect("a patch"), seed, self.app.clock.now()).expect("a legal change")
    }

    /// How many rows are stored in `events`.
    pub async fn rows(&self) -> usize {
        let name = TableName::Events.in_deployment(PREFIX);
        let answer = self.database().scan().table_name(name).send().await.expect("a scan");
        answer.items().len()
    }

    /// Adds a machine that may record conversions to the workspace `acme`; it and its secret.
    pub async fn machine(&self, name: &str) -> (Client, SecretString) {
        let (workspace, scopes) = (acme(), Scope::ALL.to_vec());
        let caller = Caller { subject: "bench".to_owned(), workspace, role: Role::Admin, scopes };
        let new = typed(json!({ "name": name, "scopes": ["conversions:write"] })).expect("a body");
        let (id, secret) = (random::bytes().expect("a number"), random::bytes().expect("a number"));
        let drawn = Drawn { id, secret };
        let (client, secret) = Client::new(new, &caller, &drawn, self.app.clock.now()).expect("a client");
        let record = self.record(Action::ClientCreated);
        assert!(self.app.store.clients.create(&client, record).await.expect("a store"), "it is there");
        (client, secret)
    }

    /// Asserts that a function lets nobody in without a token and refuses `role`, storing nothing but
    /// the record of that.
    pub async fn assert_refuses(&self, function: Function, name: &str, role: Role) {
        let event = self.event(name, role).await;
        let answer = self.call(function, without_token(event.clone())).await;
        assert_eq!((answer.status, &answer.headers["www-authenticate"]), (401, &json!("Bearer")));
        let (answer, spent) = self.metered(function, event).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert_eq!(answer.body["type"], "urn:bellwether:problem:insufficient_scope");
        assert_eq!(spent.calls, 1, "a refusal costs one call, for its record");
        let records = self.records().await;
        let [record] = records.as_slice() else { panic!("one record: {records:?}") };
        assert_eq!((&record["action"], &record["outcome"]), (&json!("refused"), &json!("denied")));
        let route = ROUTES.iter().find(|route| route.function == name).expect("a route");
        assert_eq!(record["target"], route.to_string());
    }

    /// Asserts that a function answers 503 with Retry-After within 3 s when DynamoDB is out of reach.
    pub async fn assert_unavailable_without_store(function: Function, name: &str) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let silent = format!("http://{}", listener.local_addr().expect("an address"));
        for endpoint in ["http://127.0.0.1:1".to_owned(), silent] {
            let bench = Self::at(endpoint).await;
            let began = std::time::Instant::now();
            let answer = bench.call(function, bench.event(name, Role::Admin).await).await;
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert_eq!(answer.headers["retry-after"], "1");
            assert!(began.elapsed() < std::time::Duration::from_secs(3), "{:?}", began.elapsed());
        }
    }

    /// Invokes a function as the Lambda runtime does.
    ///
    /// # Errors
    /// The function error that Lambda would report.
    pub async fn invoke(&self, function: Function, event: &Value) -> Result<Value, Error> {
        let payload = to_raw_value(event).expect("JSON");
        let mut context = Context::default();
        let deadline = self.app.clock.now().millis() + 15 * 60_000;
        context.deadline = u64::try_from(deadline).unwrap_or_default();
        let answer = invoke(&self.app, function, LambdaEvent::new(payload, context)).await?;
        Ok(serde_json::from_str(answer.get()).expect("JSON"))
    }

    /// The same for an HTTP request, which is always answered.
    pub async fn call(&self, function: Function, event: Value) -> Answer {
        let response = self.invoke(function, &event).await.expect("an HTTP response");
        let text = response["body"].as_str().unwrap_or_default();
        Answer {
            status: u16::try_from(response["statusCode"].as_u64().unwrap_or_default()).unwrap_or_default(),
            headers: headers(&response),
            cookies: cookies(&response),
            body: serde_json::from_str(text).unwrap_or(Value::Null),
        }
    }

    /// The same, with what it cost.
    pub async fn metered(&self, function: Function, event: Value) -> (Answer, Spent) {
        let before = self.app.store.meter.read();
        let answer = self.call(function, event).await;
        (answer, self.app.store.meter.read() - before)
    }
}

/// The event with another body.
#[must_use]
pub fn with_body(mut event: Value, body: &Value) -> Value {
    event["body"] = json!(body.to_string());
    event
}

/// The event with a form as its body.
#[must_use]
pub fn with_form(mut event: Value, fields: &[(&str, &str)]) -> Value {
    let mut form = form_urlencoded::Serializer::new(String::new());
    event["body"] = json!(form.extend_pairs(fields).finish());
    event
}

/// The event as it comes from another address.
#[must_use]
pub fn from_address(mut event: Value, address: &str) -> Value {
    event["requestContext"]["identity"]["sourceIp"] = json!(address);
    event
}

/// The event's body.
#[must_use]
pub fn body_of(event: &Value) -> Value {
    serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default()
}

/// The event about another test.
#[must_use]
pub fn with_test_id(event: Value, test_id: &str) -> Value {
    with_parameter(event, "test_id", test_id)
}

/// The event with another value of a path's parameter.
#[must_use]
pub fn with_parameter(mut event: Value, name: &str, value: &str) -> Value {
    let path = event["path"].as_str().unwrap_or_default().to_owned();
    let old = event["pathParameters"][name].as_str().unwrap_or_default().to_owned();
    event["path"] = json!(path.replacen(&old, value, 1));
    event["pathParameters"][name] = json!(value);
    event
}

/// The event with a query parameter.
#[must_use]
pub fn with_query(mut event: Value, name: &str, value: &str) -> Value {
    event["queryStringParameters"][name] = json!(value);
    event["multiValueQueryStringParameters"][name] = json!([value]);
    event
}

/// The event with a header in the place of those of its name.
#[must_use]
pub fn with_header(mut event: Value, name: &str, value: &str) -> Value {
    event["headers"][name] = json!(value);
    if event["multiValueHeaders"].is_object() {
        event["multiValueHeaders"][name] = json!([value]);
    }
    event
}

/// The event without its token.
#[must_use]
pub fn without_token(mut event: Value) -> Value {
    for headers in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event[headers].as_object_mut() {
            headers.remove("authorization");
        }
    }
    event
}

/// A payload 1.0 event as payload 2.0 has it, which the local server sends.
#[must_use]
pub fn as_payload_2(event: &Value) -> Value {
    let query = event["queryStringParameters"].as_object().cloned().unwrap_or_default();
    let pairs = query.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default()));
    let raw_query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let path = format!("/v1{}", event["path"].as_str().unwrap_or_default());
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": raw_query,
        "headers": event["headers"],
        "queryStringParameters": query,
        "pathParameters": event["pathParameters"].as_object().cloned().unwrap_or_default(),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": event["httpMethod"],
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl"
            },
            "requestId": event["requestContext"]["requestId"],
            "routeKey": "$default",
            "stage": "$default",
            "time": "21/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1_795_255_200_250_i64
        },
        "body": event["body"],
        "isBase64Encoded": false
    })
}

/// The workspace of all samples.
#[must_use]
pub fn acme() -> Workspace {
    Workspace::parse("acme").expect("a slug")
}

/// A person with the password `correct horse battery staple`.
#[must_use]
pub fn person(email: &str, role: Role, workspace: &str) -> User {
    let email = Email::parse(email).expect("an address");
    let workspace = Workspace::parse(workspace).expect("a slug");
    let password = Password::parse(&"correct horse battery staple".to_owned().into()).expect("a password");
    User::new(email, workspace, role, &password, Timestamp::from_millis(NOON)).expect("a hash")
}

fn app(endpoint: &str, time: &Arc<AtomicI64>) -> App {
    app_of(endpoint, time, &config())
}

fn config() -> Config {
    Config {
        table_prefix: PREFIX.to_owned(),
        public_keys_secret: "public".to_owned(),
        private_keys_secret: Some("private".to_owned()),
        issuer: "https://issuer.example/v1".to_owned(),
        audience: "bellwether".to_owned(),
        ca_bundle: None,
        custom_domain: None,
        allowed_origins: Vec::new(),
        admin_networks: Networks::default(),
        screen: Screen::default(),
        limits: Limits::default(),
    }
}

fn app_of(endpoint: &str, time: &Arc<AtomicI64>, config: &Config) -> App {
    let time = time.clone();
    App::new(&sdk(endpoint), config, Clock::new(move || Timestamp::from_millis(time.load(Relaxed))))
}

/// The headers of either payload, names to values.
fn headers(response: &Value) -> Value {
    let mut headers = response["headers"].clone();
    for (name, values) in response["multiValueHeaders"].as_object().into_iter().flatten() {
        headers[name] = values[0].clone();
    }
    headers
}

/// The cookies that either payload sets.
fn cookies(response: &Value) -> Vec<String> {
    let lists = [&response["multiValueHeaders"]["set-cookie"], &response["cookies"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    all.filter_map(|cookie| cookie.as_str().map(str::to_owned)).collect()
}

/// Clients over plain HTTP: reading the system's certificates would cost each test a tenth of a
/// second.
fn sdk(endpoint: &str) -> SdkConfig {
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
