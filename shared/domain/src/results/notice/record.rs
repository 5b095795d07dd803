//! What was announced about a phase, and when its data arrived. It is stored next to the report, in the same
//! write.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::silence::{Arrivals, silent};
use super::{Notice, shown};
use crate::experiment::{Experiment, GoalKey, Workspace};
use crate::results::report::Report;

/// The number of notices of one report, because they are stored in one transaction. The next report announces
/// the others.
const MOST: usize = 50;

/// The notices of a phase so far. The default is that of a phase without a stored report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeRecord {
    /// The ids of the notices.
    announced: BTreeSet<String>,
    /// When units arrived.
    pub(super) units: Arrivals,
    /// When outcomes of each goal arrived.
    pub(super) outcomes: BTreeMap<GoalKey, Arrivals>,
}

impl NoticeRecord {
    /// Returns the notices that follow from a report of the phase, and the record to store with it. A report
    /// that is not later than the last one changes no arrival.
    #[must_use]
    pub fn next(&self, workspace: &Workspace, test: &Experiment, report: &Report) -> (Vec<Notice>, Self) {
        let mut next = self.clone();
        next.observe(report);
        let while_importing = next.units.count() != self.units.count();
        let facts = shown(test, report, while_importing).into_iter().chain(silent(test, report, &next));
        let notices = facts.map(|(fact, message)| Notice::new(workspace, report, fact, message));
        let new = notices.filter(|notice| !self.announced.contains(&notice.id));
        let new: Vec<_> = new.take(MOST).collect();
        next.announced.extend(new.iter().map(|notice| notice.id.clone()));
        (new, next)
    }

    /// Adds the counts of a report.
    fn observe(&mut self, report: &Report) {
        self.units.observe(report.units.values().sum(), report.as_of);
        for outcomes in &report.outcomes {
            let arrivals = self.outcomes.entry(outcomes.goal.clone()).or_default();
            arrivals.observe(outcomes.tally.recorded(), report.as_of);
        }
    }
}

impl Notice {
    /// Returns the text of a line: the kind, the test and the message.
    #[must_use]
    pub fn line(&self) -> String {
        let kind = self.fact.kind().replace('_', " ");
        format!("{kind}: test {}: {}", self.test_id, self.message)
    }
}
