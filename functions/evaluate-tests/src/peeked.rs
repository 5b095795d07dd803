//! A unit's decisions in several tests, without storing any.

use bellwether::auth::preview::Preview;
use bellwether::http::problem::Problem;
use bellwether::runtime::assigning::Foreseen;
use bellwether::runtime::named::NamedByKind;
use bellwether::store::stored::{Pair, Stored};
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::experiment::unit::UnitBody;
use serde_json::{Value, json};

use crate::rows::Rows;
use crate::selection::Selection;

/// A unit, and the decision of each selected test before stored assignments are read.
pub struct Peeked<'t> {
    sent_as: String,
    tests: Vec<Foreseen<'t>>,
}

impl<'t> Peeked<'t> {
    /// Decides about a unit in each test. The variant of a preview token takes the place of its test's decision.
    ///
    /// # Errors
    /// 422 for a token of a test that is not selected.
    pub fn of(
        workspace: &Workspace,
        selection: &'t Selection,
        body: &UnitBody,
        accounts: &NamedByKind,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let named = body.preview().map(Preview::names);
        let is_selected = |id| selection.tests.iter().any(|test| Some(&test.definition.test_id) == id);
        if named.as_ref().is_some_and(|id| !is_selected(id.as_ref())) {
            let detail = "is not a preview token of a test of this request; name its test in tests";
            return Err(Problem::field("/preview", detail));
        }
        let tests =
            selection.tests.iter().map(|test| Foreseen::of(workspace, test, body.clone(), accounts, now));
        Ok(Self { sent_as: body.sent_as().to_owned(), tests: tests.collect() })
    }

    /// The pairs whose stored assignment would change the answer.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        self.tests.iter().filter_map(Foreseen::pair)
    }

    /// The row of the unit in the response.
    ///
    /// # Errors
    /// 503 when no test could be read.
    pub fn answer(self, selection: &Selection, stored: &Stored) -> Result<Value, Problem> {
        let mut rows = Rows::of(&self.sent_as, selection);
        for own in self.tests {
            let row = own.peek(stored).map(|peek| {
                json!({
                    "test_id": peek.test_id, "unit_id": own.unit, "variant": peek.variant, "reason": peek.reason,
                    "stored": peek.stored
                })
            });
            rows.push(&own.test.definition.test_id, row);
        }
        rows.finish()
    }
}
