//! `POST /privacy/requests`: requests the data of accounts, or their erasure. `GET /privacy/requests/{request_id}`:
//! returns a request, with the data (`access.rs`) or the receipt. `GET /privacy/keys`: the keys that verify receipts.
//!
//! From the moment at which an erasure is stored, nothing is stored for its accounts. `answer-privacy-requests` erases
//! what is stored already.

mod access;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, REQUEST_PRIVACY, REQUEST_PRIVACY_KEYS, REQUEST_PRIVACY_READ};
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::reach::Keyed;
use domain::account::name::Name;
use domain::experiment::Workspace;
use domain::privacy::{Demand, DemandBody, Kind, PrivacyRequest, PrivacyRequestId};
use serde_json::{Value, json};

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<RequestPrivacy>(), Handled::by::<ReadRequest>(), Handled::by::<ReadKeys>()])
        .reading(Keyed::Tests);

#[derive(Debug)]
struct RequestPrivacy;

impl Endpoint for RequestPrivacy {
    const OPERATION: &'static Operation = &REQUEST_PRIVACY;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<DemandBody>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let (now, workspace) = (app.clock.now(), &call.caller.workspace);
        let demand = Demand::parse(call.body.get().clone())?;
        let key = app.pseudonyms.get(now).await?;
        let id = key.request_id(workspace, &demand);
        let demand = Demand { units: with_names(app, workspace, demand.units).await?, ..demand };
        demand.check_reason()?;
        let pseudonyms = key.pseudonyms(workspace, &demand.units);
        let detail = format!("{} of {}", demand.kind.as_str(), names(&pseudonyms));
        let request = PrivacyRequest::new(id, demand, pseudonyms, call.caller.subject.clone(), now);
        let change = call.record(app, Action::PrivacyRequested, id)?.detail(detail).by(&call.caller)?;
        let Some(stored) = app.store.privacy.create(workspace, &request, change).await?? else {
            return Reply::accepted(&view(&request));
        };
        let Some(again) = stored.renewed(request, now) else { return Reply::accepted(&view(&stored)) };
        let change = call.record(app, Action::PrivacyRequested, id)?.by(&call.caller)?;
        let stored = app.store.privacy.renew(workspace, &stored, &again, change).await??;
        Reply::accepted(&view(stored.as_ref().unwrap_or(&again)))
    }
}

#[derive(Debug)]
struct ReadRequest;

impl Endpoint for ReadRequest {
    const OPERATION: &'static Operation = &REQUEST_PRIVACY_READ;

    type Caller = Caller;
    type Path = PrivacyRequestId;
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let workspace = &call.caller.workspace;
        app.store.identities.confirm(&call.caller).await??;
        let found = app.store.privacy.get(workspace, call.path).await?;
        let request = found.filter(|own| !own.has_expired(app.clock.now())).ok_or(Problem::NotFound)?;
        let next = call.query("next")?;
        let mut answer = view(&request);
        if request.kind == Kind::Access {
            let page = access::page(app, workspace, &request, next, call.began).await?;
            answer["data"] = Value::Array(page.items);
            answer["next"] = json!(page.next);
        } else if next.is_some() {
            return Err(Problem::field("?next", "must be omitted: only a request of type access has pages"));
        }
        Reply::ok(&answer)
    }
}

#[derive(Debug)]
struct ReadKeys;

impl Endpoint for ReadKeys {
    const OPERATION: &'static Operation = &REQUEST_PRIVACY_KEYS;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, _: Call<Self>) -> Result<Reply, Problem> {
        let keys = app.store.privacy.keys().await?;
        let keys: Vec<Value> = keys.iter().filter_map(|jwk| serde_json::from_str(jwk).ok()).collect();
        Reply::ok(&json!({ "keys": keys }))
    }
}

/// The maximum number of ids and aliases of the accounts of a request.
const NAMES: usize = 1_000;

/// Adds the ids and aliases that the accounts have in the directory.
async fn with_names(app: &App, workspace: &Workspace, units: Vec<String>) -> Result<Vec<String>, Problem> {
    let settings = app.store.workspaces.get(workspace).await?;
    if !settings.has_directory {
        return Ok(units);
    }
    let keys = units.iter().filter_map(|text| Name::read(settings.unit_kind, text).ok());
    let accounts = app.store.accounts.current(workspace, &keys.map(|name| name.key).collect()).await?;
    let names = accounts.values().flat_map(|own| std::iter::once(&own.unit_id).chain(&own.aliases));
    let all: BTreeSet<String> = names.map(ToString::to_string).chain(units).collect();
    if all.len() > NAMES {
        let detail = format!(
            "name accounts with {} ids and aliases together, and a request may have {NAMES}; send fewer accounts",
            all.len()
        );
        return Err(Problem::field("/units", detail));
    }
    Ok(all.into_iter().collect())
}

/// A request as its author sees it. The ids of an erasure are not repeated, because the response may be kept.
fn view(request: &PrivacyRequest) -> Value {
    let mut view = json!({
        "request_id": request.request_id,
        "type": request.kind,
        "state": request.state,
        "reason": request.reason,
        "requested_by": request.requested_by,
        "requested_at": request.requested_at,
        "pseudonyms": request.pseudonyms,
    });
    if request.kind != Kind::Access {
        view["completed_at"] = json!(request.completed_at);
        view["receipt"] = json!(request.receipt);
    }
    view
}

fn names(pseudonyms: &[domain::privacy::Pseudonym]) -> String {
    let all: Vec<String> = pseudonyms.iter().map(ToString::to_string).collect();
    if all.is_empty() { "all erased accounts".to_owned() } else { all.join(" ") }
}
