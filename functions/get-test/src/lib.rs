//! `GET /tests/{test_id}`: returns a test's definition and its current state.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{GET_TEST, Operation};
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::reach::Keyed;
use domain::experiment::ExperimentId;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<GetTest>()]).reading(Keyed::Tests);

#[derive(Debug)]
struct GetTest;

impl Endpoint for GetTest {
    const OPERATION: &'static Operation = &GET_TEST;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let test =
            app.store.experiments.get(&call.caller.workspace, &call.path).await?.ok_or(Problem::NotFound)?;
        Reply::ok(&test.view())
    }
}
