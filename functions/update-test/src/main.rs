//! `PATCH /tests/{test_id}`: changes a test, or moves it through its life.
//!
//! The body names the revision it was made against; the store lets one of two rivals through.
//! What may change when: `domain::experiment::Experiment::revise`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::random;
use bellwether::store::audit::Action;
use domain::experiment::Seed;
use domain::experiment::wire::TestPatch;
use domain::validation::typed;
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::TestsWrite).await?;
    let test_id = extract::test_id(&request)?;
    let patch: TestPatch = typed(app.screen.clean(extract::object(&request)?)?)?;
    let acknowledged = patch.acknowledge_suspect == Some(true);
    let old = app.store.experiments.get(&caller.workspace, &test_id).await?.ok_or(Problem::NotFound)?;
    let seed = Seed::from_random(random::bytes().map_err(Problem::internal)?);
    let new = old.revise(patch, seed, app.clock.now())?;
    if new == old {
        app.store.identities.confirm(&caller).await??;
        return Reply::ok(&old.view());
    }
    let origin = app.origin(&request)?;
    let entry = origin.record(&caller.workspace, &caller.subject, Action::TestChanged, &test_id);
    let entry = entry.change(new.revision, &old.view(), &new.view()).suspect(&new.suspect);
    let entry = entry.acknowledged(acknowledged && new.starts_after(&old) && !new.suspect.is_empty());
    let act = app.store.identities.act(&caller, app.store.audit.part(&entry)?)?;
    if !app.store.experiments.replace(&caller.workspace, &old, &new, act).await?? {
        let detail = "Somebody else changed the test at the same time; read it again and retry.";
        return Err(Problem::Conflict(detail.to_owned()));
    }
    entry.log();
    Reply::ok(&new.view())
}
