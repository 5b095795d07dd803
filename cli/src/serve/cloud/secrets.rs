//! Runs the operations of Secrets Manager that the service uses on a file that only its owner can read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::folder;
use super::versions::{CURRENT, Put, Versions};
use crate::Failure;

/// The prefix of operations in `X-Amz-Target`.
pub const TARGET: &str = "secretsmanager.";

/// All secrets by name.
type All = BTreeMap<String, Versions>;

/// The secrets and their file.
pub struct Secrets {
    all: Mutex<All>,
    file: Option<PathBuf>,
}

/// An error of Secrets Manager: code and message.
struct Refusal(&'static str, String);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Get {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutValue {
    secret_id: String,
    client_request_token: String,
    secret_string: String,
    version_stages: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MoveStage {
    secret_id: String,
    version_stage: String,
    move_to_version_id: String,
    remove_from_version_id: Option<String>,
}

impl Secrets {
    /// Creates secrets that are not stored.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { all: Mutex::default(), file: None }
    }

    /// Reads the secrets in `file`. There are none if it does not exist.
    ///
    /// # Errors
    /// When it cannot be read. Then it is not overwritten.
    pub fn at(file: &Path) -> Result<Self, Failure> {
        let all = match std::fs::read(file) {
            Ok(content) => serde_json::from_slice(&content).map_err(|_| {
                Failure::new(format!(
                    "{} is damaged; restore a copy of it, or delete all data with --fresh",
                    file.display()
                ))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => All::new(),
            Err(error) => return Err(Failure::new(format!("{} cannot be read: {error}", file.display()))),
        };
        Ok(Self { all: Mutex::new(all), file: Some(file.to_path_buf()) })
    }

    /// Returns the response to a call.
    pub fn answer(&self, operation: &str, body: &[u8]) -> (StatusCode, String) {
        let done = match operation {
            "GetSecretValue" => self.read(body, get),
            "DescribeSecret" => self.read(body, describe),
            "CreateSecret" => self.change(body, create),
            "PutSecretValue" => self.change(body, put),
            "UpdateSecretVersionStage" => self.change(body, move_stage),
            other => Err(Refusal(
                "InvalidRequestException",
                format!("the embedded Secrets Manager does not support {other}"),
            )),
        };
        match done {
            Ok(answer) => (StatusCode::OK, answer.to_string()),
            Err(Refusal(code, message)) => {
                let status =
                    if code == FAULT { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
                (status, json!({ "__type": code, "message": message }).to_string())
            }
        }
    }

    fn read<Q: DeserializeOwned>(
        &self,
        body: &[u8],
        read: impl FnOnce(&All, Q) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        read(&self.all.lock().unwrap_or_else(PoisonError::into_inner), parsed(body)?)
    }

    /// Makes a change in the file, and then in memory.
    fn change<Q: DeserializeOwned>(
        &self,
        body: &[u8],
        change: impl FnOnce(&mut All, Q) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = all.clone();
        let answer = change(&mut next, parsed(body)?)?;
        if let Some(file) = &self.file {
            let kept = serde_json::to_vec_pretty(&next).map_err(std::io::Error::from);
            let kept = kept.and_then(|content| folder::replace(file, &content));
            kept.map_err(|error| Refusal(FAULT, format!("{}: {error}", file.display())))?;
        }
        *all = next;
        Ok(answer)
    }
}

const FAULT: &str = "InternalServiceError";

fn parsed<Q: DeserializeOwned>(body: &[u8]) -> Result<Q, Refusal> {
    // The message of the parser can contain a secret.
    serde_json::from_slice(body)
        .map_err(|_| Refusal("InvalidParameterException", "The request is malformed.".to_owned()))
}

fn create(all: &mut All, request: Create) -> Result<Value, Refusal> {
    if all.contains_key(&request.name) {
        return Err(Refusal("ResourceExistsException", format!("{} already exists.", request.name)));
    }
    all.insert(request.name.clone(), Versions::default());
    Ok(json!({ "ARN": arn(&request.name), "Name": request.name }))
}

fn get(all: &All, request: Get) -> Result<Value, Refusal> {
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

fn describe(all: &All, request: Named) -> Result<Value, Refusal> {
    let name = named(&request.secret_id);
    let versions = all.get(name).ok_or_else(|| unknown(name))?;
    let stages: BTreeMap<_, _> = versions.labelled().map(|version| (&version.id, &version.stages)).collect();
    Ok(json!({ "ARN": arn(name), "Name": name, "VersionIdsToStages": stages }))
}

fn put(all: &mut All, request: PutValue) -> Result<Value, Refusal> {
    let name = named(&request.secret_id);
    let versions = all.get_mut(name).ok_or_else(|| unknown(name))?;
    let stages = request.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
    let id = request.client_request_token;
    if versions.put(&id, request.secret_string, &stages) == Put::Taken {
        let text = format!("The ClientRequestToken {id} is in use for a version with another value.");
        return Err(Refusal("ResourceExistsException", text));
    }
    let stages = versions.get(&id).map(|version| &version.stages);
    Ok(json!({ "ARN": arn(name), "Name": name, "VersionId": id, "VersionStages": stages }))
}

fn move_stage(all: &mut All, request: MoveStage) -> Result<Value, Refusal> {
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

#[cfg(test)]
mod tests;
