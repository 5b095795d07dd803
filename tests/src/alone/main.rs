//! Tests that need the machine to themselves: they measure, have time limits, or start the whole server. They run one
//! after the other; each begins with [`turn`].

#![expect(clippy::unwrap_used, reason = "a failed setup is a failed test")]

mod aggregating;
mod importing;
mod journey;
mod preparing;
mod rotating;
mod surviving;

use tokio::sync::{Mutex, MutexGuard};

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits until no other test of this binary runs. The turn ends when the returned guard is dropped.
async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}
