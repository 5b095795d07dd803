//! A client of a server of Bellwether, on this machine or in AWS.
//!
//! [`address`] is where it is, [`transport`] sends one request, [`tokens`] proves who calls, [`retry`] decides how long to
//! wait, and [`problem`] words errors.

pub mod address;
#[cfg(test)]
pub mod loopback;
pub mod problem;
pub mod retry;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod transport;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;
use address::Address;
use tokens::Tokens;
use transport::{Answer, Body, Transport};

/// The time for which a request that failed for now is repeated.
const PATIENCE: Duration = Duration::from_secs(30);

/// The reason why a request has no answer.
#[derive(Debug)]
pub enum Lost {
    /// The connection failed. The request can be sent again.
    Connection(String),
    /// The caller cannot be signed in, or does not trust the server.
    Caller(Failure),
}

/// A client that signs its requests.
pub struct Client {
    transport: Transport,
    tokens: Tokens,
}

impl Client {
    /// Creates a client of the server that the options or the environment specify, or to which the user has signed in.
    ///
    /// # Errors
    /// When there is no such server, or no credentials for it.
    pub fn find(server: Option<&str>) -> Result<Self, Failure> {
        let (address, tokens) = tokens::find(server)?;
        Ok(Self::new(address, tokens))
    }

    /// Creates a client of a server.
    #[must_use]
    pub fn new(address: Address, tokens: Tokens) -> Self {
        Self { transport: Transport::new(address), tokens }
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> &Address {
        self.transport.address()
    }

    /// Sends a request once. If the access token is rejected, gets a new one and sends the request again.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Lost> {
        let token = self.tokens.bearer(&self.transport)?;
        let body = body.map_or(Body::None, Body::Json);
        let answer = self.transport.send(method, path, body, Some(&token))?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self.tokens.renewed(&self.transport, &token)?;
        self.transport.send(method, path, body, Some(&token))
    }

    /// Sends a request until it has an answer other than "try again", and returns the body of a success.
    ///
    /// # Errors
    /// When the server rejects the request, or does not answer.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let until = Instant::now() + PATIENCE;
        let mut attempt = 0;
        loop {
            let (wanted, failure) = match self.send(method, path, body) {
                Ok(answer) if retry::is_temporary(answer.status) => {
                    (answer.retry_after, self.rejected(method, path, &answer))
                }
                Ok(answer) if answer.is_success() => {
                    return answer.body.ok_or_else(|| self.not_bellwether(method, path, answer.status));
                }
                Ok(answer) => return Err(self.rejected(method, path, &answer)),
                Err(Lost::Connection(why)) => (None, Failure::new(why)),
                Err(Lost::Caller(failure)) => return Err(failure),
            };
            let wait = retry::wait(attempt, wanted);
            if Instant::now() + wait > until {
                return Err(failure);
            }
            std::thread::sleep(wait);
            attempt += 1;
        }
    }

    fn rejected(&self, method: &str, path: &str, answer: &Answer) -> Failure {
        match &answer.body {
            Some(body) if body.get("title").is_some() => {
                Failure::new(format!("{} (status {})", problem::describe(body), answer.status))
            }
            _ => self.not_bellwether(method, path, answer.status),
        }
    }

    fn not_bellwether(&self, method: &str, path: &str, status: u16) -> Failure {
        Failure::new(format!(
            "{method} {path} returned {status} without an answer of Bellwether; check the address {}",
            self.address()
        ))
    }
}
