//! `bellwether login`: signs a user in and stores the session.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use clap::Args;

use super::ServerOption;
use crate::Failure;
use crate::client::tokens::grant::{Grant, Identity};
use crate::client::tokens::sessions::{Session, Sessions};
use crate::client::tokens::{self, variable};
use crate::client::transport::Transport;
use crate::text::{printable, show};

/// Signs in, and stores the session for the other commands.
///
/// The password is read from the terminal without showing it, from `BELLWETHER_PASSWORD`, or from the standard input. The
/// tokens are stored in bellwether/sessions.json in the system's folder for configuration, which only you can read.
///
/// Programs sign in with `BELLWETHER_CLIENT_ID` and `BELLWETHER_CLIENT_SECRET` instead. They need no login.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether login --email admin@example.com
  bellwether login --server https://api.example.com/v1 --email ada@example.com < password.txt")]
pub struct Options {
    #[command(flatten)]
    server: ServerOption,

    /// The user's e-mail address [default: `BELLWETHER_EMAIL`, or asked for]
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

/// Signs in and stores the session.
///
/// # Errors
/// When the server rejects the credentials, or the session cannot be stored.
pub fn run(options: &Options) -> Result<(), Failure> {
    let sessions = Sessions::of_this_user()?;
    let address = tokens::address(options.server.server.as_deref(), &sessions)?;
    let email = match options.email.clone().or_else(|| variable("BELLWETHER_EMAIL")) {
        Some(email) => email,
        None => ask("e-mail address: ")?,
    };
    let password = password(&format!("password of {} at {address}: ", printable(&email)))?;
    let transport = Transport::new(address);
    let identity = Identity::User { email: email.clone(), password };
    let grant = identity.sign_in(&transport)?;
    let scope = printable(&grant.scope);
    store(&sessions, &transport.address().to_string(), &email, grant)?;
    let (address, email) = (transport.address(), printable(&email));
    show(&format!("signed in to {address} as {email} with the scopes {scope}\n"))
}

fn store(sessions: &Sessions, address: &str, email: &str, grant: Grant) -> Result<(), Failure> {
    let refresh_token = grant.refresh.ok_or_else(|| Failure::new("the server returned no refresh token"))?;
    let lock = sessions.lock()?;
    let mut content = lock.read()?;
    content.current = Some(address.to_owned());
    let session = Session { email: email.to_owned(), refresh_token, access: grant.access };
    content.sessions.insert(address.to_owned(), session);
    lock.write(&content)
}

fn ask(prompt: &str) -> Result<String, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::usage("specify the user with --email, because there is no terminal to ask"));
    }
    eprint!("{prompt}");
    let _ = stderr().flush();
    first_line()
}

fn password(prompt: &str) -> Result<String, Failure> {
    let password = match variable("BELLWETHER_PASSWORD") {
        Some(password) => password,
        None if stdin().is_terminal() => rpassword::prompt_password(prompt)
            .map_err(|error| Failure::new(format!("the password cannot be read: {error}")))?,
        None => first_line()?,
    };
    if password.is_empty() {
        return Err(Failure::usage(
            "the password is empty; type it, set BELLWETHER_PASSWORD, or pass it on the standard input",
        ));
    }
    Ok(password)
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::new(format!("the standard input cannot be read: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
