//! `bellwether logout`: ends the session at the server and deletes it here.

use clap::Args;

use super::ServerOption;
use crate::Failure;
use crate::client::problem;
use crate::client::tokens::{self, sessions::Sessions, stored};
use crate::client::transport::{Body, Transport};
use crate::text::show;

/// Ends the session at the server and deletes it on this machine.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether logout
  bellwether logout --server https://api.example.com/v1")]
pub struct Options {
    #[command(flatten)]
    server: ServerOption,

    /// Delete the session on this machine even if the server cannot be reached; it stays valid there until it expires
    #[arg(long)]
    local: bool,
}

/// Ends the session.
///
/// # Errors
/// When there is no session, or the server cannot be reached.
pub fn run(options: &Options) -> Result<(), Failure> {
    let sessions = Sessions::of_this_user()?;
    let address = tokens::address(options.server.server.as_deref(), &sessions)?;
    let lock = sessions.lock()?;
    let mut content = lock.read()?;
    let key = address.to_string();
    let session = content.sessions.remove(&key).ok_or_else(|| stored::no_session(&address))?;
    let revoked = revoke(&Transport::new(address), &session.refresh_token);
    if let (Err(why), false) = (&revoked, options.local) {
        return Err(Failure::new(format!(
            "the session was not ended: {why}. To delete it on this machine only, add --local"
        )));
    }
    content.current.take_if(|current| *current == key);
    lock.write(&content)?;
    show(&format!("signed out from {key}\n"))
}

fn revoke(transport: &Transport, token: &str) -> Result<(), Failure> {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
    let answer = transport.send("POST", "/oauth/revoke", Body::Form(&form), None)?;
    if answer.is_success() {
        return Ok(());
    }
    Err(Failure::new(problem::describe(&answer.body.unwrap_or_default())))
}
