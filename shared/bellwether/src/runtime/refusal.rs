//! The record of a refusal. Whether or not it can be kept, the caller hears the refusal, and in time.

use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::auth::access::{Denial, Overreach};
use crate::http::problem::Problem;
use crate::net::request_id::RequestId;
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
    let mut why = why(refused.denial);
    let kind = (format!("{}/{}", caller.workspace, caller.subject), target.to_owned(), why.clone());
    let Some(omitted) = app.refusals.count(kind, app.clock.now()) else { return Ok(()) };
    if omitted > 0 {
        why = format!("{omitted} more since the last record; {why}");
    }
    let origin = app.origin_of(id.clone(), Some(refused.source))?;
    let entry = origin.record(&caller.workspace, &caller.subject, Action::Refused, target);
    Ok(app.store.audit.put(&entry.denied().detail(why)).await?)
}

fn why(denial: Denial) -> String {
    match denial {
        Denial::Scope(scope) => format!("needs {}", scope.as_str()),
        Denial::Network => "not from this network".to_owned(),
        Denial::CrossSite => "not from an allowed page".to_owned(),
    }
}
