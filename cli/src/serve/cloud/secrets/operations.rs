//! Operations of Secrets Manager: each reads or changes all secrets in memory.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::versions::{CURRENT, Put, Versions};
use super::{All, Refusal};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutValue {
    secret_id: String,
    client_request_token: String,
    secret_string: String,
    version_stages: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MoveStage {
    secret_id: String,
    version_stage: String,
    move_to_version_id: String,
    remove_from_version_id: Option<String>,
}

pub(super) fn create(all: &mut All, request: &Create) -> Result<Value, Refusal> {
    if all.contains_key(&request.name) {
        return Err(Refusal("ResourceExistsException", format!("{} already exists.", request.name)));
    }
    all.insert(request.name.clone(), Versions::default());
    Ok(json!({ "ARN": arn(&request.name), "Name": request.name }))
}

pub(super) fn get(all: &All, request: &Get) -> Result<Value, Refusal> {
    let versions = all.get(named(&request.secret_id)).ok_or_else(|| unknown(&request.secret_id))?;
    let stage = request.version_stage.as_deref().unwrap_or(CURRENT);
    let version = match &request.version_id {
        Some(id) => versions.get(id),
        None => versions.at(stage),
    };
    let version = version.ok_or_else(|| unknown(request.version_id.as_deref().unwrap_or(stage)))?;
    let name = named(&request.secret_id);
    Ok(json!({
        "ARN": arn(name), "Name": name, "VersionId": version.id, "VersionStages": version.stages,
        "SecretString": version.content,
    }))
}

pub(super) fn describe(all: &All, request: &Named) -> Result<Value, Refusal> {
    let name = named(&request.secret_id);
    let versions = all.get(name).ok_or_else(|| unknown(name))?;
    let stages: BTreeMap<_, _> = versions.labelled().map(|version| (&version.id, &version.stages)).collect();
    Ok(json!({ "ARN": arn(name), "Name": name, "VersionIdsToStages": stages }))
}

pub(super) fn put(all: &mut All, request: &PutValue) -> Result<Value, Refusal> {
    let name = named(&request.secret_id);
    let versions = all.get_mut(name).ok_or_else(|| unknown(name))?;
    let current = [CURRENT.to_owned()];
    let stages = request.version_stages.as_deref().unwrap_or(&current);
    let id = &request.client_request_token;
    if versions.put(id, &request.secret_string, stages) == Put::Taken {
        let text = format!("The ClientRequestToken {id} is in use for a version with another value.");
        return Err(Refusal("ResourceExistsException", text));
    }
    let stages = versions.get(id).map(|version| &version.stages);
    Ok(json!({ "ARN": arn(name), "Name": name, "VersionId": id, "VersionStages": stages }))
}

pub(super) fn move_stage(all: &mut All, request: &MoveStage) -> Result<Value, Refusal> {
    let name = named(&request.secret_id);
    let versions = all.get_mut(name).ok_or_else(|| unknown(name))?;
    let (stage, to) = (&request.version_stage, &request.move_to_version_id);
    if versions.get(to).is_none() {
        return Err(unknown(to));
    }
    let from = versions.at(stage).map(|version| version.id.as_str());
    if from != Some(to) && from != request.remove_from_version_id.as_deref() {
        let text = format!("RemoveFromVersionId is not the version that has the label {stage}.");
        return Err(Refusal("InvalidParameterException", text));
    }
    versions.label(stage, to);
    Ok(json!({ "ARN": arn(name), "Name": name }))
}

fn unknown(what: &str) -> Refusal {
    Refusal("ResourceNotFoundException", format!("Secrets Manager cannot find {what}."))
}

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:";

fn arn(name: &str) -> String {
    format!("{ARN}{name}")
}

/// Returns the name from a name or an ARN.
fn named(id: &str) -> &str {
    id.strip_prefix(ARN).unwrap_or(id)
}
