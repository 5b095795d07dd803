//! Audit records of refusals. The caller gets the refusal in time, even if the record cannot be stored.

use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::auth::access::{Denial, Overreach};
use crate::http::problem::Problem;
use crate::net::request_id::RequestId;
use crate::store::audit::Action;

/// Records, until `deadline`, that an authenticated caller was refused. The target is the route and not the
/// path, because the caller chooses the path.
pub async fn record(app: &App, refused: &Overreach, target: &str, id: &RequestId, deadline: Instant) {
    let stored = timeout_at(deadline, store(app, refused, target, id)).await;
    let stored = stored.unwrap_or_else(|_| Err(Problem::Unavailable("there was no time left".to_owned())));
    if let Err(problem) = stored {
        tracing::error!(request_id = id.id, cause = problem.cause(), "a refusal could not be recorded");
    }
}

async fn store(app: &App, refused: &Overreach, target: &str, id: &RequestId) -> Result<(), Problem> {
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
