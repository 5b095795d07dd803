//! What stands around every function, asked of the built binaries on every route there is: the
//! headers and forms of answers, origins, sources, and URLs. A route that is added is asked too.

mod answers;
mod hostile;
mod sources;
mod urls;

use bellwether::operations::Operation;
use serde_json::Value;
use testing::document::CONTRACT;

/// What `openapi.yaml` says of a route.
fn operation(route: &Operation) -> &'static Value {
    &CONTRACT["paths"][route.path][route.method.to_lowercase()]
}

/// The scope that a route needs.
fn scope(route: &Operation) -> Option<&'static str> {
    operation(route)["x-scope"].as_str()
}
