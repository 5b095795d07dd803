//! The erasure of accounts from one test. What is found is counted and stored before anything is erased.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::App;
use bellwether::auth::keys::PseudonymKey;
use bellwether::http::problem::Problem;
use bellwether::store::audit::{Action, OPERATOR};
use bellwether::store::item::Item;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, UnitId, Workspace};
use domain::privacy::request::Counts;
use domain::privacy::{PrivacyRequest, Pseudonym};
use futures_util::{StreamExt, TryStreamExt, stream};

/// The number of calls that are made concurrently.
const AT_ONCE: usize = 16;

/// The accounts to erase from a test, with their pseudonyms.
pub type Names = BTreeMap<UnitId, Pseudonym>;

/// An erasure in progress.
pub struct Erasing<'a> {
    pub app: &'a App,
    pub workspace: &'a Workspace,
    pub key: &'a PseudonymKey,
    pub request: PrivacyRequest,
    pub began: Timestamp,
}

impl Erasing<'_> {
    /// The accounts of the request by the ids that this test gives them.
    pub fn names_in(&self, test: &Experiment) -> Names {
        let id = |text: &String| test.definition.unit_kind.unit(text).ok();
        let ids = self.request.units.iter().filter_map(id);
        ids.map(|unit| {
            let pseudonym = self.key.pseudonym(self.workspace, test.definition.unit_kind, &unit);
            (unit, pseudonym)
        })
        .collect()
    }

    /// Erases accounts from a test.
    pub async fn test(&mut self, test: &Experiment, names: &Names) -> Result<(), Problem> {
        let (app, workspace) = (self.app, self.workspace);
        let rows: Vec<(Item, Pseudonym)> = self.rows(test, names).await?;
        let units: BTreeSet<UnitId> = names.keys().cloned().collect();
        let past = app.store.experiments.past_naming(workspace, test, &units).await?;
        let is_named = test.without(&units).is_some();
        let count = |items: usize| u64::try_from(items).unwrap_or(u64::MAX);
        let counts = Counts::from([
            ("events".to_owned(), count(rows.len())),
            ("tests".to_owned(), count(past.len()) + u64::from(is_named)),
        ]);
        self.found(&format!("test {}", test.definition.test_id), counts).await?;
        stream::iter(rows)
            .map(|(row, pseudonym)| app.store.events.erase(row, pseudonym))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        app.store.experiments.erase_past(workspace, &past, &units).await?;
        if is_named { self.current(test, &units).await } else { Ok(()) }
    }

    /// Records what was found in a part of the data. A run that finds the request changed stops, because another run
    /// is erasing the same.
    pub async fn found(&mut self, part: &str, counts: Counts) -> Result<(), Problem> {
        let before = self.request.revision;
        if self.request.find(part, counts)
            && !self.app.store.privacy.replace(self.workspace, before, &self.request).await?
        {
            return Err(Problem::Unavailable("another run answers the same request".to_owned()));
        }
        Ok(())
    }

    /// Stores how far the pass has come. The next run continues there.
    pub async fn pause(&mut self, after: Option<ExperimentId>) -> Result<(), Problem> {
        let before = self.request.revision;
        self.request.pause(self.began, after, self.app.clock.now());
        let stored = self.app.store.privacy.replace(self.workspace, before, &self.request).await?;
        if stored {
            Ok(())
        } else {
            Err(Problem::Unavailable("another run answers the same request".to_owned()))
        }
    }

    async fn rows(&self, test: &Experiment, names: &Names) -> Result<Vec<(Item, Pseudonym)>, Problem> {
        let of_unit = |(unit, pseudonym): (&UnitId, &Pseudonym)| {
            let (unit, pseudonym) = (unit.clone(), *pseudonym);
            async move {
                let rows = self.app.store.events.rows_of(self.workspace, test, &unit).await?;
                Ok::<_, Problem>(rows.into_iter().map(|row| (row, pseudonym)).collect::<Vec<_>>())
            }
        };
        let all: Vec<Vec<_>> =
            stream::iter(names).map(of_unit).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(all.into_iter().flatten().collect())
    }

    /// Removes accounts from the current state of a test, as a new revision with an audit record.
    async fn current(&self, test: &Experiment, units: &BTreeSet<UnitId>) -> Result<(), Problem> {
        let (app, test_id) = (self.app, &test.definition.test_id);
        let origin = app.origin_at(format!("{test_id} {}", test.revision + 1), None)?;
        let entry = origin.record(self.workspace, OPERATOR, Action::UnitsErased, test_id);
        let change = entry.detail(format!("revision {}", test.revision + 1)).unconditional();
        let now = app.clock.now();
        let erased = app.store.experiments.erase_current(self.workspace, test, units, now, change);
        if erased.await?? {
            return Ok(());
        }
        Err(Problem::Unavailable(format!("the test {test_id} was changed at the same time")))
    }
}
