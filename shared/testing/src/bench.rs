//! A running app on an embedded DynamoDB, for the tests of every package.
//!
//! ```text
//! let bench = Bench::start().await;
//! let answer = bench.call(FUNCTION, bench.event("create-test", Role::Analyst).await).await;
//! assert_eq!(answer.status, 201);
//! ```

mod answer;
mod apps;
mod contents;
mod declared;
mod directory;
mod events;
mod keys;
mod promises;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use lambda_http::{Context, Error, LambdaEvent};
use secrecy::ExposeSecret;
use serde_json::Value;
use serde_json::value::to_raw_value;

use bellwether::app::App;
use bellwether::auth::access::Role;
use bellwether::auth::token::Grant;
use bellwether::auth::users::User;
use bellwether::config::Config;
use bellwether::net::origin::{Domain, Origin};
use bellwether::runtime::{Function, invoke};
use bellwether::store::meter::Spent;
use bellwether::store::schema::{self, TableName};

use keys::BenchKeys;

use apps::{app, app_of, config, reporting_app, sdk};

pub use answer::Answer;
pub use contents::{acme, user_named};
pub use events::{
    as_payload_2, at, body_of, from_address, with_body, with_form, with_header, with_parameter, with_query,
    with_test_id, without_token,
};

/// The prefix of all names in tests.
const PREFIX: &str = "bench";
/// 2026-11-21T10:00:00.250Z. It is not a whole second, so that rounding is visible.
const NOON: i64 = 1_795_255_200_250;

/// An app, its database and its clock.
pub struct Bench {
    /// The app under test.
    pub app: Box<App>,
    endpoint: String,
    keys: BenchKeys,
    time: Arc<AtomicI64>,
    /// Whether tests may write into its database.
    own_database: bool,
}

impl Bench {
    /// Starts an empty database with all tables.
    pub async fn start() -> Self {
        Self::start_with(&config()).await
    }

    /// The default configuration, to be changed and passed to [`Self::start_with`].
    #[must_use]
    pub fn config() -> Config {
        config()
    }

    /// Starts an empty database with another configuration. [`Self::cold`] uses the default one again.
    pub async fn start_with(config: &Config) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let database = dynoxide::Database::memory().expect("a database in memory");
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let client = aws_sdk_dynamodb::Client::new(&sdk(&endpoint));
        schema::create_all(&client, PREFIX).await.expect("the tables");
        let bench = Self::at(endpoint).await;
        let app = app_of(&bench.endpoint, &bench.time, config);
        bench.keys.give(&app).await;
        Self { app, own_database: true, ..bench }
    }

    /// An app with DynamoDB and Secrets Manager at `endpoint`.
    pub async fn at(endpoint: String) -> Self {
        let time = Arc::new(AtomicI64::new(NOON));
        let keys = BenchKeys::new();
        let app = app(&endpoint, &time);
        keys.give(&app).await;
        Self { app, endpoint, keys, time, own_database: false }
    }

    /// Another instance of the function, with the same database and empty caches.
    pub async fn cold(&self) -> Self {
        let app = app(&self.endpoint, &self.time);
        self.keys.give(&app).await;
        self.on_the_same_database(app)
    }

    /// The address of the database.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Another instance with empty caches that calls the database through `endpoint`.
    pub async fn by_way_of(&self, endpoint: &str) -> Self {
        let app = app(endpoint, &self.time);
        self.keys.give(&app).await;
        let (endpoint, keys, time) = (endpoint.to_owned(), self.keys.clone(), self.time.clone());
        Self { app, endpoint, keys, time, own_database: self.own_database }
    }

    /// An instance that calls the database through `dynamodb`, and sends notices and invocations to `services`.
    pub async fn reporting_to(&self, dynamodb: &str, services: &str) -> Self {
        let app = reporting_app(dynamodb, services, &self.time);
        self.keys.give(&app).await;
        self.on_the_same_database(app)
    }

    /// An instance on the same database that must first read its signing keys from `secrets`.
    #[must_use]
    pub fn without_keys_at(&self, secrets: &str) -> Self {
        let mut app = app(&self.endpoint, &self.time);
        let elsewhere = self::app(secrets, &self.time);
        (app.auth, app.rotation_secrets) = (elsewhere.auth, elsewhere.rotation_secrets);
        self.on_the_same_database(app)
    }

    /// The same function with the custom domain `api.example.com`, for pages of `https://app.example.com`.
    pub async fn under_a_domain(&self) -> Self {
        let mut config = config();
        config.custom_domain = Domain::parse("api.example.com").ok();
        config.allowed_origins = Origin::parse_list("https://app.example.com").expect("an origin");
        let app = app_of(&self.endpoint, &self.time, &config);
        self.keys.give(&app).await;
        self.on_the_same_database(app)
    }

    fn on_the_same_database(&self, app: Box<App>) -> Self {
        let (endpoint, keys, time) = (self.endpoint.clone(), self.keys.clone(), self.time.clone());
        Self { app, endpoint, keys, time, own_database: self.own_database }
    }

    /// Advances the clock.
    pub fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1_000, Relaxed);
    }

    /// A client of the database, for access without the app.
    #[must_use]
    pub fn database(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&sdk(&self.endpoint))
    }

    /// The sample event of a function, in payload 1.0, with a token of `role` in workspace `acme`.
    pub async fn event(&self, name: &str, role: Role) -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let event = serde_json::from_str(&text).expect("a sample event is JSON");
        self.signed(event, role, "acme").await
    }

    /// The event with a token of `role` in `workspace`.
    pub async fn signed(&self, event: Value, role: Role, workspace: &str) -> Value {
        with_header(event, "authorization", &format!("Bearer {}", self.token(role, workspace).await))
    }

    /// The event with a token of an API client of workspace `acme` that has only these scopes, separated by spaces.
    pub async fn narrowed(&self, event: Value, scopes: &str) -> Value {
        let grant = Grant::of_role("c_narrow".to_owned(), acme(), Role::Service);
        let grant = grant.narrowed(Some(scopes)).expect("scopes of a client");
        let token = self.app.auth.grant(grant).await.expect("a token").token;
        with_header(event, "authorization", &format!("Bearer {}", token.expose_secret()))
    }

    /// The event with a token of `user` in the current state.
    pub async fn signed_by(&self, event: Value, user: &User) -> Value {
        with_header(event, "authorization", &format!("Bearer {}", self.token_of(user).await))
    }

    /// A token of `role` in `workspace`, signed with the key that the app verifies with. Its holder is in the
    /// database, but not in lists.
    pub async fn token(&self, role: Role, workspace: &str) -> String {
        let user = user_named(&format!("{}@{workspace}.example", role.as_str()), role, workspace);
        if self.own_database {
            self.app.store.identities.put_user(&user).await.expect("a store");
        }
        self.token_of(&user).await
    }

    /// A token of `user` in the current state.
    pub async fn token_of(&self, user: &User) -> String {
        self.app.auth.issue(user).await.expect("a token").token.expose_secret().to_owned()
    }

    /// The records in `audit` in order of time, without those that the bench itself wrote.
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

    /// The number of rows in `events`.
    pub async fn rows(&self) -> usize {
        let name = TableName::Events.in_deployment(PREFIX);
        let answer = self.database().scan().table_name(name).send().await.expect("a scan");
        answer.items().len()
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

    /// Invokes a function with an HTTP request, which always gets a response. Asserts that its operation
    /// declares the status.
    pub async fn call(&self, function: Function, event: Value) -> Answer {
        let response = self.invoke(function, &event).await.expect("an HTTP response");
        let answer = Answer::read(&response);
        declared::assert_declared(function, &event, &answer);
        answer
    }

    /// Calls a function and returns the cost too.
    pub async fn metered(&self, function: Function, event: Value) -> (Answer, Spent) {
        let before = self.app.store.meter.read();
        let answer = self.call(function, event).await;
        (answer, self.app.store.meter.read() - before)
    }
}
