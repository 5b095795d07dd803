//! `PATCH /tests/{test_id}`: changes a test, or moves it to another state.
//!
//! The body names the revision on which the change is based, and the store accepts one of two concurrent
//! changes. `domain::experiment::Experiment::revise` defines what may change in each state.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, UPDATE_TEST};
use bellwether::random;
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::reach::Keyed;
use domain::experiment::wire::TestPatch;
use domain::experiment::{ExperimentId, PreviewKey, Seed};

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<UpdateTest>()]).reading(Keyed::Tests);

#[derive(Debug)]
struct UpdateTest;

impl Endpoint for UpdateTest {
    const OPERATION: &'static Operation = &UPDATE_TEST;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = Screened<TestPatch>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Call { caller, path: test_id, body, .. } = &call;
        let patch = body.get().clone();
        let acknowledged = patch.acknowledge_suspect == Some(true);
        let old = app.store.experiments.get(&caller.workspace, test_id).await?.ok_or(Problem::NotFound)?;
        let seed = Seed::from_random(random::bytes().map_err(Problem::internal)?);
        let mut new = old.revise(patch, seed, app.clock.now())?;
        if new.named_units().next().is_some() {
            let suppression = app.suppression(&caller.workspace, app.clock.now()).await?;
            suppression.check(&new, Some(&old))?;
        }
        if new == old {
            app.store.identities.confirm(caller).await??;
            return Reply::ok(&old.view());
        }
        if new.preview_key.is_none() {
            new.preview_key = Some(PreviewKey::from_random(random::bytes().map_err(Problem::internal)?));
        }
        let entry = call.record(app, Action::TestChanged, test_id)?;
        let entry = entry.change(new.revision, &old.view(), &new.view()).suspect(&new.suspect);
        let entry = entry.acknowledged(acknowledged && new.starts_after(&old) && !new.suspect.is_empty());
        if !app.store.experiments.replace(&caller.workspace, &old, &new, entry.by(caller)?).await?? {
            let detail =
                "The test was changed by another request at the same time; read the test again and retry.";
            return Err(Problem::Conflict(detail.to_owned()));
        }
        Reply::ok(&new.view())
    }
}
