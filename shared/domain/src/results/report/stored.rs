//! The stored form of reports: what is written, under which version, and how it is read.
//!
//! Version 1 is the form of [`Report`] and [`Point`]. To change a stored field, copy the types of version 1
//! unchanged, read them as version 1, convert them to the new types, and write version 2. The files in
//! `golden/` test that version 1 stays readable.

use serde::{Deserialize, Serialize};

use super::Report;
use super::memory::Memory;
use super::point::Point;

/// The version that is written.
const VERSION: u32 = 1;

/// The last stored report of a phase, after reading.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredReport {
    /// A report of version 1.
    V1(Box<Report>),
    /// A report of an unknown version, or a damaged one: the phase is counted again. Contains the results of
    /// earlier interim looks, if they could be read.
    Unread(Option<Memory>),
}

/// The version of a stored item. Items that were written before versions existed are of version 1.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Tag {
    #[serde(default = "first")]
    version: u32,
}

fn first() -> u32 {
    1
}

/// A stored item in its written form.
#[derive(Debug, Clone, Copy, Serialize)]
struct Written<'a, T> {
    version: u32,
    #[serde(flatten)]
    item: &'a T,
}

impl StoredReport {
    /// Reads JSON that [`Report::stored`] has written, in this version of the code or another one.
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

    /// Returns the report, if it could be read.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::V1(report) => Some(report),
            Self::Unread(_) => None,
        }
    }

    /// Returns the results of earlier interim looks, or None if they are lost.
    #[must_use]
    pub fn memory(&self) -> Option<Memory> {
        match self {
            Self::V1(report) => Some(Memory::from(&**report)),
            Self::Unread(memory) => memory.clone(),
        }
    }
}

impl From<Report> for StoredReport {
    fn from(report: Report) -> Self {
        Self::V1(Box::new(report))
    }
}

impl Report {
    /// Returns the report in its stored form.
    pub fn stored(&self) -> impl Serialize + '_ {
        Written { version: VERSION, item: self }
    }
}

impl Point {
    /// Returns the point in its stored form.
    pub fn stored(&self) -> impl Serialize + '_ {
        Written { version: VERSION, item: self }
    }

    /// Reads JSON that [`Self::stored`] has written. Returns None if the version is unknown or the item is
    /// damaged.
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
