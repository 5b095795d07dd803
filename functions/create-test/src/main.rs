//! `POST /tests`: declares a test, as a draft.
//!
//! The same body again is answered with the test that exists, another body under its name with 409.
//! What a test may be: `domain::experiment::Definition`. How many units it needs:
//! `domain::results::verdict::outlook::Outlook`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::random;
use bellwether::store::audit::Action;
use bellwether::store::experiments::Created;
use bellwether::store::quota::Quota;
use domain::experiment::state::View;
use domain::experiment::{Definition, Experiment, Seed};
use domain::results::verdict::outlook::{Outlook, warnings};
use domain::results::report::view::plan::PlanView;
use domain::validation::typed;
use lambda_http::{Error, Request};
use serde::Serialize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

/// A declared test, how many units it needs, and what to look at before it starts.
#[derive(Serialize)]
struct Declared<'a> {
    #[serde(flatten)]
    test: View<'a>,
    plan: Option<PlanView>,
    warnings: Vec<String>,
}

fn declared(test: &Experiment) -> Declared<'_> {
    Declared {
        test: test.view(),
        plan: Outlook::planned(&test.definition).as_ref().map(PlanView::from),
        warnings: warnings(test),
    }
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::TestsWrite).await?;
    let definition = Definition::parse(typed(app.screen.clean(extract::object(&request)?)?)?)?;
    let seed = Seed::from_random(random::bytes().map_err(Problem::internal)?);
    let test = Experiment::draft(definition, seed, app.clock.now());
    let test_id = &test.definition.test_id;
    let entry =
        app.origin(&request)?.record(&caller.workspace, &caller.subject, Action::TestCreated, test_id);
    let entry = entry.suspect(&test.suspect);
    let act = app.store.identities.act(&caller, app.store.audit.part(&entry)?)?;
    let act = app.store.identities.counted(act, Quota::Tests, &caller.workspace);
    match app.store.experiments.create(&caller.workspace, &test, act).await?? {
        Created::New => {
            entry.log();
            Reply::created(&declared(&test))
        }
        Created::Exists(old) if old.definition.is_declared_as(&test.definition) => {
            app.store.identities.confirm(&caller).await??;
            Reply::ok(&declared(&old))
        }
        Created::Exists(_) => {
            let detail = "A test of this name exists with another definition; change it with PATCH or choose another test_id.";
            Err(Problem::Conflict(detail.to_owned()))
        }
    }
}
