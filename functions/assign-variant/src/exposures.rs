//! `POST /tests/{test_id}/exposures`: records that an account, or up to 100 under `exposures`, was shown its variant,
//! for example when a mail with a peeked variant was sent.
//!
//! An account that is not assigned yet is assigned by the same decision as by an assignment, as of the exposure. A
//! variant that was shown and is not the account's variant is refused, because the results would be wrong.

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{ASSIGN_VARIANT_EXPOSURES, Operation};
use bellwether::runtime::assigning::Requested;
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::NamedByKind;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::stored::Stored;
use domain::clock::Timestamp;
use domain::experiment::exposure::{Exposure, ExposureBody};
use domain::experiment::{
    Decision, EventId, Experiment, ExperimentId, Otherwise, Reason, UnitId, UnitName, VariantKey, Workspace,
    decide,
};
use serde::Serialize;
use serde_json::json;

#[derive(Debug)]
pub struct RecordExposure;

impl Endpoint for RecordExposure {
    const OPERATION: &'static Operation = &ASSIGN_VARIANT_EXPOSURES;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller: Caller { workspace, .. }, path: test_id, body, .. } = call;
        let batch = Batch::parse(body, "exposures")?;
        let now = app.clock.now();
        let (test, settings) = tokio::join!(
            app.store.experiments.recent(&workspace, &test_id, now),
            app.store.workspaces.recent(&workspace, now)
        );
        let (test, settings) = (test?.ok_or(Problem::NotFound)?, settings?);
        is_open(&test)?;
        let bodies = batch.prepare("unit_id", deadline, |item| screened(app, item)).await;
        let texts: Vec<&str> = bodies.items().map(ExposureBody::unit_id).collect();
        let only = [test.as_ref()];
        let named = NamedByKind::read(app, &workspace, &settings, &only, &texts, now).await?;
        let asked = bodies.refine(deadline, |body| Reported::read(&test, body, &named, now)).await;
        let pairs = asked.items().filter(|own| own.depends_on_stored()).map(|own| (only[0], own.unit()));
        let stored = app.store.events.stored(&workspace, pairs, now, deadline - batch::RESERVE).await;
        let each = async |reported: Reported<'_>| {
            let recorded = reported.record(app, &workspace, &test, &stored, now).await?;
            serde_json::to_value(recorded).map_err(Problem::internal)
        };
        Reply::accepted(&asked.run("exposures", "unit_id", deadline, each).await?)
    }
}

fn is_open(test: &Experiment) -> Result<(), Problem> {
    if test.status.is_started() {
        return Ok(());
    }
    let status = test.status.as_str();
    Err(Problem::Conflict(format!(
        "The test is {status} and accepts no exposures; it accepts them from its first start until it is archived."
    )))
}

fn screened(app: &App, item: Unscreened) -> Result<ExposureBody, Problem> {
    let body: ExposureBody = item.screened(app.screen)?.into_inner();
    body.check()?;
    Ok(body)
}

/// An exposure, and the test's decision about its unit before stored assignments are read.
struct Reported<'t> {
    exposure: Exposure,
    decision: Decision<'t>,
}

/// The response about one exposure.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    unit: UnitName,
    exposure_id: EventId,
    variant: Option<VariantKey>,
    reason: Reason,
    /// Whether the exposure is stored.
    recorded: bool,
    /// Whether an earlier request stored it.
    duplicate: bool,
    /// Whether this request stored the assignment.
    new: bool,
}

impl<'t> Reported<'t> {
    fn read(
        test: &'t Experiment,
        body: ExposureBody,
        named: &NamedByKind,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let unit = named.unit(test, body.unit_of(test))?;
        let erased = named.is_erased(test, &unit.id);
        let exposure = Exposure::parse(body, unit, test, now)?;
        let suppressed = Decision::Leave(Reason::Suppressed);
        let decision = if erased { suppressed } else { decide(test, &exposure.unit)? };
        Ok(Self { exposure, decision })
    }

    fn unit(&self) -> &UnitId {
        &self.exposure.unit.id
    }

    /// Whether the stored assignment is needed. An erased unit has none, and an override takes precedence over it.
    fn depends_on_stored(&self) -> bool {
        !matches!(self.decision, Decision::Leave(Reason::Suppressed) | Decision::Chosen(_, Reason::Override))
    }

    /// Records the exposure of a unit that is assigned, or is assigned now.
    ///
    /// # Errors
    /// 409 for a variant that is not the unit's, and for a unit that is not assigned and cannot be assigned.
    async fn record(
        self,
        app: &App,
        workspace: &Workspace,
        test: &'t Experiment,
        stored: &Stored,
        now: Timestamp,
    ) -> Result<Answer, Problem> {
        let Self { exposure, decision } = self;
        match &decision {
            Decision::Leave(Reason::Suppressed) => {
                return Ok(answer(test, exposure, None, Reason::Suppressed));
            }
            Decision::Chosen(variant, Reason::Override) => {
                return chosen(test, exposure, &variant.key, Reason::Override);
            }
            _ => {}
        }
        let own = stored.get(test, &exposure.unit.id)?.map(|own| own.variant.clone());
        let after_shipping = test.shipped.as_ref().filter(|shipped| shipped.at <= exposure.exposed_at);
        let (variant, new) = match (own, after_shipping, decision) {
            (Some(_), Some(shipped), _) => return chosen(test, exposure, &shipped.winner, Reason::Shipped),
            (Some(own), None, _) => (own, false),
            (None, Some(_), Decision::Chosen(variant, reason)) => {
                return chosen(test, exposure, &variant.key, reason);
            }
            (None, _, Decision::Assign(variant)) => {
                agrees(&exposure, &variant.key)?;
                let unit = exposure.unit.clone();
                let requested = Requested { test, unit, decision: Decision::Assign(variant) };
                let assigned = requested.assign(app, workspace, stored, now).await?;
                let variant = assigned.variant().cloned();
                (variant.ok_or_else(|| not_assigned(assigned.reason()))?, assigned.is_new())
            }
            (None, _, Decision::Stored(Otherwise::Refuse(broken))) => return Err(broken.into()),
            (None, _, Decision::Leave(why) | Decision::Stored(Otherwise::Leave(why)))
            | (None, None, Decision::Chosen(_, why)) => return Err(not_assigned(why)),
        };
        agrees(&exposure, &variant)?;
        let duplicate = !app.store.events.expose(workspace, test, &exposure).await?;
        let unrecorded = answer(test, exposure, Some(variant), Reason::Assigned);
        Ok(Answer { recorded: true, duplicate, new, ..unrecorded })
    }
}

/// The response about a unit whose variant was chosen by an override or by shipping. It is not recorded.
fn chosen(
    test: &Experiment,
    exposure: Exposure,
    variant: &VariantKey,
    reason: Reason,
) -> Result<Answer, Problem> {
    agrees(&exposure, variant)?;
    Ok(answer(test, exposure, Some(variant.clone()), reason))
}

/// The response about an exposure that is not recorded.
fn answer(test: &Experiment, exposure: Exposure, variant: Option<VariantKey>, reason: Reason) -> Answer {
    let Exposure { unit, exposure_id, .. } = exposure;
    let unit = UnitName::new(unit.id, test.definition.unit_kind, unit.sent_as);
    Answer { unit, exposure_id, variant, reason, recorded: false, duplicate: false, new: false }
}

/// Refuses a variant that was shown and is not the unit's.
fn agrees(exposure: &Exposure, variant: &VariantKey) -> Result<(), Problem> {
    match &exposure.variant {
        Some(shown) if shown != variant => Err(Problem::Conflict(format!(
            "The variant of this account is {variant}, not {shown}. The exposure is not recorded; show {variant} from now on."
        ))),
        _ => Ok(()),
    }
}

fn not_assigned(reason: Reason) -> Problem {
    let reason = json!(reason);
    let reason = reason.as_str().unwrap_or_default();
    Problem::Conflict(format!(
        "The account is not assigned and cannot be assigned by this exposure ({reason}). It is not recorded."
    ))
}
