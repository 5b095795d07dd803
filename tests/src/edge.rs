//! What stands around every function, asked of the built binaries on every route there is: the
//! headers and forms of answers, origins, sources, and URLs. A route that is added is asked too.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up is to panic")]

#[path = "edge/answers.rs"]
mod answers;
#[path = "edge/hostile.rs"]
mod hostile;
#[path = "edge/sources.rs"]
mod sources;
#[path = "edge/urls.rs"]
mod urls;

use std::sync::LazyLock;

use bellwether::http::routes::Route;
use serde_json::Value;
use testing::runtime::project;

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    serde_yaml_ng::from_str(&std::fs::read_to_string(project().join("openapi.yaml")).unwrap()).unwrap()
});

/// What `openapi.yaml` says of a route.
fn operation(route: &Route) -> &'static Value {
    &CONTRACT["paths"][route.path][route.method.to_lowercase()]
}

/// The scope that a route needs.
fn scope(route: &Route) -> Option<&'static str> {
    operation(route)["x-scope"].as_str()
}
