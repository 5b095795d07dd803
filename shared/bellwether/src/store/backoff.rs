//! Retries of writes that conflict with a transaction.

use std::time::Duration;

use crate::random;

/// The number of attempts for a write that conflicts with a transaction on the same item. Two transactions
/// that only check the same item also conflict, such as two concurrent changes by one user.
pub(super) const TRIES: u32 = 4;
/// The longest wait before the second attempt, in milliseconds. It doubles before each further one.
const BACKOFF_MS: u32 = 40;

/// Waits a random part of the time before attempt `tries` + 1, so that two writes do not conflict again.
pub(super) async fn backoff(tries: u32) {
    let [part] = random::bytes().unwrap_or([u8::MAX]);
    let most = BACKOFF_MS << (tries - 1);
    tokio::time::sleep(Duration::from_millis(u64::from(most * u32::from(part) / 255))).await;
}
