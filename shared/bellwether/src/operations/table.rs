//! The table of operations. Each one is public or requires one scope.

use std::time::Duration;

use super::{Access, BodyKind, Operation};
use crate::auth::access::Scope;

/// `POST /login`: returns tokens for an e-mail address and a password.
pub const LOGIN: Operation = Operation::new("login", "POST", "/login", Access::Public)
    .with_body(BodyKind::Json)
    .answers(&[200, 401, 403, 413, 415, 422, 429])
    .audited();

/// `POST /oauth/token`: returns an access token for a refresh token or a client's secret.
pub const ISSUE_TOKEN: Operation = Operation::new("issue-token", "POST", "/oauth/token", Access::Public)
    .with_body(BodyKind::Form)
    .answers(&[200, 401, 403, 413])
    .audited();

/// `POST /oauth/revoke`: ends a session.
pub const REVOKE_TOKEN: Operation = Operation::new("revoke-token", "POST", "/oauth/revoke", Access::Public)
    .with_body(BodyKind::Form)
    .answers(&[200, 403, 413])
    .audited();

/// `GET /.well-known/jwks.json`: returns the keys that verify tokens.
pub const PUBLISH_KEYS: Operation =
    Operation::new("publish-keys", "GET", "/.well-known/jwks.json", Access::Public).answers(&[200]);

/// `GET /.well-known/oauth-authorization-server`: returns the addresses of the endpoints.
pub const PUBLISH_KEYS_METADATA: Operation =
    Operation::new("publish-keys-metadata", "GET", "/.well-known/oauth-authorization-server", Access::Public)
        .answered_by("publish-keys")
        .answers(&[200, 404]);

/// `GET /users`: lists the users of a workspace.
pub const LIST_USERS: Operation =
    Operation::new("list-users", "GET", "/users", Access::Scope(Scope::UsersWrite))
        .with_query(&["limit", "next"])
        .answers(&[200, 401, 403, 422]);

/// `POST /users`: creates a user.
pub const CREATE_USER: Operation =
    Operation::new("create-user", "POST", "/users", Access::Scope(Scope::UsersWrite))
        .with_body(BodyKind::Json)
        .answers(&[201, 401, 403, 409, 413, 415, 422])
        .audited();

/// `PATCH /users/{user_id}`: changes a user.
pub const UPDATE_USER: Operation =
    Operation::new("update-user", "PATCH", "/users/{user_id}", Access::Scope(Scope::UsersWrite))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 404, 409, 413, 415, 422])
        .audited();

/// `GET /clients`: lists the clients of a workspace.
pub const LIST_CLIENTS: Operation =
    Operation::new("list-clients", "GET", "/clients", Access::Scope(Scope::UsersWrite))
        .with_query(&["limit", "next"])
        .answers(&[200, 401, 403, 422]);

/// `POST /clients`: creates a client.
pub const CREATE_CLIENT: Operation =
    Operation::new("create-client", "POST", "/clients", Access::Scope(Scope::UsersWrite))
        .with_body(BodyKind::Json)
        .answers(&[201, 401, 403, 409, 413, 415, 422])
        .audited();

/// `PATCH /clients/{client_id}`: changes a client.
pub const UPDATE_CLIENT: Operation =
    Operation::new("update-client", "PATCH", "/clients/{client_id}", Access::Scope(Scope::UsersWrite))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 404, 409, 413, 415, 422])
        .audited();

/// `PATCH /workspace`: changes the settings of the workspace.
pub const MANAGE_WORKSPACE: Operation =
    Operation::new("manage-workspace", "PATCH", "/workspace", Access::Scope(Scope::WorkspaceWrite))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 409, 413, 415, 422])
        .audited();

/// `GET /workspace`: returns the settings of the workspace.
pub const MANAGE_WORKSPACE_READ: Operation =
    Operation::new("manage-workspace-read", "GET", "/workspace", Access::Scope(Scope::WorkspaceRead))
        .answered_by("manage-workspace")
        .answers(&[200, 401, 403]);

/// `POST /tests`: creates a test.
pub const CREATE_TEST: Operation =
    Operation::new("create-test", "POST", "/tests", Access::Scope(Scope::TestsWrite))
        .with_body(BodyKind::Json)
        .answers(&[200, 201, 401, 403, 409, 413, 415, 422])
        .audited();

/// `GET /tests`: lists the tests of a workspace.
pub const LIST_TESTS: Operation =
    Operation::new("list-tests", "GET", "/tests", Access::Scope(Scope::TestsRead))
        .with_query(&["limit", "next", "status"])
        .answers(&[200, 401, 403, 422]);

/// `GET /tests/{test_id}`: returns a test.
pub const GET_TEST: Operation =
    Operation::new("get-test", "GET", "/tests/{test_id}", Access::Scope(Scope::TestsRead))
        .answers(&[200, 401, 403, 404]);

/// `PATCH /tests/{test_id}`: changes a test.
pub const UPDATE_TEST: Operation =
    Operation::new("update-test", "PATCH", "/tests/{test_id}", Access::Scope(Scope::TestsWrite))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 404, 409, 413, 415, 422])
        .audited();

/// `POST /tests/{test_id}/assignments`: assigns units to variants.
pub const ASSIGN_VARIANT: Operation = Operation::new(
    "assign-variant",
    "POST",
    "/tests/{test_id}/assignments",
    Access::Scope(Scope::AssignmentsWrite),
)
.with_body(BodyKind::Json)
.answers(&[200, 401, 403, 404, 413, 415, 422]);

/// `POST /tests/{test_id}/exposures`: records that units were shown their variant.
pub const ASSIGN_VARIANT_EXPOSURES: Operation = Operation::new(
    "assign-variant-exposures",
    "POST",
    "/tests/{test_id}/exposures",
    Access::Scope(Scope::AssignmentsWrite),
)
.answered_by("assign-variant")
.with_body(BodyKind::Json)
.answers(&[202, 401, 403, 404, 409, 413, 415, 422]);

/// `POST /evaluate`: returns the variants of units in several tests. Storing assignments needs a scope of its own.
pub const EVALUATE_TESTS: Operation =
    Operation::new("evaluate-tests", "POST", "/evaluate", Access::Scope(Scope::AssignmentsRead))
        .partly_for(Scope::AssignmentsWrite)
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 413, 415, 422]);

/// `POST /tests/{test_id}/preview`: explains what a test decides, and issues preview tokens.
pub const EVALUATE_TESTS_PREVIEW: Operation = Operation::new(
    "evaluate-tests-preview",
    "POST",
    "/tests/{test_id}/preview",
    Access::Scope(Scope::AssignmentsRead),
)
.answered_by("evaluate-tests")
.with_body(BodyKind::Json)
.answers(&[200, 401, 403, 404, 409, 413, 415, 422]);

/// `POST /accounts/assignments`: looks up what units were assigned, without assigning any.
pub const LOOK_UP_ACCOUNTS_ASSIGNMENTS: Operation = Operation::new(
    "look-up-accounts-assignments",
    "POST",
    "/accounts/assignments",
    Access::Scope(Scope::AssignmentsRead),
)
.answered_by("look-up-accounts")
.with_body(BodyKind::Json)
.answers(&[200, 401, 403, 413, 415, 422]);

/// `POST /tests/{test_id}/conversions`: records outcomes of units.
pub const RECORD_CONVERSION: Operation = Operation::new(
    "record-conversion",
    "POST",
    "/tests/{test_id}/conversions",
    Access::Scope(Scope::ConversionsWrite),
)
.with_body(BodyKind::Json)
.answers(&[202, 401, 403, 404, 409, 413, 415, 422]);

/// `POST /conversions`: records outcomes of units in every test that shares the goal.
pub const RECORD_CONVERSION_SHARED: Operation = Operation::new(
    "record-conversion-shared",
    "POST",
    "/conversions",
    Access::Scope(Scope::ConversionsWrite),
)
.answered_by("record-conversion")
.with_body(BodyKind::Json)
.answers(&[202, 401, 403, 409, 413, 415, 422]);

/// `POST /tests/{test_id}/events/lookup`: returns what is recorded for units.
pub const LOOK_UP_EVENTS: Operation = Operation::new(
    "look-up-accounts-events",
    "POST",
    "/tests/{test_id}/events/lookup",
    Access::Scope(Scope::ConversionsRead),
)
.answered_by("look-up-accounts")
.with_body(BodyKind::Json)
.answers(&[200, 401, 403, 404, 413, 415, 422]);

/// `GET /tests/{test_id}/results`: returns the results of a test. API Gateway waits 29 s.
pub const GET_RESULTS: Operation =
    Operation::new("get-results", "GET", "/tests/{test_id}/results", Access::Scope(Scope::ResultsRead))
        .with_query(&["fresh", "phase"])
        .answers(&[200, 401, 403, 404, 422])
        .within(Duration::from_secs(25));

/// `GET /results`: compares several tests by their stored results.
pub const GET_RESULTS_COMPARED: Operation =
    Operation::new("get-results-compared", "GET", "/results", Access::Scope(Scope::ResultsRead))
        .answered_by("get-results")
        .with_query(&["tests"])
        .answers(&[200, 401, 403, 422]);

/// `POST /plan`: computes the units and days that a test needs.
pub const PLAN_TEST: Operation =
    Operation::new("plan-test", "POST", "/plan", Access::Scope(Scope::TestsRead))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 413, 415, 422]);

/// `POST /privacy/requests`: requests the data of accounts, or their erasure.
pub const REQUEST_PRIVACY: Operation =
    Operation::new("request-privacy", "POST", "/privacy/requests", Access::Scope(Scope::PrivacyWrite))
        .with_body(BodyKind::Json)
        .answers(&[202, 401, 403, 413, 415, 422])
        .audited();

/// `GET /privacy/requests/{request_id}`: returns a request with the data or the receipt. A page of data needs many
/// calls.
pub const REQUEST_PRIVACY_READ: Operation = Operation::new(
    "request-privacy-read",
    "GET",
    "/privacy/requests/{request_id}",
    Access::Scope(Scope::PrivacyWrite),
)
.answered_by("request-privacy")
.with_query(&["next"])
.answers(&[200, 401, 403, 404, 422])
.within(Duration::from_secs(25));

/// `GET /privacy/keys`: returns the keys that verify receipts of erasures.
pub const REQUEST_PRIVACY_KEYS: Operation =
    Operation::new("request-privacy-keys", "GET", "/privacy/keys", Access::Scope(Scope::PrivacyWrite))
        .answered_by("request-privacy")
        .answers(&[200, 401, 403]);

/// `GET /metrics`: returns metrics for Prometheus, which waits 10 s by default.
pub const EXPORT_METRICS: Operation =
    Operation::new("export-metrics", "GET", "/metrics", Access::Scope(Scope::MetricsRead))
        .answers(&[200, 401, 403])
        .within(Duration::from_secs(9));

/// `POST /accounts`: creates and changes accounts of the directory.
pub const IMPORT_ACCOUNTS: Operation =
    Operation::new("import-accounts", "POST", "/accounts", Access::Scope(Scope::AccountsWrite))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 409, 413, 415, 422])
        .audited();

/// `POST /accounts/merge`: joins accounts that are one company.
pub const IMPORT_ACCOUNTS_MERGE: Operation =
    Operation::new("import-accounts-merge", "POST", "/accounts/merge", Access::Scope(Scope::AccountsWrite))
        .answered_by("import-accounts")
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 409, 413, 415, 422])
        .audited();

/// `POST /accounts/lookup`: returns accounts by their ids or aliases.
pub const LOOK_UP_ACCOUNTS: Operation =
    Operation::new("look-up-accounts", "POST", "/accounts/lookup", Access::Scope(Scope::AccountsRead))
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 413, 415, 422]);

/// `GET /accounts`: lists accounts.
pub const LOOK_UP_ACCOUNTS_LIST: Operation =
    Operation::new("look-up-accounts-list", "GET", "/accounts", Access::Scope(Scope::AccountsRead))
        .answered_by("look-up-accounts")
        .with_query(&["limit", "next"])
        .answers(&[200, 401, 403, 422]);

/// `POST /accounts/count`: counts the accounts that match a condition.
pub const LOOK_UP_ACCOUNTS_COUNT: Operation =
    Operation::new("look-up-accounts-count", "POST", "/accounts/count", Access::Scope(Scope::AccountsRead))
        .answered_by("look-up-accounts")
        .with_body(BodyKind::Json)
        .answers(&[200, 401, 403, 413, 415, 422]);

/// All operations.
pub const OPERATIONS: [Operation; 37] = [
    LOGIN,
    ISSUE_TOKEN,
    REVOKE_TOKEN,
    PUBLISH_KEYS,
    PUBLISH_KEYS_METADATA,
    LIST_USERS,
    CREATE_USER,
    UPDATE_USER,
    LIST_CLIENTS,
    CREATE_CLIENT,
    UPDATE_CLIENT,
    MANAGE_WORKSPACE,
    MANAGE_WORKSPACE_READ,
    CREATE_TEST,
    LIST_TESTS,
    GET_TEST,
    UPDATE_TEST,
    ASSIGN_VARIANT,
    ASSIGN_VARIANT_EXPOSURES,
    EVALUATE_TESTS_PREVIEW,
    EVALUATE_TESTS,
    RECORD_CONVERSION,
    RECORD_CONVERSION_SHARED,
    LOOK_UP_EVENTS,
    LOOK_UP_ACCOUNTS_ASSIGNMENTS,
    GET_RESULTS,
    GET_RESULTS_COMPARED,
    PLAN_TEST,
    REQUEST_PRIVACY,
    REQUEST_PRIVACY_READ,
    REQUEST_PRIVACY_KEYS,
    EXPORT_METRICS,
    IMPORT_ACCOUNTS,
    IMPORT_ACCOUNTS_MERGE,
    LOOK_UP_ACCOUNTS,
    LOOK_UP_ACCOUNTS_LIST,
    LOOK_UP_ACCOUNTS_COUNT,
];

/// The methods that [`REJECT_METHOD`] handles on paths without such an operation. They include HEAD and
/// OPTIONS, because the API serves no pages.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The function that handles all other methods of declared paths.
pub const REJECT_METHOD: &str = "reject-method";

/// Functions without an operation. They are invoked under IAM.
pub const ON_EVENTS: [&str; 3] = ["answer-privacy-requests", "rotate-keys", "summarize-tests"];
