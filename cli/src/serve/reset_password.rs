//! `bellwether reset-password`: sets a new password for a user of a server on this machine. It needs the data folder. The
//! server can be running.

use bellwether::clock::Clock;
use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;

use super::clients::{self, Clients};
use super::cloud::Cloud;
use super::cloud::secrets::Secrets;
use super::fleet::Fleet;
use super::folder::Folder;
use super::setup::{self, ADMIN};
use super::state;
use crate::Failure;

/// The options of `bellwether reset-password`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The data folder of the server
    #[arg(long, value_name = "DIR", default_value = ".bellwether")]
    pub data: PathBuf,

    /// The user's e-mail address
    #[arg(long, value_name = "ADDRESS", default_value = ADMIN)]
    pub email: String,
}

/// Sets a random password and prints it. The user's sessions end.
///
/// # Errors
/// When the folder has no data, or the user does not exist.
pub fn run(options: &Options) -> Result<(), Failure> {
    let folder = Folder::existing(&options.data)?;
    super::runtime()?.block_on(async {
        let (cloud, _) = Cloud::start(Some(state::database(&folder)?), Secrets::at(&folder.secrets())?)?;
        let config =
            clients::config("http://localhost").map_err(|error| Failure::usage(error.to_string()))?;
        let fleet = Fleet::new(&Clients::new(&cloud, None)?, &config, Clock::system());
        let password = setup::new_password()?;
        let new = json!({ "email": options.email, "password": password.expose_secret() });
        fleet.event("create-user", &json!({ "reset_password": new })).await?;
        cloud.stop();
        println!("email     {}\npassword  {}\n", options.email, password.expose_secret());
        println!("The password is not shown again. All sessions of this user have ended.");
        Ok(())
    })
}
