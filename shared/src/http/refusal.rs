//! The record of a refusal. Whether or not it can be kept, the caller hears the refusal, and in time.

use tokio::time::{Instant, timeout_at};

use super::problem::Problem;
use super::request_id::RequestId;
use crate::app::App;
use crate::auth::{Denial, Overreach};
use crate::store::audit::Action;

/// Tells the audit, until `deadline`, that somebody known asked for what they may not have. The
/// target is the route and not the path, which is the caller's own words.
pub async fn record(app: &App, refused: &Overreach, target: &str, id: &RequestId, deadline: Instant) {
    let kept = timeout_at(deadline, keep(app, refused, target, id)).await;
    let kept = kept.unwrap_or_else(|_| Err(Problem::Unavailable("there was no time left".to_owned())));
    if let Err(problem) = kept {
        tracing::error!(request_id = id.id, cause = problem.cause(), "a refusal could not be recorded");
    }
}

async fn keep(app: &App, refused: &Overreach, target: &str, id: &RequestId) -> Result<(), Problem> {
    let caller = &refused.caller;
    let origin = app.origin_of(id.clone(), Some(refused.source))?;
    let entry = origin.record(&caller.workspace, &caller.subject, Action::Refused, target);
    let entry = entry.denied().detail(why(refused.denial));
    Ok(app.store.audit.put(&entry).await?)
}

fn why(denial: Denial) -> String {
    match denial {
        Denial::Scope(scope) => format!("needs {}", scope.as_str()),
        Denial::Network => "not from this network".to_owned(),
        Denial::CrossSite => "not from an own page".to_owned(),
    }
}
