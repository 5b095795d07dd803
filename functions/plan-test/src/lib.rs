//! `POST /plan`: computes how many units and days a test needs, and the power that it has by when.
//!
//! The request names no test and nothing is stored. `domain::planning` contains the rules and the methods.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, PLAN_TEST};
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use domain::planning::{PlanBody, PlanRequest};

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<PlanTest>()]);

#[derive(Debug)]
struct PlanTest;

impl Endpoint for PlanTest {
    const OPERATION: &'static Operation = &PLAN_TEST;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<PlanBody>;

    async fn handle(_: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let request = PlanRequest::parse(call.body.into_inner())?;
        Reply::ok(&request.answer()?)
    }
}
