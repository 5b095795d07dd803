//! The file with the sessions of this user: in the system's folder for configuration, readable by its owner only.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::super::address::Address;
use super::grant::Access;
use crate::Failure;

/// The file with the stored sessions. Its path does not need to exist.
pub struct Sessions {
    path: PathBuf,
}

/// The content of the file.
#[derive(Default, Serialize, Deserialize)]
pub struct Content {
    /// The server of the last sign-in.
    pub current: Option<String>,
    /// The sessions, by the address of their server.
    #[serde(default)]
    pub sessions: BTreeMap<String, Session>,
}

/// A session of a user at a server.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// The user.
    pub email: String,
    /// The token that gets the next access token. It is used once.
    pub refresh_token: String,
    /// The last access token.
    pub access: Access,
}

/// The right to change the file. One process at a time has it. The system releases it when the process ends.
pub struct Lock<'a> {
    sessions: &'a Sessions,
    _file: File,
}

impl Content {
    /// Returns the session at a server.
    #[must_use]
    pub fn of(&self, address: &Address) -> Option<&Session> {
        self.sessions.get(&address.to_string())
    }
}

impl Sessions {
    /// Returns the file of this user: `bellwether/sessions.json` in the folder for configuration.
    ///
    /// # Errors
    /// When the user has no home folder.
    pub fn of_this_user() -> Result<Self, Failure> {
        let system = etcetera::choose_base_strategy();
        let system =
            system.map_err(|error| Failure::new(format!("{error}; set HOME to your home folder")))?;
        Ok(Self::at(&system.config_dir().join("bellwether")))
    }

    /// Returns the file in a folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { path: folder.join("sessions.json") }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn read(&self) -> Result<Content, Failure> {
        let read = match fs::read(&self.path) {
            Ok(content) => serde_json::from_slice(&content).map_err(|error| error.to_string()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Content::default()),
            Err(error) => Err(error.to_string()),
        };
        read.map_err(|error| {
            let path = self.path.display();
            Failure::new(format!(
                "{path} cannot be read ({error}); delete it and sign in again with: bellwether login"
            ))
        })
    }

    /// Waits until no other process changes the file.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn lock(&self) -> Result<Lock<'_>, Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.folder())
            .and_then(|()| {
                let path = self.path.with_extension("lock");
                OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
            })
            .and_then(|file| file.lock().map(|()| Lock { sessions: self, _file: file }))
            .map_err(|error| self.failed(&error))
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("{} cannot be written: {error}", self.path.display()))
    }
}

impl Lock<'_> {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn read(&self) -> Result<Content, Failure> {
        self.sessions.read()
    }

    /// Replaces the file. After a crash, it is either the old one or the new one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, content: &Content) -> Result<(), Failure> {
        let written = || {
            // A temporary file has the mode 0600 from the start.
            let mut file = tempfile::NamedTempFile::new_in(self.sessions.folder())?;
            serde_json::to_writer_pretty(&mut file, content)?;
            file.flush()?;
            file.as_file().sync_all()?;
            file.persist(&self.sessions.path)?;
            Ok(())
        };
        written().map_err(|error| self.sessions.failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::grant::Access;
    use super::{Content, Session, Sessions};

    #[test]
    fn the_file_is_readable_by_its_owner_only_and_leaves_no_other_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/bellwether");
        let sessions = Sessions::at(&folder);
        let access = Access { token: "t".to_owned(), expires_at: 1 };
        let session = Session { email: "ada@example.com".to_owned(), refresh_token: "r".to_owned(), access };
        let mut content = Content { current: Some("http://localhost/v1".to_owned()), ..Content::default() };
        content.sessions.insert("http://localhost/v1".to_owned(), session);
        let lock = sessions.lock().unwrap();
        lock.write(&content).unwrap();
        lock.write(&content).unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("sessions.json"))), (0o700, 0o600));
        let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["sessions.json", "sessions.lock"]);
        assert_eq!(sessions.read().unwrap().current.as_deref(), Some("http://localhost/v1"));
    }

    #[test]
    fn a_damaged_file_is_an_error_that_states_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("sessions.json"), "{").unwrap();
        let error = Sessions::at(home.path()).read().err().unwrap().to_string();
        assert!(error.ends_with("delete it and sign in again with: bellwether login"), "{error}");
    }
}
