//! `bellwether serve`: every function in one process, behind one HTTP server on this machine.

mod folder;
mod options;

pub use options::Options;

use crate::Failure;
use folder::Folder;

/// Serves until Ctrl-C.
///
/// # Errors
/// When the data folder is in use, the port is taken, or what is stored cannot be read.
pub fn run(options: &Options) -> Result<(), Failure> {
    let _folder = (!options.memory).then(|| Folder::open(&options.data)).transpose()?;
    Ok(())
}
