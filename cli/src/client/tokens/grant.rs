//! Asks a server for tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Lost;
use super::super::problem;
use super::super::retry;
use super::super::transport::{Answer, Body, Transport};
use super::variable;
use crate::Failure;

/// A token that expires sooner is replaced before it is used.
const MARGIN: u64 = 30;
/// A refresh token can be sent again for 5 s, so a refresh whose answer was lost is repeated at once.
const TRIES: u32 = 3;

/// An access token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Access {
    /// The token.
    pub token: String,
    /// When it expires, in seconds since 1970 by the clock of this machine.
    pub expires_at: u64,
}

impl Access {
    /// Returns whether it is valid for some more seconds, and is not the one that the server has rejected.
    #[must_use]
    pub fn is_usable(&self, rejected: Option<&str>) -> bool {
        self.expires_at > now() + MARGIN && rejected != Some(&self.token)
    }
}

/// Tokens that a server has issued.
pub struct Grant {
    /// The access token.
    pub access: Access,
    /// The token that gets the next access token, for users.
    pub refresh: Option<String>,
    /// What the access token allows.
    pub scope: String,
}

/// Credentials of a user or of an API client.
pub enum Identity {
    /// A user.
    User {
        /// The e-mail address.
        email: String,
        /// The password.
        password: String,
    },
    /// An API client.
    Client {
        /// Its id.
        id: String,
        /// Its secret.
        secret: String,
    },
}

impl Identity {
    /// Returns the credentials in the environment: `BELLWETHER_CLIENT_ID` and `BELLWETHER_CLIENT_SECRET`, or
    /// `BELLWETHER_EMAIL` and `BELLWETHER_PASSWORD`.
    ///
    /// # Errors
    /// When half of an API client's credentials is missing.
    pub fn of_the_environment() -> Result<Option<Self>, Failure> {
        match (variable("BELLWETHER_CLIENT_ID"), variable("BELLWETHER_CLIENT_SECRET")) {
            (Some(id), Some(secret)) => return Ok(Some(Self::Client { id, secret })),
            (None, None) => {}
            _ => {
                return Err(Failure::usage(
                    "set both BELLWETHER_CLIENT_ID and BELLWETHER_CLIENT_SECRET to sign in as an API client, or neither",
                ));
            }
        }
        let user = variable("BELLWETHER_EMAIL").zip(variable("BELLWETHER_PASSWORD"));
        Ok(user.map(|(email, password)| Self::User { email, password }))
    }

    /// Signs in.
    ///
    /// # Errors
    /// When the server cannot be reached, or rejects the credentials.
    pub fn sign_in(&self, transport: &Transport) -> Result<Grant, Lost> {
        match self {
            Self::User { email, password } => {
                let login = json!({ "email": email, "password": password });
                let answer = transport.send("POST", "/login", Body::Json(&login), None);
                granted(transport, answer?)
            }
            Self::Client { id, secret } => {
                let form =
                    [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
                token(transport, &form)
            }
        }
    }
}

/// Exchanges a refresh token for its successor and an access token. Returns None if the session has ended.
///
/// # Errors
/// When the server cannot be reached, or fails.
pub fn refresh(transport: &Transport, refresh_token: &str) -> Result<Option<Grant>, Lost> {
    match token(transport, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]) {
        Ok(grant) => Ok(Some(grant)),
        Err(Lost::Caller(failure)) if failure.is_rejection() => Ok(None),
        Err(lost) => Err(lost),
    }
}

fn token(transport: &Transport, form: &[(&str, &str)]) -> Result<Grant, Lost> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut tries = 0..TRIES;
    loop {
        tries.next();
        let again = !tries.is_empty();
        match transport.send("POST", "/oauth/token", Body::Form(&form), None) {
            Ok(answer) if retry::is_temporary(answer.status) && again => {}
            Ok(answer) => return granted(transport, answer),
            Err(Lost::Connection(_)) if again => {}
            Err(lost) => return Err(lost),
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn granted(transport: &Transport, answer: Answer) -> Result<Grant, Lost> {
    let body = answer.body.unwrap_or_default();
    if retry::is_temporary(answer.status) && answer.status != 429 {
        return Err(Lost::Connection(format!("the sign-in failed: {}", problem::describe(&body))));
    }
    match answer.status {
        200..300 => {}
        400 | 401 => return Err(Lost::Caller(Failure::rejection(rejection(&body)))),
        _ => return Err(Lost::Caller(Failure::new(rejection(&body)))),
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let lifetime = body.get("expires_in").and_then(Value::as_u64);
    match (text("access_token"), lifetime) {
        (Some(token), Some(lifetime)) => Ok(Grant {
            access: Access { token, expires_at: now() + lifetime },
            refresh: text("refresh_token"),
            scope: text("scope").unwrap_or_default(),
        }),
        _ => Err(Lost::Caller(Failure::new(format!(
            "the answer to the sign-in contains no token; check that {} is a server of Bellwether",
            transport.address()
        )))),
    }
}

/// Describes why the server rejected credentials: a problem document, or an error of OAuth.
fn rejection(body: &Value) -> String {
    match body.get("error_description").and_then(Value::as_str) {
        Some(text) => crate::text::printable(text),
        None => problem::describe(body),
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
