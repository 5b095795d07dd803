//! Runs the operations of Secrets Manager that the service uses on a file that only its owner can read.

mod operations;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::folder;
use super::versions::Versions;
use crate::Failure;
use operations::{create, describe, get, move_stage, put};

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
        read: impl FnOnce(&All, &Q) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        read(&self.all.lock().unwrap_or_else(PoisonError::into_inner), &parsed(body)?)
    }

    /// Makes a change in the file, and then in memory.
    fn change<Q: DeserializeOwned>(
        &self,
        body: &[u8],
        change: impl FnOnce(&mut All, &Q) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = all.clone();
        let answer = change(&mut next, &parsed(body)?)?;
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
