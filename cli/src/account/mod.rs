//! `bellwether login` and `bellwether logout`: the session of a user at a server.

pub mod login;
pub mod logout;

use clap::Args;

/// The option that selects the server, of every command that uses one.
#[derive(Debug, Clone, Args)]
pub struct ServerOption {
    /// The server's address [default: `BELLWETHER_URL`, or the server of the last sign-in, or `http://localhost:9000`]
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
}
