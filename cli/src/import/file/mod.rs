//! A CSV file as text, lines and columns. All parts are pure, except [`open`].

pub mod columns;
pub mod decode;
pub mod records;
pub mod separator;

use std::fs::File;
use std::io::Read;

use super::Common;
use crate::Failure;
use records::Records;

/// The largest file. It is read into memory, so that nothing is sent of a file that cannot be read to its end.
const LARGEST: u64 = 512 * 1024 * 1024;

/// A file that was read.
pub struct Opened {
    /// The name of its encoding.
    pub encoding: &'static str,
    /// The character between its columns.
    pub separator: u8,
    /// Its lines.
    pub records: Records,
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, is too large, or is not CSV with a header line.
pub fn open(options: &Common) -> Result<Opened, Failure> {
    let decode::Decoded { text, encoding } = decode::decode(&bytes(options)?, options.encoding.as_deref())?;
    let (found, text) = separator::found(&text);
    let separator = options.separator.as_deref().map_or(Ok(found), separator::named)?;
    Ok(Opened { encoding, separator, records: records::read(text, separator)? })
}

fn bytes(options: &Common) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if options.is_standard_input() {
        std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        File::open(&options.csv).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    let name = options.file_name();
    read.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage(format!("{name} is larger than 512 MiB; split it into several files")));
    }
    Ok(bytes)
}
