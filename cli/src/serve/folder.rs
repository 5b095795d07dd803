//! The data folder: its files, and the lock that one process at a time can have.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::Failure;

/// The files that `--fresh` deletes. `SQLite` writes two more files next to its database.
const DATA: [&str; 5] = [STORE, "store.sqlite-wal", "store.sqlite-shm", SECRETS, SESSION];
const STORE: &str = "store.sqlite";
const SECRETS: &str = "secrets.json";
const SESSION: &str = "session.json";
const LOCK: &str = "lock";
const LOG: &str = "serve.log";

/// The data folder of a server. Only its owner can read it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

/// The lock of a data folder. The system releases it when the process ends, for any reason.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

impl Folder {
    /// Returns the folder at `path`. Creates it if it does not exist.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| {
            Failure::new(format!("the data folder {} cannot be created: {error}", path.display()))
        })?;
        Ok(Self { path: path.to_path_buf() })
    }

    /// Returns the folder at `path`, which contains the data of a server.
    ///
    /// # Errors
    /// When there is no such data.
    pub fn existing(path: &Path) -> Result<Self, Failure> {
        let folder = Self { path: path.to_path_buf() };
        if folder.store().exists() {
            return Ok(folder);
        }
        let path = path.display();
        Err(Failure::usage(format!(
            "{path} contains no data of a server; specify its data folder with --data"
        )))
    }

    /// Locks the folder.
    ///
    /// # Errors
    /// When another process has the lock.
    pub fn lock(&self) -> Result<Lock, Failure> {
        let path = self.path.join(LOCK);
        let opened = private().create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
                "another server uses the data folder {}; stop it, or specify another folder with --data",
                self.path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(Failure::new(format!("{}: {error}", path.display()))),
        }
    }

    /// Returns whether the folder contains data of a server.
    #[must_use]
    pub fn has_data(&self) -> bool {
        DATA.iter().any(|name| self.path.join(name).exists())
    }

    /// Deletes the data.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn clear(&self) -> Result<(), Failure> {
        for name in DATA {
            let path = self.path.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Failure::new(format!("{} cannot be deleted: {error}", path.display())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of the `SQLite` file of the embedded DynamoDB.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// Returns the path of the file of the embedded Secrets Manager.
    #[must_use]
    pub fn secrets(&self) -> PathBuf {
        self.path.join(SECRETS)
    }

    /// Returns the path of the file with the address of the running server.
    #[must_use]
    pub fn session(&self) -> PathBuf {
        self.path.join(SESSION)
    }

    /// Returns the path of the functions' log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path.join(LOG)
    }
}

/// Returns options for writing a file that only its owner can read.
#[must_use]
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Replaces a file by one with `content` that only its owner can read. After a crash, the file is either the old one or
/// the new one.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().create_new(true).open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}
