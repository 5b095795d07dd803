//! Preview tokens: a variant of one test that whoever checks a page or a mail gets instead of the assigned one.
//!
//! A token is `pv1.<content>.<tag>`: the tag is HMAC-SHA-256 of workspace and content under a key of the test alone.
//! The key is stored with the test, so a token is verified without another read, no function needs the private secret,
//! and a token can neither be used for another test nor as an access token, which has another form and another key.

#[cfg(test)]
mod tests;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, PreviewKey, Status, Variant, VariantKey, Workspace};
use domain::validation::{Invalid, typed};

/// The longest validity of a token, in seconds: a day.
pub const LONGEST_SECONDS: i64 = 86_400;
/// The validity of a token for which none is requested, in seconds: an hour.
pub const USUAL_SECONDS: i64 = 3_600;

/// The beginning of every token, with the version of its form.
const PREFIX: &str = "pv1.";
/// The maximum length of a token, in bytes.
const LONGEST: usize = 512;

/// The content of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The test.
    pub test_id: ExperimentId,
    /// The phase of the test in which it is valid.
    pub phase: u32,
    /// The variant.
    pub variant: VariantKey,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
}

/// The reason why a token is refused, for the caller. A reason about its content is given only if the tag is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreviewRefused {
    /// It has another form, or its tag does not belong to this test of this workspace.
    #[error(
        "must be a preview token of this test; POST /tests/{{test_id}}/preview with \"force\" returns one"
    )]
    Foreign,
    /// It has ended, or is valid for too long.
    #[error("has expired; request another one with \"force\"")]
    Expired,
    /// The test has begun another phase or is archived.
    #[error("is of an earlier phase, or the test is archived; request another one with \"force\"")]
    Ended,
    /// The test has no such variant any longer.
    #[error("names a variant that the test no longer has; request another one with \"force\"")]
    NoVariant,
}

impl Preview {
    /// Creates the content of a token for a variant of the test's current phase.
    #[must_use]
    pub fn of(test: &Experiment, variant: &Variant, seconds: i64, now: Timestamp) -> Self {
        Self {
            test_id: test.definition.test_id.clone(),
            phase: test.phase,
            variant: variant.key.clone(),
            exp: now.seconds() + seconds.clamp(1, LONGEST_SECONDS),
        }
    }

    /// Signs the content under the key of its test.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn sign(&self, workspace: &Workspace, key: &PreviewKey) -> Result<SecretString, serde_json::Error> {
        let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?);
        let tag = hmac::sign(&mac(key), &signed(workspace, &content));
        Ok(format!("{PREFIX}{content}.{}", URL_SAFE_NO_PAD.encode(tag)).into())
    }

    /// Returns the test that a token names, before anything in it is trusted.
    #[must_use]
    pub fn names(token: &str) -> Option<ExperimentId> {
        parts(token).and_then(|(content, _)| read(content)).map(|preview| preview.test_id)
    }

    /// Returns the variant that a token chooses, if this test of this workspace has issued it and it is valid at `now`.
    ///
    /// # Errors
    /// The reason for the refusal.
    pub fn verified<'t>(
        token: &str,
        workspace: &Workspace,
        test: &'t Experiment,
        now: Timestamp,
    ) -> Result<&'t Variant, PreviewRefused> {
        let key = test.preview_key.as_ref().ok_or(PreviewRefused::Foreign)?;
        let (content, tag) = parts(token).ok_or(PreviewRefused::Foreign)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| PreviewRefused::Foreign)?;
        hmac::verify(&mac(key), &signed(workspace, content), &tag).map_err(|_| PreviewRefused::Foreign)?;
        let own = read(content).filter(|own| own.test_id == test.definition.test_id);
        let own = own.ok_or(PreviewRefused::Foreign)?;
        if !(now.seconds() + 1..=now.seconds() + LONGEST_SECONDS).contains(&own.exp) {
            return Err(PreviewRefused::Expired);
        }
        if own.phase != test.phase || test.status == Status::Archived {
            return Err(PreviewRefused::Ended);
        }
        test.definition.variant(&own.variant).ok_or(PreviewRefused::NoVariant)
    }
}

impl From<PreviewRefused> for Invalid {
    fn from(refused: PreviewRefused) -> Self {
        Self::new("/preview", refused.to_string())
    }
}

fn mac(key: &PreviewKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes())
}

/// The bytes under the tag. A workspace contains no slash, so no two of them begin alike.
fn signed(workspace: &Workspace, content: &str) -> Vec<u8> {
    format!("{PREFIX}{workspace}/{content}").into_bytes()
}

fn parts(token: &str) -> Option<(&str, &str)> {
    (token.len() <= LONGEST).then(|| token.strip_prefix(PREFIX)?.split_once('.')).flatten()
}

fn read(content: &str) -> Option<Preview> {
    let bytes = URL_SAFE_NO_PAD.decode(content).ok()?;
    typed(json::parse(&bytes).ok().filter(Value::is_object)?).ok()
}
