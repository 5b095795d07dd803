//! One pass of an erasure over all data of a workspace.

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::store::audit::{Action, OPERATOR};
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::privacy::request::Counts;
use domain::privacy::{Kind, PrivacyRequest, PrivacyRequestId, Receipt, State};

use super::has_time;
use super::parts::Erasing;
use super::reapply;

/// The number of tests that are read with one call.
const PAGE: i32 = 20;

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The request is done.
    Done,
    /// Another pass follows, or the pass continues in the next run.
    Waiting,
}

/// Runs the pass of a request that is due.
pub async fn pass(
    app: &App,
    workspace: &Workspace,
    id: PrivacyRequestId,
    deadline: Timestamp,
) -> Result<End, Problem> {
    let Some(request) = app.store.privacy.get(workspace, id).await? else { return Ok(End::Done) };
    if request.state == State::Done {
        return Ok(End::Done);
    }
    let began = request.progress.as_ref().map_or(app.clock.now(), |progress| progress.began_at);
    let key = app.pseudonyms.get(app.clock.now()).await?;
    let mut erasing = Erasing { app, workspace, key: &key, request, began };
    if !every_test(&mut erasing, deadline).await? {
        return Ok(End::Waiting);
    }
    erasing.directory().await?;
    other_requests(&mut erasing).await?;
    end(erasing).await
}

/// Erases accounts from every test, from where an earlier run has ended. False when the time is over.
async fn every_test(erasing: &mut Erasing<'_>, deadline: Timestamp) -> Result<bool, Problem> {
    let (app, workspace) = (erasing.app, erasing.workspace);
    let mut after = erasing.request.progress.as_ref().and_then(|progress| progress.after.clone());
    let mut last = after.clone();
    loop {
        let (tests, next) = app.store.experiments.page(workspace, after.as_ref(), PAGE).await?;
        for test in &tests {
            if !has_time(app, deadline) {
                erasing.pause(last).await?;
                return Ok(false);
            }
            let names = match erasing.request.kind {
                Kind::Reapply => reapply::names_in(app, workspace, erasing.key, test).await?,
                Kind::Erasure | Kind::Access => erasing.names_in(test),
            };
            erasing.test(test, &names).await?;
            last = Some(test.definition.test_id.clone());
        }
        after = next;
        if after.is_none() {
            return Ok(true);
        }
    }
}

/// Deletes requests for access to the erased accounts, which name them.
async fn other_requests(erasing: &mut Erasing<'_>) -> Result<(), Problem> {
    let (app, workspace) = (erasing.app, erasing.workspace);
    let is_erased = |own: &PrivacyRequest| {
        own.kind == Kind::Access && own.pseudonyms.iter().any(|own| erasing.request.pseudonyms.contains(own))
    };
    let named = app.store.privacy.naming_units(workspace).await?;
    let named: Vec<_> = named.into_iter().filter(is_erased).collect();
    let count = u64::try_from(named.len()).unwrap_or(u64::MAX);
    erasing.found("requests", Counts::from([("privacy".to_owned(), count)])).await?;
    for own in named {
        app.store.privacy.delete(workspace, own.request_id).await?;
    }
    Ok(())
}

/// Ends the pass: stores that the first one has ended, or the receipt.
async fn end(erasing: Erasing<'_>) -> Result<End, Problem> {
    let Erasing { app, workspace, mut request, began, .. } = erasing;
    let before = request.revision;
    if !request.is_settled(began) {
        request.end_first_pass();
        app.store.privacy.replace(workspace, before, &request).await?;
        return Ok(End::Waiting);
    }
    let now = app.clock.now();
    let receipt = Receipt::of(&request, workspace, &app.auth.terms().issuer, app.backup_days, now);
    let erased: Vec<String> =
        receipt.erased.iter().map(|(table, count)| format!("{count} of {table}")).collect();
    let signed = app.receipts.get(now).await?.sign(&receipt).map_err(Problem::internal)?;
    request.complete(signed, now);
    let origin = app.origin_at(format!("{} {}", request.request_id, request.revision), None)?;
    let entry = origin.record(workspace, OPERATOR, Action::ErasureDone, request.request_id);
    let change = entry.detail(erased.join(", ")).unconditional();
    app.store.privacy.complete(workspace, before, &request, change).await??;
    Ok(End::Done)
}
