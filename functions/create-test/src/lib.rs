//! `POST /tests`: declares a test, as a draft.
//!
//! The test keeps the kind of units and the time zone that the workspace has now. A repetition of the same body returns the existing test. Another body with the same name gets 409. For the
//! rules of a test, see `domain::experiment::Definition`. `domain::results::verdict::outlook::Outlook`
//! computes how many units it needs.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{CREATE_TEST, Operation};
use bellwether::random;
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::experiments::Created;
use bellwether::store::quota::Quota;
use bellwether::store::reach::Keyed;
use domain::experiment::state::View;
use domain::experiment::wire::TestBody;
use domain::experiment::{Definition, Experiment, PreviewKey, Seed};
use domain::results::report::view::plan::PlanView;
use domain::results::verdict::outlook::{Outlook, warnings};
use serde::Serialize;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<CreateTest>()]).reading(Keyed::Tests);

#[derive(Debug)]
struct CreateTest;

impl Endpoint for CreateTest {
    const OPERATION: &'static Operation = &CREATE_TEST;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<TestBody>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Call { caller, body, .. } = &call;
        let settings = app.store.workspaces.get(&caller.workspace).await?;
        let is_changed = settings.revision > 0;
        let declared = Definition::within(body.get().clone(), settings.unit_kind, settings.time_zone);
        let definition = match declared {
            Ok(definition) => definition,
            // It may repeat a body that was valid under earlier settings.
            Err(broken) if is_changed => {
                let old = existing(app, caller, body.get()).await?.ok_or(Problem::Invalid(broken))?;
                app.store.identities.confirm(caller).await??;
                return Reply::ok(&response(&old));
            }
            Err(broken) => return Err(broken.into()),
        };
        let seed = Seed::from_random(random::bytes().map_err(Problem::internal)?);
        let draft = Experiment::draft(definition, seed, app.clock.now());
        let preview_key = PreviewKey::from_random(random::bytes().map_err(Problem::internal)?);
        let test = Experiment { preview_key: Some(preview_key), ..draft };
        if test.named_units().next().is_some() {
            app.suppression(&caller.workspace, app.clock.now()).await?.check(&test, None)?;
        }
        let entry = call.record(app, Action::TestCreated, &test.definition.test_id)?.suspect(&test.suspect);
        let change = entry.by(caller)?.counted(Quota::Tests);
        match app.store.experiments.create(&caller.workspace, &test, change).await?? {
            Created::New => Reply::created(&response(&test)),
            Created::Exists(old) if is_declared_as(&old.definition, body.get()) => {
                app.store.identities.confirm(caller).await??;
                Reply::ok(&response(&old))
            }
            Created::Exists(_) => {
                let detail = "A test with this test_id exists with another definition; change it with PATCH or choose another test_id.";
                Err(Problem::Conflict(detail.to_owned()))
            }
        }
    }
}

/// Returns the test that `body` declares, if it exists.
async fn existing(app: &App, caller: &Caller, body: &TestBody) -> Result<Option<Experiment>, Problem> {
    let Some(test_id) = body.test_id() else { return Ok(None) };
    let old = app.store.experiments.get(&caller.workspace, &test_id).await?;
    Ok(old.filter(|old| is_declared_as(&old.definition, body)))
}

/// Returns whether `body` declares this test. The settings of the workspace may have changed since.
fn is_declared_as(old: &Definition, body: &TestBody) -> bool {
    let again = Definition::within(body.clone(), old.unit_kind, old.time_zone.clone());
    again.is_ok_and(|again| old.is_declared_as(&again))
}

/// The new test, the number of units that it needs, and warnings to check before it starts.
#[derive(Serialize)]
struct Declared<'a> {
    #[serde(flatten)]
    test: View<'a>,
    plan: Option<PlanView>,
    warnings: Vec<String>,
}

fn response(test: &Experiment) -> Declared<'_> {
    Declared {
        test: test.view(),
        plan: Outlook::planned(&test.definition).as_ref().map(PlanView::from),
        warnings: warnings(test),
    }
}
