//! The answers about one unit, one for each test. A failure stands in the place of its test and fails no other.

use bellwether::http::problem::Problem;
use domain::experiment::ExperimentId;
use serde_json::{Value, json};

use crate::selection::Selection;

/// The answers so far.
pub struct Rows<'u> {
    sent_as: &'u str,
    tests: Vec<Value>,
    /// The cause of the last unavailable answer, while there is no other answer.
    down: Option<String>,
    answered: bool,
}

impl<'u> Rows<'u> {
    /// Begins with the tests that the workspace does not have.
    pub fn of(sent_as: &'u str, selection: &Selection) -> Self {
        let mut rows = Self { sent_as, tests: Vec::new(), down: None, answered: false };
        for test_id in &selection.unknown {
            rows.push(test_id, Err(Problem::NotFound));
        }
        rows
    }

    /// Adds the answer of a test.
    pub fn push(&mut self, test_id: &ExperimentId, row: Result<Value, Problem>) {
        let row = row.unwrap_or_else(|problem| {
            match &problem {
                Problem::Unavailable(cause) => self.down = Some(cause.clone()),
                _ => self.answered = true,
            }
            if let Some(cause) = problem.cause() {
                tracing::error!(problem = problem.kind(), cause, "a unit of a test failed");
            }
            json!({ "test_id": test_id, "problem": problem.document() })
        });
        self.answered |= row.get("problem").is_none();
        self.tests.push(row);
    }

    /// The row of the unit in the response.
    ///
    /// # Errors
    /// 503 when every test was unavailable.
    pub fn finish(self) -> Result<Value, Problem> {
        match self.down {
            Some(cause) if !self.answered => Err(Problem::Unavailable(cause)),
            _ => Ok(json!({ "unit_id": self.sent_as, "tests": self.tests })),
        }
    }
}
