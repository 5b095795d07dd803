//! The data of accounts, page by page. They are read when a page is requested, so that no copy of them is stored.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::store::item::Item;
use bellwether::store::schema::PK;
use domain::account::name::Name;
use domain::experiment::{Experiment, ExperimentId, UnitId, Workspace};
use domain::privacy::PrivacyRequest;
use serde_json::{Value, json};
use tokio::time::Instant;

/// The number of items after which a page ends.
const ITEMS: usize = 500;
/// The number of tests that are read with one call.
const TESTS: i32 = 20;
/// The time after which a page ends, so that the response is within the budget.
const TIME: Duration = Duration::from_secs(12);

/// A page of an access request.
pub struct Page {
    pub items: Vec<Value>,
    /// The cursor of the next page. It contains the name of a test and numbers, and no account.
    pub next: Option<String>,
}

/// Where a page begins: after `row` rows of the account with the index `unit` in the test.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    test: ExperimentId,
    unit: usize,
    row: usize,
}

impl Cursor {
    fn parse(sent: &str) -> Result<Self, Problem> {
        let parsed = || {
            let content = String::from_utf8(URL_SAFE_NO_PAD.decode(sent).ok()?).ok()?;
            let mut parts = content.split(' ');
            let test = ExperimentId::parse(parts.next()?).ok()?;
            let (unit, row) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            parts.next().is_none().then_some(Self { test, unit, row })
        };
        parsed().ok_or_else(|| Problem::field("?next", "must be the `next` of an earlier page"))
    }

    fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {} {}", self.test, self.unit, self.row))
    }
}

/// Reads a page.
pub async fn page(
    app: &App,
    workspace: &Workspace,
    request: &PrivacyRequest,
    next: Option<&str>,
    began: Instant,
) -> Result<Page, Problem> {
    let mut reading = Reading { app, workspace, request, items: Vec::new(), end: began + TIME };
    let mut after = None;
    if next.is_none() {
        reading.directory().await?;
    }
    if let Some(cursor) = next.map(Cursor::parse).transpose()? {
        if let Some(test) = app.store.experiments.get(workspace, &cursor.test).await?
            && let Some(next) = reading.test(&test, cursor.unit, cursor.row).await?
        {
            return Ok(Page { items: reading.items, next: Some(next.write()) });
        }
        after = Some(cursor.test);
    }
    loop {
        let (tests, more) = app.store.experiments.page(workspace, after.as_ref(), TESTS).await?;
        for test in &tests {
            if let Some(next) = reading.test(test, 0, 0).await? {
                return Ok(Page { items: reading.items, next: Some(next.write()) });
            }
        }
        after = more;
        if after.is_none() {
            return Ok(Page { items: reading.items, next: None });
        }
    }
}

/// A page in progress.
struct Reading<'a> {
    app: &'a App,
    workspace: &'a Workspace,
    request: &'a PrivacyRequest,
    items: Vec<Value>,
    end: Instant,
}

impl Reading<'_> {
    fn is_full(&self) -> bool {
        self.items.len() >= ITEMS || Instant::now() >= self.end
    }

    /// The accounts in the directory.
    async fn directory(&mut self) -> Result<(), Problem> {
        let settings = self.app.store.workspaces.get(self.workspace).await?;
        if !settings.has_directory {
            return Ok(());
        }
        let keys = self.request.units.iter().filter_map(|text| Name::read(settings.unit_kind, text).ok());
        let found =
            self.app.store.accounts.current(self.workspace, &keys.map(|name| name.key).collect()).await?;
        let distinct: BTreeMap<_, _> = found.values().map(|own| (own.unit_id.clone(), own.clone())).collect();
        for account in distinct.into_values() {
            self.items.push(json!({ "table": "accounts", "item": &*account }));
        }
        Ok(())
    }

    /// Reads a test from an account and a row on. Returns where the next page begins, when the page is full.
    async fn test(
        &mut self,
        test: &Experiment,
        first: usize,
        mut row: usize,
    ) -> Result<Option<Cursor>, Problem> {
        let at = |unit: usize, row: usize| Cursor { test: test.definition.test_id.clone(), unit, row };
        for (index, text) in self.request.units.iter().enumerate().skip(first) {
            if self.is_full() {
                return Ok(Some(at(index, row)));
            }
            let Ok(unit) = test.definition.unit_kind.unit(text) else { continue };
            if row == 0 {
                self.definition(test, &unit);
            }
            let rows = self.app.store.events.rows_of(self.workspace, test, &unit).await?;
            for stored in rows.into_iter().skip(row) {
                if self.items.len() >= ITEMS {
                    return Ok(Some(at(index, row)));
                }
                self.items.push(event(test, stored)?);
                row += 1;
            }
            row = 0;
        }
        Ok(None)
    }

    /// The places in the definition of a test that name the account.
    fn definition(&mut self, test: &Experiment, unit: &UnitId) {
        let own = &test.definition;
        if let Some(variant) = own.overrides.get(unit) {
            let since = test.overridden_since.get(unit);
            let item = json!({ "override": variant, "since": since });
            self.items.push(json!({ "table": "tests", "test_id": own.test_id, "item": item }));
        }
        if let Some(known) = own.known(unit) {
            self.items
                .push(json!({ "table": "tests", "test_id": own.test_id, "item": { "known_unit": known } }));
        }
    }
}

/// A row as it is stored, without the name of its partition.
fn event(test: &Experiment, mut row: Item) -> Result<Value, Problem> {
    row.remove(PK);
    let item: Value = serde_dynamo::from_item(row).map_err(Problem::internal)?;
    Ok(json!({ "table": "events", "test_id": test.definition.test_id, "item": item }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_anything_else_is_refused() {
        let cursor = Cursor { test: ExperimentId::parse("pricing").unwrap(), unit: 3, row: 700 };
        assert_eq!(Cursor::parse(&cursor.write()).unwrap(), cursor);
        for bad in ["", "x", "cHJpY2luZw", "cHJpY2luZyAzIDcwMCA5"] {
            assert!(Cursor::parse(bad).is_err(), "{bad}");
        }
    }
}
