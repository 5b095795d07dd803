//! What must not share the machine: tests that measure, that race against limits of time, or that start the whole
//! server. They run one after the other, each from [`turn`] on.

#![expect(clippy::unwrap_used, reason = "what a test sets up is right or the test is wrong")]

mod aggregating;
mod journey;
mod rotating;
mod surviving;

use tokio::sync::{Mutex, MutexGuard};

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits until no other test of this binary runs. The turn ends when what is returned is dropped.
async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}
