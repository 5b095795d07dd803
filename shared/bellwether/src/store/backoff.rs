//! Trying again what met a transaction.

use std::time::Duration;

use crate::random;

/// How often a transaction or a put is tried that meets another transaction on an item of both. Two that only look at the same
/// item, such as that of a person who makes two changes at once, meet too.
pub(super) const TRIES: u32 = 4;
/// How long it waits at most before the second try; twice as long before each further one.
const BACKOFF_MS: u32 = 40;

/// Waits a random part of the time before try `tries` + 1, so that two that met do not meet again.
pub(super) async fn backoff(tries: u32) {
    let [part] = random::bytes().unwrap_or([u8::MAX]);
    let most = BACKOFF_MS << (tries - 1);
    tokio::time::sleep(Duration::from_millis(u64::from(most * u32::from(part) / 255))).await;
}
