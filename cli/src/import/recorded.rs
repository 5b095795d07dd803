//! The file with what earlier imports have recorded: one JSON object a line, of which the last for an outcome, account
//! and goal holds. Lines are written before anything is sent, so that an interrupted import forgets nothing.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::moves::{Recorded, State};
use super::plan::Plan;
use crate::Failure;

/// The file, and what it contains.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: State,
}

impl Journal {
    /// Reads the file, if it exists.
    ///
    /// # Errors
    /// When it cannot be read, or has a damaged line before its end.
    pub fn open(path: PathBuf) -> Result<Self, Failure> {
        let failed = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let mut state = State::default();
        if path.exists() {
            let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
            // The last line may have been cut.
            let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
            for (number, line) in whole.lines().enumerate() {
                match serde_json::from_str(line) {
                    Ok(line) => state.add(line),
                    Err(_) => {
                        return Err(failed(format!("line {} is not a record of an import", number + 1)));
                    }
                }
            }
        }
        Ok(Self { path, state })
    }

    /// Plans moves: adds the removals to the plan, and sets versions. Lines that cannot be moved are refused. Returns false,
    /// and plans nothing, if an id of the file stands for outcomes of several accounts or goals.
    pub fn extend(&mut self, plan: &mut Plan, any_goal: bool) -> bool {
        if !ids_are_unique(&plan.items) {
            return false;
        }
        let (items, rows) = (std::mem::take(&mut plan.items), std::mem::take(&mut plan.rows));
        let mut removals = Vec::new();
        for (mut item, row) in items.into_iter().zip(rows) {
            match self.state.plan(&mut item, any_goal) {
                Ok(found) => {
                    removals.extend(found.into_iter().map(|removal| (removal.removal(), row)));
                    plan.items.push(item);
                    plan.rows.push(row);
                }
                Err(why) => plan.refused.push((row, why)),
            }
        }
        plan.moved = removals.len() as u64;
        for (removal, row) in removals {
            plan.items.push(removal);
            plan.rows.push(row);
        }
        true
    }

    /// Writes what is planned, before it is sent.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Result<(), Failure> {
        let next = self.path.with_extension("tmp");
        let written = File::create(&next).and_then(|file| {
            write(&file, self.state.lines())?;
            file.sync_all()?;
            std::fs::rename(&next, &self.path)
        });
        written.map_err(|error| self.failed(&error))
    }

    /// Adds that these removals are acknowledged.
    ///
    /// # Errors
    /// When the file cannot be written. The removals are then sent again by the next import, which changes nothing.
    pub fn acknowledge(&self, removed: &[Recorded]) -> Result<(), Failure> {
        let written =
            OpenOptions::new().append(true).open(&self.path).and_then(|file| write(&file, removed.iter()));
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("{}: {error}", Path::new(&self.path).display()))
    }
}

/// Returns whether each event id stands for one account and goal.
fn ids_are_unique(items: &[Value]) -> bool {
    let mut places = HashMap::new();
    items.iter().all(|item| {
        let place = (&item["unit_id"], &item["goal"]);
        *places.entry(&item["event_id"]).or_insert(place) == place
    })
}

fn write<'a>(mut file: &File, lines: impl Iterator<Item = &'a Recorded>) -> std::io::Result<()> {
    let mut text = String::new();
    for line in lines {
        text += &serde_json::to_string(line)?;
        text.push('\n');
    }
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::plan::Plan;
    use super::Journal;

    #[test]
    fn what_was_planned_is_known_to_the_next_import_even_if_a_line_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.recorded.jsonl");
        let plan = |unit: &str| Plan {
            items: vec![json!({ "unit_id": unit, "goal": "g", "event_id": "e" })],
            rows: vec![7],
            ..Plan::default()
        };
        let mut journal = Journal::open(path.clone()).unwrap();
        assert!(journal.extend(&mut plan("a"), true));
        journal.write().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}{{\"event_id\":\"e\",\"uni")).unwrap();
        let mut journal = Journal::open(path.clone()).unwrap();
        let mut moved = plan("b");
        assert!(journal.extend(&mut moved, true));
        let removal = json!({ "unit_id": "a", "goal": "g", "event_id": "e", "version": 1, "void": true });
        let item = json!({ "unit_id": "b", "goal": "g", "event_id": "e", "version": 2 });
        assert_eq!((moved.items, moved.rows, moved.moved), (vec![item, removal], vec![7, 7], 1));
        let two = |unit: &str| json!({ "unit_id": unit, "goal": "g", "event_id": "1" });
        let mut numbered = Plan { items: vec![two("a"), two("b")], rows: vec![0, 1], ..Plan::default() };
        assert!(!journal.extend(&mut numbered, true), "ids that each account has are not moved");
        assert_eq!((numbered.items.len(), numbered.moved), (2, 0));
        std::fs::write(&path, "nonsense\n{}\n").unwrap();
        assert!(Journal::open(path).is_err());
    }
}
