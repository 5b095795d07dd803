//! Runs the one operation of Lambda that the service uses: an asynchronous invocation.

use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

/// An invocation that Lambda has accepted.
#[derive(Debug, PartialEq)]
pub struct Invocation {
    /// The function.
    pub function: String,
    /// Its event.
    pub event: Value,
}

/// Returns the name of the function that a request invokes asynchronously.
pub fn function<B>(request: &Request<B>) -> Option<String> {
    let path = request.uri().path().strip_prefix("/2015-03-31/functions/")?;
    let is_event =
        request.headers().get("x-amz-invocation-type").is_some_and(|kind| kind.as_bytes() == b"Event");
    path.strip_suffix("/invocations").filter(|_| is_event).map(str::to_owned)
}

/// Accepts an invocation.
pub fn accept(function: String, body: &[u8], accepted: &UnboundedSender<Invocation>) -> (StatusCode, String) {
    let Ok(event) = serde_json::from_slice(body) else {
        let refused = json!({ "Type": "User", "Message": "The event is not JSON." });
        return (StatusCode::BAD_REQUEST, refused.to_string());
    };
    match accepted.send(Invocation { function, event }) {
        Ok(()) => (StatusCode::ACCEPTED, String::new()),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "Type": "Service" }).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    fn request(path: &str, kind: &str) -> Request<()> {
        Request::post(path).header("X-Amz-Invocation-Type", kind).body(()).unwrap()
    }

    #[test]
    fn only_an_asynchronous_invocation_is_accepted() {
        let path = "/2015-03-31/functions/summarize-tests/invocations";
        assert_eq!(function(&request(path, "Event")).as_deref(), Some("summarize-tests"));
        assert_eq!(function(&request(path, "RequestResponse")), None);
        assert_eq!(function(&request("/2015-03-31/functions/", "Event")), None);
        let (accepted, mut received) = unbounded_channel();
        let (status, _) = accept("summarize-tests".to_owned(), b"{\"test_id\":\"t\"}", &accepted);
        assert_eq!(status, StatusCode::ACCEPTED);
        assert_eq!(received.try_recv().unwrap().event["test_id"], "t");
        assert_eq!(accept("f".to_owned(), b"{", &accepted).0, StatusCode::BAD_REQUEST);
        drop(received);
        assert_eq!(accept("f".to_owned(), b"{}", &accepted).0, StatusCode::SERVICE_UNAVAILABLE);
    }
}
