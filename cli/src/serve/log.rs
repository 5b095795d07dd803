//! Writes the log lines of the functions to a file of limited size in the data folder, and to the terminal if wanted.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bellwether::telemetry::log;

use super::folder::private;
use crate::Failure;

/// A file of this size is renamed, and replaces the one that was renamed before.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// A log file of limited size.
struct LogFile {
    path: PathBuf,
    current: Mutex<Current>,
}

struct Current {
    file: File,
    bytes: u64,
}

/// Where a log line is written.
#[derive(Clone)]
struct Out {
    file: Option<Arc<LogFile>>,
    is_verbose: bool,
}

/// Starts the log. Without a file and `is_verbose`, lines are dropped.
///
/// # Errors
/// When the file cannot be created.
pub fn start(file: Option<&Path>, is_verbose: bool) -> Result<(), Failure> {
    let open = |path: &Path| {
        let opened = LogFile::open(path);
        opened.map_err(|error| Failure::new(format!("the log {} cannot be written: {error}", path.display())))
    };
    let out = Out { file: file.map(open).transpose()?.map(Arc::new), is_verbose };
    log::init_to(move || out.clone());
    Ok(())
}

impl LogFile {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_path_buf(), current: Mutex::new(Current::begin(path)?) })
    }

    fn write(&self, line: &[u8]) -> io::Result<()> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.bytes >= MOST_BYTES {
            *current = Current::begin(&self.path)?;
        }
        current.bytes += u64::try_from(line.len()).unwrap_or_default();
        current.file.write_all(line)
    }
}

impl Current {
    /// Creates a new file and renames the existing one.
    fn begin(path: &Path) -> io::Result<Self> {
        let mut old = path.as_os_str().to_owned();
        old.push(".1");
        match fs::rename(path, old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self { file: private().create_new(true).open(path)?, bytes: 0 })
    }
}

impl Write for Out {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.is_verbose {
            io::stderr().write_all(line)?;
        }
        if let Some(file) = &self.file {
            file.write(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_one_old_file_and_does_not_exceed_its_limit() {
        let folder = std::env::temp_dir().join(format!("bellwether-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (path, old) = (folder.join("serve.log"), folder.join("serve.log.1"));
        fs::write(&path, "of the last run\n").unwrap();
        let log = LogFile::open(&path).unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "of the last run\n");
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..20 {
            log.write(&line).unwrap();
        }
        let size = |path: &Path| fs::metadata(path).unwrap().len();
        assert_eq!((size(&old), size(&path)), (MOST_BYTES, 4 * 1024 * 1024));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(&folder).unwrap();
    }
}
