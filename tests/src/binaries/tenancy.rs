//! Tests the permissions of roles and the isolation of workspaces. Every role is tried on every operation
//! of `openapi.yaml` with the built binaries. A new operation is covered automatically.

use bellwether::auth::access::{Caller, Role, Scope};
use bellwether::auth::clients::{Client, ClientId, Drawn};
use bellwether::auth::users::{Email, Password, User};
use bellwether::clock::Clock;
use bellwether::config::Limits;
use bellwether::net::request_id::RequestId;
use bellwether::operations::OPERATIONS;
use bellwether::store::Store;
use bellwether::store::audit::{Action, Provenance};
use bellwether::store::ledger::AuditedChange;
use domain::experiment::{Definition, Experiment, Seed, Workspace};
use domain::validation::typed;
use serde_json::{Value, json};
use testing::caller::{instance, refusals};
use testing::cloud::{Cloud, PREFIX, sdk};
use testing::document::{Operation, body_of, event};
use testing::faults::Proxy;
use testing::fleet::at;
use testing::runtime::Instance;

/// No role, and every role.
const ROLES: [Option<Role>; 5] =
    [None, Some(Role::Viewer), Some(Role::Analyst), Some(Role::Admin), Some(Role::Service)];

/// The scopes of each role, written a second time, so that a mistake in the code's own table shows.
fn allows(role: Role, scope: Option<&str>) -> bool {
    let own: &[&str] = match role {
        Role::Admin => return true,
        Role::Analyst => &[
            "tests:read",
            "tests:write",
            "assignments:read",
            "conversions:read",
            "results:read",
            "workspace:read",
            "accounts:read",
            "accounts:write",
        ],
        Role::Viewer => &["tests:read", "assignments:read", "results:read", "workspace:read"],
        Role::Service => &[
            "assignments:read",
            "assignments:write",
            "conversions:read",
            "conversions:write",
            "metrics:read",
            "accounts:read",
            "accounts:write",
        ],
    };
    scope.is_some_and(|scope| own.contains(&scope))
}

/// Returns the function of an operation.
fn function(operation: &Operation) -> &'static str {
    let same = |route: &&bellwether::operations::Operation| {
        (route.path, route.method) == (operation.path, operation.method.as_str())
    };
    OPERATIONS.iter().find(same).unwrap().function
}

/// Returns the function's sample event with this `Authorization` header, or without one.
fn sample(function: &str, bearer: Option<String>) -> Value {
    let mut event = event(function);
    if let Some(bearer) = bearer {
        event["multiValueHeaders"]["authorization"] = json!([bearer]);
        event["headers"]["authorization"] = json!(bearer);
    }
    event
}

/// A function's response: the status, the body and the header `WWW-Authenticate`.
struct Answer {
    status: u64,
    body: Value,
    challenge: String,
}

async fn ask(process: &Instance, event: Value) -> Answer {
    let raw = process.invoke(event).await.unwrap();
    let body = raw["body"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let header = &raw["multiValueHeaders"]["www-authenticate"][0];
    let header = header.as_str().or(raw["headers"]["www-authenticate"].as_str()).unwrap_or_default();
    Answer { status: raw["statusCode"].as_u64().unwrap(), body, challenge: header.to_owned() }
}

/// Asserts one cell of the matrix.
async fn assert_cell(
    cloud: &Cloud,
    proxy: &Proxy,
    process: &Instance,
    operation: &Operation,
    role: Option<Role>,
) {
    let (function, scope) = (function(operation), operation.scope());
    let what = format!("{role:?} on {} {}", operation.method, operation.path);
    let before = (proxy.seen().calls, refusals(cloud).await.len());
    let event = sample(function, role.map(|role| cloud.bearer(role)));
    let event = at(event, operation.method.as_str(), operation.path);
    let answer = ask(process, event).await;
    let (response, status) = (answer.body["type"].as_str().unwrap_or_default().to_owned(), answer.status);
    let (calls, recorded) = (proxy.seen().calls, refusals(cloud).await);
    match role {
        _ if scope.is_none() => {
            let refusals = ["unauthenticated", "invalid_token", "insufficient_scope"];
            assert!(
                status != 403 && !refusals.iter().any(|kind| response.ends_with(kind)),
                "{what}: {}",
                answer.body
            );
        }
        None => {
            assert_eq!((status, answer.challenge.as_str()), (401, "Bearer"), "{what}");
            assert_eq!((&calls, recorded.len()), (&before.0, before.1), "{what}: a stranger caused a call");
        }
        Some(role) if allows(role, scope) => {
            assert!(![401, 403].contains(&status) && status < 500, "{what}: {status} {}", answer.body);
            assert_eq!(recorded.len(), before.1, "{what}");
        }
        Some(_) => {
            assert_eq!(
                (status, response.as_str()),
                (403, "urn:bellwether:problem:insufficient_scope"),
                "{what}"
            );
            assert!(answer.challenge.starts_with("Bearer error=\"insufficient_scope\""), "{what}");
            let mut one_more = before.0;
            *one_more.entry("PutItem".to_owned()).or_default() += 1;
            assert_eq!(calls, one_more, "{what}: the store got other calls than the audit record");
            let route = format!("{} {}", operation.method, operation.path);
            let own = recorded.iter().filter(|(target, _)| *target == route).count();
            assert_eq!((recorded.len(), own > 0), (before.1 + 1, true), "{what}");
            assert!(
                recorded.iter().all(|(target, detail)| *target != route || detail.ends_with(scope.unwrap()))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_can_call_exactly_the_operations_of_its_scopes() {
    let cloud = Cloud::start().await;
    let proxy = Proxy::counting(&cloud.dynamodb).await;
    let mut cells = 0;
    for operation in Operation::all() {
        let process = instance(&cloud, &proxy.url, function(&operation), &[]).await;
        // The instance opens its connections before its first response.
        let event = sample(function(&operation), None);
        ask(&process, at(event, operation.method.as_str(), operation.path)).await;
        for role in ROLES {
            assert_cell(&cloud, &proxy, &process, &operation, role).await;
            cells += 1;
        }
    }
    assert_eq!(cells, OPERATIONS.len() * ROLES.len());
}

#[test]
fn every_required_scope_belongs_to_some_roles_but_not_all() {
    for operation in Operation::all() {
        let Some(name) = operation.scope() else { continue };
        let has = ROLES.iter().flatten().filter(|role| allows(**role, Some(name))).count();
        // Every role reads assignments; an API client has the scope only if it was granted.
        let most = if name == "assignments:read" { 4 } else { 3 };
        assert!((1..=most).contains(&has), "all roles or none have {name}, the scope of {}", operation.id());
    }
}

/// The resources that the sample events name, in workspace `acme`: a running test, a user and an API client.
struct Things {
    store: Store,
    now: domain::clock::Timestamp,
    acme: Workspace,
}

impl Things {
    fn new(cloud: &Cloud) -> Self {
        let client = aws_sdk_dynamodb::config::Builder::from(&sdk(&cloud.dynamodb));
        let store = Store::new(client, PREFIX, &Limits::default());
        Self { store, now: Clock::system().now(), acme: Workspace::parse("acme").unwrap() }
    }

    fn record(&self, number: u8) -> AuditedChange {
        let origin = Provenance {
            at: self.now,
            request_id: RequestId::of_event("lab"),
            source: None,
            unique: [number; 16],
        };
        let entry = origin.record(&self.acme, "lab", Action::WorkspaceCreated, "a resource");
        entry.unconditional()
    }

    fn user_named(&self, email: &str, role: Role) -> User {
        let password = Password::parse(&"correct horse battery staple".to_owned().into()).unwrap();
        User::new(Email::parse(email).unwrap(), self.acme.clone(), role, &password, self.now).unwrap()
    }

    async fn create(&self) {
        let definition = Definition::parse(typed(body_of("create-test")).unwrap()).unwrap();
        let (seed, start) = (Seed::from_random(*b"8 bytes!"), json!({ "revision": 1, "status": "running" }));
        let test = Experiment::draft(definition, seed.clone(), self.now);
        let test = test.revise(typed(start).unwrap(), seed, self.now).unwrap();
        self.store.experiments.create(&self.acme, &test, self.record(1)).await.unwrap().unwrap();
        let (ada, grace) = (
            self.user_named("ada@example.com", Role::Admin),
            self.user_named("grace@example.com", Role::Viewer),
        );
        assert!(self.store.identities.bootstrap(&ada, self.record(2)).await.unwrap());
        assert!(self.store.identities.add_user(&grace, self.record(3)).await.unwrap().unwrap());
        let caller = Caller {
            subject: "ada".to_owned(),
            workspace: self.acme.clone(),
            role: Role::Admin,
            scopes: Scope::ALL.to_vec(),
            session_epoch: Some(0),
        };
        let named = event("update-client")["pathParameters"]["client_id"].as_str().unwrap().to_owned();
        let id = u128::from_str_radix(named.trim_start_matches("c_"), 16).unwrap().to_be_bytes();
        let drawn = Drawn { id, secret: [1; 32] };
        let (client, _) =
            Client::new(typed(body_of("create-client")).unwrap(), &caller, &drawn, self.now).unwrap();
        assert_eq!(client.client_id, ClientId::parse(&named).unwrap());
        assert!(self.store.clients.create(&client, self.record(4)).await.unwrap().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_of_another_workspace_gets_the_response_of_a_missing_one() {
    let cloud = Cloud::start().await;
    // The others are operations of functions whose sample is another operation's; their handlers' tests check them.
    let is_sample = |o: &Operation| sample(function(o), None)["resource"] == o.path;
    let named = || {
        Operation::all().into_iter().filter(|o| o.path.contains('{') && o.scope().is_some()).filter(is_sample)
    };
    let mut processes = Vec::new();
    for operation in named() {
        let function = function(&operation);
        let process = instance(&cloud, &cloud.dynamodb, function, &[]).await;
        let foreign = sample(function, Some(cloud.bearer_in("globex", Role::Admin)));
        let nothing_there = process.invoke(foreign.clone()).await.unwrap();
        assert_eq!(nothing_there["statusCode"], 404, "{function}: {nothing_there}");
        processes.push((function, process, foreign, nothing_there));
    }
    assert!(processes.len() >= 7, "expected five operations on a test, one on a user, one on a client");
    Things::new(&cloud).create().await;
    for (function, process, foreign, nothing_there) in &processes {
        let theirs = process.invoke(foreign.clone()).await.unwrap();
        assert_eq!(theirs.to_string(), nothing_there.to_string(), "{function}");
        let own = process.invoke(sample(function, Some(cloud.bearer(Role::Admin)))).await.unwrap();
        assert!(own["statusCode"].as_u64().unwrap() < 300 || own["statusCode"] == 409, "{function}: {own}");
        let after = process.invoke(foreign.clone()).await.unwrap();
        assert_eq!(
            after.to_string(),
            nothing_there.to_string(),
            "{function}, after a call from its own workspace"
        );
    }
}
