//! A unit's assignments in several tests. They are stored by the code that `assign-variant` uses.

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::runtime::assigning::Requested;
use bellwether::runtime::named::NamedByKind;
use bellwether::store::stored::{Pair, Stored};
use domain::clock::Timestamp;
use domain::experiment::unit::UnitBody;
use domain::experiment::{ExperimentId, Reason, Workspace};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::rows::Rows;
use crate::selection::Selection;

/// The maximum number of tests in which a unit is assigned concurrently.
const AT_ONCE: usize = 16;

/// A unit, and the decision of each selected test before stored assignments are read.
pub struct Exposed<'t> {
    sent_as: String,
    tests: Vec<(&'t ExperimentId, Result<Requested<'t>, Problem>)>,
}

impl<'t> Exposed<'t> {
    /// Decides about a unit in each test.
    ///
    /// # Errors
    /// 422 for a unit with a preview token.
    pub fn of(
        workspace: &Workspace,
        selection: &'t Selection,
        body: &UnitBody,
        named: &NamedByKind,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        if body.preview().is_some() {
            return Err(Problem::field(
                "/preview",
                "cannot be combined with expose: a preview is never stored",
            ));
        }
        let each = selection.tests.iter();
        let each = each
            .map(|test| (&test.definition.test_id, Requested::of(workspace, test, body.clone(), named, now)));
        Ok(Self { sent_as: body.sent_as().to_owned(), tests: each.collect() })
    }

    /// The pairs that only a stored assignment decides.
    pub fn undecided(&self) -> impl Iterator<Item = Pair<'_>> {
        let requested = self.tests.iter().filter_map(|(_, requested)| requested.as_ref().ok());
        requested.filter(|own| own.is_undecided()).map(|own| (own.test, &own.unit.id))
    }

    /// Stores the assignments, and returns the row of the unit in the response.
    ///
    /// # Errors
    /// 503 when no test could be assigned.
    pub async fn store(
        self,
        app: &App,
        workspace: &Workspace,
        selection: &Selection,
        stored: &Stored,
        now: Timestamp,
    ) -> Result<Value, Problem> {
        let mut each = Vec::new();
        for (test_id, requested) in self.tests {
            each.push(one(app, workspace, stored, test_id, requested, now));
        }
        let answers: Vec<_> = stream::iter(each).buffered(AT_ONCE).collect().await;
        let mut rows = Rows::of(&self.sent_as, selection);
        for (test_id, row) in answers {
            rows.push(test_id, row);
        }
        rows.finish()
    }
}

/// Stores one assignment, and returns the answer of its test.
async fn one<'t>(
    app: &App,
    workspace: &Workspace,
    stored: &Stored,
    test_id: &'t ExperimentId,
    requested: Result<Requested<'t>, Problem>,
    now: Timestamp,
) -> (&'t ExperimentId, Result<Value, Problem>) {
    let requested = match requested {
        Ok(requested) => requested,
        Err(problem) => return (test_id, Err(problem)),
    };
    let assigned = requested.assign(app, workspace, stored, now).await;
    let row = assigned.map(|own| {
        json!({
            "test_id": test_id, "unit_id": own.unit_id(), "variant": own.variant(), "reason": own.reason(),
            "stored": own.reason() == Reason::Assigned, "new": own.is_new()
        })
    });
    (test_id, row)
}
