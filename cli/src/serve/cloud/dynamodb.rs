//! Runs the operations of DynamoDB that the service uses on an embedded database.

use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use hyper::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The prefix of operations in `X-Amz-Target`.
pub const TARGET: &str = "DynamoDB_20120810.";

/// Returns the response to a call.
pub fn answer(database: &Database, operation: &str, body: &[u8]) -> (StatusCode, String) {
    let done = match operation {
        "BatchGetItem" => call(body, |request| database.batch_get_item(request)),
        "CreateTable" => call(body, |request| database.create_table(request)),
        "DescribeTable" => call(body, |request| database.describe_table(request)),
        "GetItem" => call(body, |request| database.get_item(request)),
        "PutItem" => call(body, |request| database.put_item(request)),
        "Query" => call(body, |request| database.query(request)),
        "TransactWriteItems" => call(body, |request| database.transact_write_items(request)),
        "UpdateItem" => call(body, |request| database.update_item(request)),
        "UpdateTable" => call(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => call(body, |request| database.update_time_to_live(request)),
        other => {
            Err(DynoxideError::ValidationException(format!("the embedded database does not support {other}")))
        }
    };
    match done {
        Ok(answer) => (StatusCode::OK, answer),
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, error.to_json())
        }
    }
}

fn call<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    run: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    let request = serde_json::from_slice(body);
    let request = request.map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
    let answer = run(request)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
