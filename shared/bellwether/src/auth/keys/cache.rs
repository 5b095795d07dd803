//! Keys in memory. They are read from Secrets Manager once and refreshed periodically. When a refresh fails,
//! the cached keys stay in use, so an outage of Secrets Manager does not interrupt the API.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use domain::clock::Timestamp;

/// The interval in which unknown key ids cause at most one refresh, however many tokens contain them.
const UNKNOWN_MS: i64 = 60_000;
/// The minimum time for which the cached keys stay in use after a failed refresh.
const RETRY_MS: i64 = 5_000;

/// The reason why keys cannot be read, stored or used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Secrets Manager is down, unreachable or throttling.
    #[error("the keys cannot be read now: {0}")]
    Unavailable(String),
    /// The secret is missing, forbidden or unreadable, or its content cannot be used: a fault of the
    /// configuration.
    #[error("the keys cannot be used: {0}")]
    Broken(String),
}

impl KeysError {
    /// Converts an error of Secrets Manager. The SDK's text can contain the response that could not be
    /// parsed, which may be a secret, so only codes and texts of the library are used.
    pub(super) fn of<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let ours = ["ResourceNotFoundException", "AccessDeniedException", "InvalidRequestException"];
        let code = error.code();
        let first: &(dyn Error + 'static) = error;
        let chain = std::iter::successors(Some(first), |&error| error.source());
        let words: Vec<String> = match code {
            Some(code) => vec![code.to_owned(), error.message().unwrap_or_default().to_owned()],
            None => chain.map(ToString::to_string).collect(),
        };
        let cause = words.join(": ");
        let broken = code.is_some_and(|code| ours.contains(&code));
        if broken { Self::Broken(cause) } else { Self::Unavailable(cause) }
    }
}

/// The content of one secret, as `T`.
pub struct KeyCache<T> {
    client: Client,
    secret: String,
    lifetime_ms: i64,
    state: Mutex<Latest<T>>,
}

struct Latest<T> {
    cached: Option<(Arc<T>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

impl<T: DeserializeOwned + Send + Sync> KeyCache<T> {
    /// Creates an empty cache of `secret`. What it reads is used for `lifetime_seconds`.
    pub fn new(client: Client, secret: String, lifetime_seconds: u32) -> Self {
        let state = Mutex::new(Latest { cached: None, tried_at: None });
        Self { client, secret, lifetime_ms: i64::from(lifetime_seconds) * 1_000, state }
    }

    /// Returns the keys. Refreshes them when they are old, or when `suits` returns that they lack the
    /// requested key.
    ///
    /// # Errors
    /// When no keys are cached and they cannot be read.
    pub fn get<'a>(
        &'a self,
        now: Timestamp,
        suits: &'a (dyn Fn(&T) -> bool + Sync),
    ) -> BoxFuture<'a, Result<Arc<T>, KeysError>> {
        Box::pin(async move {
            let mut state = self.state.lock().await;
            if let Some((keys, read_at)) = &state.cached {
                let fresh = now.millis() - read_at.millis() < self.lifetime_ms;
                let since_try = state.tried_at.map_or(i64::MAX, |at| now.millis() - at.millis());
                let failed = state.tried_at != Some(*read_at);
                let wait = if !fresh {
                    if failed { RETRY_MS } else { 0 }
                } else if suits(keys) {
                    i64::MAX
                } else {
                    UNKNOWN_MS
                };
                if since_try < wait {
                    return Ok(keys.clone());
                }
            }
            state.tried_at = Some(now);
            match (self.read().await, &state.cached) {
                (Ok(keys), _) => {
                    let keys = Arc::new(keys);
                    state.cached = Some((keys.clone(), now));
                    Ok(keys)
                }
                (Err(error), Some((keys, _))) => {
                    tracing::warn!(cause = %error, "a refresh of the signing keys failed; the cached keys stay in use");
                    Ok(keys.clone())
                }
                (Err(error), None) => Err(error),
            }
        })
    }

    /// Sets the cached keys, for tests that do not read keys.
    #[cfg(feature = "testing")]
    pub async fn set(&self, keys: T, now: Timestamp) {
        let mut state = self.state.lock().await;
        *state = Latest { cached: Some((Arc::new(keys), now)), tried_at: Some(now) };
    }

    async fn read(&self) -> Result<T, KeysError> {
        let answer = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let answer = answer.map_err(|error| KeysError::of(&error))?;
        let text = answer.secret_string().unwrap_or_default();
        parse(text)
    }
}

/// Parses the content of a secret. The parser's message may quote the content, so the error contains only the
/// position.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, KeysError> {
    serde_json::from_str(text).map_err(|error| {
        KeysError::Broken(format!("the secret is not the expected JSON at column {}", error.column()))
    })
}

impl<T> std::fmt::Debug for KeyCache<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyCache").field("secret", &self.secret).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};

    use super::super::PublicKeys;
    use super::*;

    const CANARY: &str = "canary-6f1c2a";

    /// A client of a Secrets Manager that returns the same response to every request.
    fn client(answer: String) -> Client {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (mut request, length) = ([0; 8_192], answer.len());
                let read = stream.read(&mut request).unwrap_or_default();
                assert!(read > 0);
                let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{answer}");
            }
        });
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(url);
        Client::from_conf(config.build())
    }

    #[tokio::test]
    async fn the_error_for_an_unreadable_secret_does_not_repeat_it() {
        let broken_off = format!(r#"{{"SecretString":"{CANARY}"#);
        let not_ours = serde_json::json!({ "SecretString": format!(r#"{{"keys":"{CANARY}"}}"#) });
        for answer in [broken_off, not_ours.to_string()] {
            let cache = KeyCache::<PublicKeys>::new(client(answer), "public".to_owned(), 300);
            let error = cache.get(Timestamp::from_millis(0), &|_| true).await.unwrap_err();
            let shown = format!("{error} {error:?} {cache:?}");
            assert!(!shown.contains(CANARY), "{shown}");
        }
    }
}
