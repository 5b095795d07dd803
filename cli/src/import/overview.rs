//! What is shown before a file is sent: how it was read. This is pure.

use std::fmt::Write;

use super::file::columns::{Columns, Field};
use super::file::records::Records;
use super::file::separator;
use crate::text::count;

/// How a file was read.
pub struct Overview<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The encoding.
    pub encoding: &'a str,
    /// The separator.
    pub separator: u8,
    /// The lines.
    pub records: &'a Records,
    /// The columns.
    pub columns: &'a Columns,
    /// The fields.
    pub fields: &'a [Field],
    /// What applies to fields besides their columns, or instead of them.
    pub notes: &'a [(&'static str, String)],
    /// Columns with a use besides the fields, and their use.
    pub others: &'a [(usize, String)],
}

impl Overview<'_> {
    /// Returns the lines.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = count(self.records.rows.len() as u64);
        let separator = separator::name(self.separator);
        let mut text = format!("{}: {lines} lines, separated by {separator}, {}\n", self.file, self.encoding);
        for field in self.fields {
            let column = self
                .columns
                .place(field.name)
                .map(|place| format!("column \"{}\"", self.columns.name(place)));
            let note = self.notes.iter().find(|(name, _)| *name == field.name).map(|(_, note)| note.clone());
            let parts: Vec<String> = [column, note].into_iter().flatten().collect();
            if !parts.is_empty() {
                let _ = writeln!(text, "  {:<12} {}", field.name, parts.join("; "));
            }
        }
        for (place, what) in self.others {
            let _ = writeln!(text, "  {what:<12} column \"{}\"", self.columns.name(*place));
        }
        let unused = self.columns.unused(|place| self.others.iter().any(|(used, _)| *used == place));
        if !unused.is_empty() {
            let _ = writeln!(text, "  {:<12} {unused}", "not used");
        }
        text
    }
}
