//! The file of results: one line of JSON for each finished part of a cell, so that an interrupted run continues
//! where it stopped.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::counts::Counts;

/// A finished part of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The name of the cell.
    pub cell: String,
    /// The draws of each test.
    pub draws: usize,
    /// The number of the first repetition.
    pub start: usize,
    /// The number after the last repetition.
    pub end: usize,
    /// What was counted.
    pub counts: Counts,
}

/// The finished parts, and the file to which further ones are appended.
pub struct Store {
    file: File,
    parts: BTreeMap<String, Vec<Part>>,
}

impl Store {
    /// Opens or creates the file. A last line that was cut off by an interruption is left out.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        let (mut parts, mut whole): (BTreeMap<String, Vec<Part>>, bool) = (BTreeMap::new(), true);
        for line in BufReader::new(&file).split(b'\n') {
            let found = serde_json::from_slice::<Part>(&line?);
            whole = found.is_ok();
            if let Ok(part) = found {
                parts.entry(part.cell.clone()).or_default().push(part);
            }
        }
        if !whole {
            file.write_all(b"\n")?;
        }
        Ok(Self { file, parts })
    }

    /// Returns whether this part is finished.
    #[must_use]
    pub fn has(&self, cell: &str, draws: usize, repetitions: &Range<usize>) -> bool {
        let same = |part: &Part| {
            part.draws == draws && part.start == repetitions.start && part.end == repetitions.end
        };
        self.parts.get(cell).is_some_and(|parts| parts.iter().any(same))
    }

    /// Appends a finished part.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, part: Part) -> io::Result<()> {
        let mut line = serde_json::to_vec(&part)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.parts.entry(part.cell.clone()).or_default().push(part);
        Ok(())
    }

    /// Returns the counts of all finished parts of a cell with this number of draws.
    #[must_use]
    pub fn counts(&self, cell: &str, draws: usize) -> Counts {
        let mut sum = Counts::default();
        let parts = self.parts.get(cell).into_iter().flatten().filter(|part| part.draws == draws);
        parts.for_each(|part| sum.add(&part.counts));
        sum
    }
}
