//! Sends the notices that wait in the outbox. A notice is removed only after the bus has accepted it, so a run
//! that ends at any point loses none. The next run sends what is left, under the same ids.

use bellwether::App;
use bellwether::http::problem::Problem;

/// Sends the waiting notices. Returns how many were sent.
///
/// # Errors
/// 503 when one of them cannot be sent, so that a fault of the bus sets off the alarm of failed invocations.
pub async fn send_waiting(app: &App) -> Result<usize, Problem> {
    let waiting = app.store.outbox.waiting().await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let accepted = app.bus.send(&waiting).await.map_err(|error| Problem::Unavailable(error.to_string()))?;
    let mut sent = 0;
    for (notice, _) in waiting.iter().zip(&accepted).filter(|(_, is_accepted)| **is_accepted) {
        app.store.outbox.sent(notice, app.clock.now()).await?;
        sent += 1;
    }
    if sent < waiting.len() {
        let left = waiting.len() - sent;
        return Err(Problem::Unavailable(format!(
            "{left} notices could not be sent; the next run sends them"
        )));
    }
    Ok(sent)
}
