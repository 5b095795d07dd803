//! Tests the shared behaviour of all functions with the built binaries, on every route: headers and formats
//! of responses, origins, source addresses, and URLs. A new route is covered automatically.

mod answers;
mod hostile;
mod sources;
mod urls;

use bellwether::operations::Operation;
use serde_json::Value;
use testing::document::CONTRACT;

/// Returns the operation of a route in `openapi.yaml`.
fn operation(route: &Operation) -> &'static Value {
    &CONTRACT["paths"][route.path][route.method.to_lowercase()]
}

/// Returns the scope that a route requires.
fn scope(route: &Operation) -> Option<&'static str> {
    operation(route)["x-scope"].as_str()
}
