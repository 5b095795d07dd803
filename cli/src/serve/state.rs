//! The stored data of a server: in its data folder, or in memory.

use std::io::{IsTerminal, Write};

use dynoxide::Database;
use serde_json::json;

use super::cloud::secrets::Secrets;
use super::cloud::{Accepted, Cloud};
use super::folder::{self, Folder, Lock};
use super::options::Options;
use super::setup::ADMIN;
use crate::Failure;

/// The stored data of a server.
pub struct State(Option<(Folder, Lock)>);

/// The file with the address of the server. Deleted when dropped.
pub struct Session(Option<std::path::PathBuf>);

impl State {
    /// Locks the data folder, unless the server runs in memory.
    ///
    /// # Errors
    /// When another server uses it.
    pub fn open(options: &Options) -> Result<Self, Failure> {
        if options.memory {
            return Ok(Self(None));
        }
        let folder = Folder::open(&options.data)?;
        let lock = folder.lock()?;
        Ok(Self(Some((folder, lock))))
    }

    /// Returns the data folder.
    #[must_use]
    pub fn folder(&self) -> Option<&Folder> {
        self.0.as_ref().map(|(folder, _)| folder)
    }

    /// Deletes the data if `--fresh` is set and the user agrees.
    ///
    /// # Errors
    /// When the user does not agree.
    pub fn clear_if_fresh(&mut self, options: &Options) -> Result<(), Failure> {
        let Some(folder) = self.folder().filter(|folder| options.fresh && folder.has_data()) else {
            return Ok(());
        };
        if !options.yes {
            confirm(&format!("This deletes all tests, users and keys in {}.", folder.path().display()))?;
        }
        folder.clear()
    }

    /// Starts the embedded services on the data.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn start(&self, options: &Options) -> Result<(Cloud, Accepted), Failure> {
        let secrets = match self.folder() {
            Some(folder) => Secrets::at(&folder.secrets())?,
            None => Secrets::in_memory(),
        };
        let database = match (self.folder(), &options.dynamodb) {
            (_, Some(_)) => None,
            (Some(folder), None) => Some(database(folder)?),
            (None, None) => Some(Database::memory().map_err(|error| Failure::new(error.to_string()))?),
        };
        Cloud::start(database, secrets)
    }

    /// Writes the address of the server into the data folder, for the demos.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn announce(&self, url: &str) -> Result<Session, Failure> {
        let Some(folder) = self.folder() else { return Ok(Session(None)) };
        let path = folder.session();
        let session = json!({ "url": url, "email": ADMIN, "pids": { "serve": std::process::id() } });
        let written = folder::replace(&path, session.to_string().as_bytes());
        written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Session(Some(path)))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Opens the embedded DynamoDB in the data folder. `SQLite` uses a write-ahead log and waits for the disk at the end of
/// each transaction (`synchronous=FULL`, its default). An acknowledged write therefore survives a crash of the process,
/// of the system, and a power failure if the disk does not lose what it has confirmed.
///
/// # Errors
/// When the file cannot be opened.
pub fn database(folder: &Folder) -> Result<Database, Failure> {
    let path = folder.store();
    let failed =
        |error: &dyn std::fmt::Display| Failure::new(format!("{} cannot be opened: {error}", path.display()));
    // `SQLite` creates its other files with the mode of this one.
    folder::private().create(true).truncate(false).open(&path).map_err(|error| failed(&error))?;
    let text = path.to_str().ok_or_else(|| failed(&"its name is not UTF-8"))?;
    Database::new(text).map_err(|error| failed(&error))
}

fn confirm(what: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{what} Add --yes to confirm, because there is no terminal")));
    }
    print!("{what} Type yes to continue: ");
    let mut answer = String::new();
    let read = std::io::stdout().flush().and_then(|()| std::io::stdin().read_line(&mut answer));
    match read {
        Ok(_) if answer.trim() == "yes" => Ok(()),
        _ => Err(Failure::new("nothing was deleted")),
    }
}
