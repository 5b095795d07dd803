//! Rotates the signing keys. Secrets Manager invokes this function four times for each rotation of the
//! private secret, under IAM, and again from the start when a step has failed. Each step can be repeated.
//!
//! `bellwether::auth::rotation` makes the decisions, and `bellwether::auth::keys::rotation_secrets` stores the keys.

mod steps;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::runtime::Function;
use bellwether::store::audit::{Action, OPERATOR, Realm};
use domain::validation::typed;
use serde::Deserialize;
use serde_json::{Value, json};

/// The function.
pub const FUNCTION: Function =
    Function::on_events(env!("CARGO_PKG_NAME"), |app, event, _| Box::pin(handle(app, event)));

/// The event that Secrets Manager sends.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Turn {
    step: Step,
    secret_id: String,
    client_request_token: String,
}

#[derive(Deserialize)]
enum Step {
    #[serde(rename = "createSecret")]
    Create,
    #[serde(rename = "setSecret")]
    Set,
    #[serde(rename = "testSecret")]
    Test,
    #[serde(rename = "finishSecret")]
    Finish,
}

async fn handle(app: &App, event: Value) -> Option<Result<Value, Problem>> {
    Some(rotate(app, event).await.map(|()| json!({})))
}

async fn rotate(app: &App, event: Value) -> Result<(), Problem> {
    let turn: Turn = typed(event)?;
    let secret = app.rotation_secrets.describe().await?;
    if !secret.is(&turn.secret_id) {
        return Err(Problem::field("/SecretId", "is not the secret that this function rotates"));
    }
    let token = turn.client_request_token;
    let done = match turn.step {
        Step::Create => steps::create(app, &secret, &token).await,
        Step::Set => steps::set(app, &secret, &token).await,
        Step::Test => steps::test(app, &token).await,
        Step::Finish => steps::finish(app, &secret, &token).await,
    };
    if let Err(Problem::Conflict(why)) = &done {
        let origin = app.origin_at(token, None)?;
        let entry = origin.record(Realm::Deployment, OPERATOR, Action::KeysRotated, "signing keys");
        app.store.audit.put(&entry.denied().detail(why)).await?;
    }
    done
}
