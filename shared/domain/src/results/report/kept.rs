//! Reports as they are kept: the one place that says what is written, under which version, and how it is read back.
//!
//! Version 1 is the form of [`Report`] and [`Point`]. To change a stored field: copy the types of version 1 as they are,
//! read them as version 1 and turn them into the new ones, and write version 2. `golden/` holds the old form to that.

use serde::{Deserialize, Serialize};

use super::Report;
use super::memory::Memory;
use super::point::Point;

/// The version that is written.
const VERSION: u32 = 1;

/// The latest report of a phase, as it was read back.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// Of version 1.
    V1(Box<Report>),
    /// Of a version that is not known here, or broken: the phase is counted anew. What its looks have shown, if that
    /// could be read.
    Unread(Option<Memory>),
}

/// The version of a kept item; what was written before there were versions is of the first.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Tag {
    #[serde(default = "first")]
    version: u32,
}

fn first() -> u32 {
    1
}

/// A kept item as it is written.
#[derive(Debug, Clone, Copy, Serialize)]
struct Written<'a, T> {
    version: u32,
    #[serde(flatten)]
    kept: &'a T,
}

impl Kept {
    /// Reads JSON that [`Report::kept`] has written, in this version of the code or in another.
    #[must_use]
    pub fn read(json: &[u8]) -> Self {
        let unread = || Self::Unread(serde_json::from_slice(json).ok());
        match version(json) {
            Some(1) => {
                serde_json::from_slice(json).map_or_else(|_| unread(), |report| Self::V1(Box::new(report)))
            }
            _ => unread(),
        }
    }

    /// The report, if it could be read.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::V1(report) => Some(report),
            Self::Unread(_) => None,
        }
    }

    /// What its looks have shown; None when that is lost.
    #[must_use]
    pub fn memory(&self) -> Option<Memory> {
        match self {
            Self::V1(report) => Some(Memory::from(&**report)),
            Self::Unread(memory) => memory.clone(),
        }
    }
}

impl From<Report> for Kept {
    fn from(report: Report) -> Self {
        Self::V1(Box::new(report))
    }
}

impl Report {
    /// The report as it is kept.
    pub fn kept(&self) -> impl Serialize + '_ {
        Written { version: VERSION, kept: self }
    }
}

impl Point {
    /// The point as it is kept.
    pub fn kept(&self) -> impl Serialize + '_ {
        Written { version: VERSION, kept: self }
    }

    /// Reads JSON that [`Self::kept`] has written; None for a version that is not known here, and for what is broken.
    #[must_use]
    pub fn read(json: &[u8]) -> Option<Self> {
        match version(json) {
            Some(1) => serde_json::from_slice(json).ok(),
            _ => None,
        }
    }
}

fn version(json: &[u8]) -> Option<u32> {
    serde_json::from_slice(json).map(|tag: Tag| tag.version).ok()
}
