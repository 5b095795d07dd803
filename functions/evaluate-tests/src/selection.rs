//! The tests that a request concerns.

use std::sync::Arc;

use bellwether::App;
use bellwether::http::problem::Problem;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, Status, Workspace};
use domain::validation::Invalid;
use serde::Deserialize;

/// The maximum number of tests in a request and of its response.
const TESTS: usize = 50;
/// The maximum number of pairs of unit and test in a response.
const PAIRS: usize = 2_000;
/// The maximum number of pairs of unit and test that a request exposes.
pub const EXPOSED: usize = 100;

/// The fields of a request besides its units.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The names of tests.
    tests: Option<Vec<String>>,
    /// The key of a namespace.
    namespace: Option<String>,
    /// The test after which the page begins.
    after: Option<String>,
    /// Whether assignments are stored.
    #[serde(default)]
    pub expose: bool,
}

/// Which tests are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These, in any state.
    Named(Vec<ExperimentId>),
    /// The live tests after this one, of a namespace if there is one.
    Live { namespace: Option<String>, after: Option<ExperimentId> },
}

/// The tests of a response.
#[derive(Debug, Default)]
pub struct Selection {
    /// The tests, in the order of the request or of their names.
    pub tests: Vec<Arc<Experiment>>,
    /// Names of which the workspace has no test.
    pub unknown: Vec<ExperimentId>,
    /// The test after which the next page begins.
    pub next: Option<ExperimentId>,
}

impl Options {
    /// Determines the wanted tests of a request with this many units.
    ///
    /// # Errors
    /// 422 for a name that cannot be one, for too many or repeated tests, and for fields that exclude each other.
    pub fn wanted(&self, units: usize) -> Result<Wanted, Problem> {
        let exclude = |one: &str| Err(Problem::field(format!("/{one}"), "cannot be combined with tests"));
        match &self.tests {
            Some(_) if self.namespace.is_some() => exclude("namespace"),
            Some(_) if self.after.is_some() => exclude("after"),
            Some(names) => named(names, units, self.expose).map(Wanted::Named),
            None if self.expose => Err(Problem::field(
                "/tests",
                "is required with expose: name the tests whose assignments are stored",
            )),
            None => {
                let after = self.after.clone().map(ExperimentId::parse).transpose();
                let after = after.map_err(|why| Problem::field("/after", why.to_string()))?;
                Ok(Wanted::Live { namespace: self.namespace.clone(), after })
            }
        }
    }
}

fn named(names: &[String], units: usize, expose: bool) -> Result<Vec<ExperimentId>, Problem> {
    if !(1..=TESTS).contains(&names.len()) {
        return Err(Problem::field("/tests", "must be a list of 1 to 50 tests"));
    }
    let pairs = names.len() * units;
    if expose && pairs > EXPOSED {
        let detail = format!("are {pairs} pairs of unit and test; expose at most {EXPOSED} at once");
        return Err(Problem::field("/tests", detail));
    }
    if pairs > PAIRS {
        let detail = format!("are {pairs} pairs of unit and test; ask for at most {PAIRS} at once");
        return Err(Problem::field("/tests", detail));
    }
    let (mut ids, mut broken) = (Vec::new(), Vec::new());
    for (index, name) in names.iter().enumerate() {
        match ExperimentId::parse(name.clone()) {
            Ok(id) if ids.contains(&id) => {
                broken.push(Invalid::new(format!("/tests/{index}"), "repeats an earlier test"));
            }
            Ok(id) => ids.push(id),
            Err(why) => broken.push(Invalid::new(format!("/tests/{index}"), why.to_string())),
        }
    }
    if broken.is_empty() { Ok(ids) } else { Err(Problem::Invalid(broken)) }
}

impl Selection {
    /// Reads the wanted tests.
    ///
    /// # Errors
    /// 503 when the store is unavailable.
    pub async fn read(
        app: &App,
        workspace: &Workspace,
        wanted: &Wanted,
        units: usize,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        match wanted {
            Wanted::Named(ids) => Self::named(app, workspace, ids, now).await,
            Wanted::Live { namespace, after } => {
                let live = app.store.experiments.live(workspace, now).await?;
                let most = (PAIRS / units.max(1)).clamp(1, TESTS);
                Ok(Self::page(&live, namespace.as_deref(), after.as_ref(), most))
            }
        }
    }

    async fn named(
        app: &App,
        workspace: &Workspace,
        ids: &[ExperimentId],
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let found = app.store.experiments.recent_all(workspace, ids, now).await?;
        let unknown = ids.iter().zip(&found).filter(|(_, test)| test.is_none()).map(|(id, _)| id.clone());
        Ok(Self { unknown: unknown.collect(), tests: found.into_iter().flatten().collect(), next: None })
    }

    /// Takes up to `most` of the live tests that assign units or are paused. Stopped ones only count outcomes.
    fn page(
        live: &[Arc<Experiment>],
        namespace: Option<&str>,
        after: Option<&ExperimentId>,
        most: usize,
    ) -> Self {
        let is_wanted = |test: &&Arc<Experiment>| {
            let own = test.definition.namespace.as_ref().map(|own| own.key.as_str());
            test.status != Status::Stopped
                && namespace.is_none_or(|wanted| own == Some(wanted))
                && after.is_none_or(|after| test.definition.test_id > *after)
        };
        let mut tests: Vec<_> = live.iter().filter(is_wanted).take(most + 1).cloned().collect();
        let more = tests.len() > most;
        tests.truncate(most);
        let next = tests.last().filter(|_| more).map(|test| test.definition.test_id.clone());
        Self { tests, unknown: Vec::new(), next }
    }
}
