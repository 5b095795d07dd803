//! The key rotation secrets: the two secrets as rotation reads and writes them. Other code reads them through
//! [`super::cache`].

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::ExposeSecret;

use super::cache::{KeysError, parse};
use super::{PrivateKeys, PublicKeys};
use crate::config::Config;

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";
const PREVIOUS: &str = "AWSPREVIOUS";

/// The private and the public secret.
pub struct RotationSecrets {
    client: Client,
    private: Option<String>,
    public: String,
}

/// The private secret's metadata, without its content.
#[derive(Debug, Clone)]
pub struct Described {
    arn: String,
    name: String,
    /// The id of the current version.
    pub current: Option<String>,
}

/// A version of the private secret.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its content.
    pub keys: PrivateKeys,
    stages: Vec<String>,
}

impl Described {
    /// Whether `id` is the name or the ARN of this secret.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        id == self.arn || id == self.name
    }
}

impl Version {
    /// Whether signers read this version.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.has(CURRENT)
    }

    /// Whether this version is pending. A version that was current never becomes pending again.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.has(PENDING) && !self.has(PREVIOUS) && !self.has(CURRENT)
    }

    fn has(&self, stage: &str) -> bool {
        self.stages.iter().any(|own| own == stage)
    }
}

impl RotationSecrets {
    /// Creates the client of the secrets that the environment names.
    #[must_use]
    pub fn new(client: Client, config: &Config) -> Self {
        let (private, public) = (config.private_keys_secret.clone(), config.public_keys_secret.clone());
        Self { client, private, public }
    }

    /// Returns the private secret's metadata, including its current version.
    ///
    /// # Errors
    /// 503 when Secrets Manager cannot be reached, 500 when the configuration is wrong. The other methods
    /// return the same errors.
    pub async fn describe(&self) -> Result<Described, KeysError> {
        let result = self.client.describe_secret().secret_id(self.private()?).send().await;
        let response = result.map_err(|error| KeysError::of(&error))?;
        let is_current = |stages: &Vec<String>| stages.iter().any(|stage| stage == CURRENT);
        let versions = response.version_ids_to_stages.unwrap_or_default();
        let current = versions.into_iter().find(|(_, stages)| is_current(stages)).map(|(id, _)| id);
        let (arn, name) = (response.arn.unwrap_or_default(), response.name.unwrap_or_default());
        Ok(Described { arn, name, current })
    }

    /// Returns a version of the private secret. None when it has no content yet.
    ///
    /// # Errors
    /// Those of [`Self::describe`], and 500 when the content is not a key set of this service. Such content
    /// is never overwritten.
    pub async fn version(&self, id: &str) -> Result<Option<Version>, KeysError> {
        let result = self.client.get_secret_value().secret_id(self.private()?).version_id(id).send().await;
        let Some(response) = found(result)? else { return Ok(None) };
        let Some(text) = response.secret_string().filter(|text| !text.is_empty()) else { return Ok(None) };
        Ok(Some(Version { keys: parse(text)?, stages: response.version_stages().to_vec() }))
    }

    /// Stores `keys` as the pending version `id`, unless another run of the step already has.
    ///
    /// # Errors
    /// Those of [`Self::describe`].
    pub async fn store_pending(&self, id: &str, keys: &PrivateKeys) -> Result<(), KeysError> {
        let put = self.client.put_secret_value().secret_id(self.private()?).client_request_token(id);
        let put = put.version_stages(PENDING).secret_string(keys.to_secret().expose_secret());
        match put.send().await {
            Err(error) if error.code() == Some("ResourceExistsException") => Ok(()),
            Err(error) => Err(KeysError::of(&error)),
            Ok(_) => Ok(()),
        }
    }

    /// Makes version `id` of the private secret current in place of `from`, on the condition that `from` is
    /// still current.
    ///
    /// # Errors
    /// Those of [`Self::describe`].
    pub async fn promote(&self, id: &str, from: Option<&str>) -> Result<(), KeysError> {
        let stage = self.client.update_secret_version_stage().secret_id(self.private()?);
        let moving = stage.version_stage(CURRENT).move_to_version_id(id);
        let moved = moving.set_remove_from_version_id(from.map(str::to_owned)).send().await;
        moved.map(|_| ()).map_err(|error| KeysError::of(&error))
    }

    /// Returns the public secret's content. Contains no keys when the secret is empty.
    ///
    /// # Errors
    /// Those of [`Self::version`].
    pub async fn published(&self) -> Result<PublicKeys, KeysError> {
        let result = self.client.get_secret_value().secret_id(&self.public).send().await;
        let response = found(result)?;
        let text =
            response.as_ref().and_then(|response| response.secret_string()).filter(|text| !text.is_empty());
        Ok(text.map(parse).transpose()?.unwrap_or_default())
    }

    /// Replaces the public secret's content.
    ///
    /// # Errors
    /// Those of [`Self::describe`].
    pub async fn publish(&self, keys: &PublicKeys) -> Result<(), KeysError> {
        let text = serde_json::to_string(keys).map_err(|error| KeysError::Broken(error.to_string()))?;
        let put = self.client.put_secret_value().secret_id(&self.public).secret_string(text).send().await;
        put.map(|_| ()).map_err(|error| KeysError::of(&error))
    }

    fn private(&self) -> Result<&str, KeysError> {
        let unset =
            || KeysError::Broken("PRIVATE_KEYS_SECRET is not set, so this function cannot rotate".to_owned());
        self.private.as_deref().ok_or_else(unset)
    }
}

/// Converts a response. None when no secret or version has that name.
fn found<T, E, R>(response: Result<T, SdkError<E, R>>) -> Result<Option<T>, KeysError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match response {
        Ok(response) => Ok(Some(response)),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(KeysError::of(&error)),
    }
}

impl std::fmt::Debug for RotationSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { client: _, private, public } = self;
        f.debug_struct("RotationSecrets")
            .field("private", private)
            .field("public", public)
            .finish_non_exhaustive()
    }
}
