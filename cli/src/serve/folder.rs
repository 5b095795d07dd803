//! The data folder: what lies in it, and that one process uses it at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::Failure;

/// What `--fresh` deletes: the log and the lock stay. SQLite keeps two more files beside its own.
const DATA: [&str; 5] = [STORE, "store.sqlite-wal", "store.sqlite-shm", SECRETS, SESSION];
const STORE: &str = "store.sqlite";
const SECRETS: &str = "secrets.json";
const SESSION: &str = "session.json";
const LOCK: &str = "lock";
const LOG: &str = "serve.log";

/// The data folder of a server. Its owner alone can read it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

/// While it lives, no other server uses the folder. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

impl Folder {
    /// The folder at `path`, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| {
            Failure::new(format!("the data folder {} cannot be made: {error}", path.display()))
        })?;
        Ok(Self { path: path.to_path_buf() })
    }

    /// The folder at `path`, which is there with a store in it.
    ///
    /// # Errors
    /// When no server has kept anything there.
    pub fn existing(path: &Path) -> Result<Self, Failure> {
        let folder = Self { path: path.to_path_buf() };
        if folder.store().exists() {
            return Ok(folder);
        }
        let path = path.display();
        Err(Failure::usage(format!("{path} has no data of a server; name its data folder with --data")))
    }

    /// Keeps other servers out.
    ///
    /// # Errors
    /// When one is using it.
    pub fn lock(&self) -> Result<Lock, Failure> {
        let path = self.path.join(LOCK);
        let opened = private().create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
                "another server uses the data folder {}; stop it, or name another folder with --data",
                self.path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(Failure::new(format!("{}: {error}", path.display()))),
        }
    }

    /// Whether a server has kept anything here.
    #[must_use]
    pub fn has_data(&self) -> bool {
        DATA.iter().any(|name| self.path.join(name).exists())
    }

    /// Deletes what servers have kept here.
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

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SQLite file of the embedded DynamoDB.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// The file of the embedded Secrets Manager.
    #[must_use]
    pub fn secrets(&self) -> PathBuf {
        self.path.join(SECRETS)
    }

    /// The file that says where the running server is.
    #[must_use]
    pub fn session(&self) -> PathBuf {
        self.path.join(SESSION)
    }

    /// The log of the functions.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path.join(LOG)
    }
}

/// How a file is opened for writing that its owner alone can read.
#[must_use]
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Replaces a file by one with `content` that its owner alone can read. After a crash at any moment the file is the old
/// one or the new one.
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
