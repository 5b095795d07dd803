//! Secrets that are created once and never replaced, because what was derived from them is kept for years.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::KeyFault;
use super::cache::{KeyCache, KeysError};
use domain::clock::Timestamp;

/// The id of the only version. Concurrent runs that create the secret use the same id, and Secrets Manager stores the
/// content of one of them.
const VERSION: &str = "00000000-0000-4000-8000-000000000001";

/// The content of a secret that is created once.
pub trait Kept: DeserializeOwned + Send + Sync {
    /// Creates the content.
    ///
    /// # Errors
    /// When randomness fails.
    fn create() -> Result<Self, KeyFault>;

    /// The content for Secrets Manager.
    fn to_secret(&self) -> SecretString;
}

/// A secret with the content `T`. Functions that may not read it have no name of it.
pub struct KeptSecret<T> {
    client: Client,
    name: Option<String>,
    variable: &'static str,
    cache: Option<KeyCache<T>>,
}

impl<T: Kept> KeptSecret<T> {
    /// Creates the handle of the secret `name`, which the environment variable `variable` contains. What is read is
    /// used for `lifetime_seconds`.
    #[must_use]
    pub fn new(client: Client, name: Option<String>, variable: &'static str, lifetime_seconds: u32) -> Self {
        let cache = name.clone().map(|name| KeyCache::new(client.clone(), name, lifetime_seconds));
        Self { client, name, variable, cache }
    }

    /// Returns the content.
    ///
    /// # Errors
    /// 503 when it cannot be read now or is not created yet, 500 when this function is not configured to read it.
    pub async fn get(&self, now: Timestamp) -> Result<Arc<T>, KeysError> {
        match self.read(now).await {
            Err(KeysError::Broken(cause)) if is_missing(&cause) => Err(KeysError::Unavailable(cause)),
            read => read,
        }
    }

    async fn read(&self, now: Timestamp) -> Result<Arc<T>, KeysError> {
        self.cache.as_ref().ok_or_else(|| self.unset())?.get(now, &|_| true).await
    }

    /// Creates the content, unless it exists. A call for a secret that this instance has read costs nothing.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    pub async fn create_if_missing(&self, now: Timestamp) -> Result<Arc<T>, KeysError> {
        let name = self.name.as_ref().ok_or_else(|| self.unset())?;
        match self.read(now).await {
            Err(KeysError::Broken(cause)) if is_missing(&cause) => {}
            read => return read,
        }
        let content = T::create().map_err(|fault| KeysError::Broken(fault.to_string()))?;
        let put = self.client.put_secret_value().secret_id(name).client_request_token(VERSION);
        match put.secret_string(content.to_secret().expose_secret()).send().await {
            Err(error) if error.code() != Some("ResourceExistsException") => Err(KeysError::of(&error)),
            _ => self.get(now).await,
        }
    }

    /// Sets the content, for tests that do not read it.
    #[cfg(feature = "testing")]
    pub async fn set(&self, content: T, now: Timestamp) {
        if let Some(cache) = &self.cache {
            cache.set(content, now).await;
        }
    }

    fn unset(&self) -> KeysError {
        KeysError::Broken(format!("{} is not set, so this function cannot read the secret", self.variable))
    }
}

/// Whether the secret exists without a content.
fn is_missing(cause: &str) -> bool {
    cause.starts_with("ResourceNotFoundException")
}

impl<T> std::fmt::Debug for KeptSecret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptSecret").field("name", &self.name).finish_non_exhaustive()
    }
}
