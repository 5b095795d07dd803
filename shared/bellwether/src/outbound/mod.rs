//! Calls to other AWS services that only the schedule makes. [`bus`] sends notices to `EventBridge`, and
//! [`invoker`] invokes the function again for each test. A client is created at its first call, because other
//! functions never need it.

pub mod bus;
mod cloud_event;
pub mod invoker;

use aws_sdk_eventbridge::error::{DisplayErrorContext, SdkError};

/// The reason why a call failed. The same call may succeed later.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{service} is unavailable: {cause}")]
pub struct OutboundError {
    service: &'static str,
    cause: String,
}

impl OutboundError {
    fn of<E: std::error::Error + 'static>(service: &'static str, error: SdkError<E>) -> Self
    where
        SdkError<E>: std::error::Error,
    {
        Self { service, cause: DisplayErrorContext(error).to_string() }
    }
}
