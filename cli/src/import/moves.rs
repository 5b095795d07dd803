//! Moves of outcomes: an outcome that is recorded for an account and goal, and that a later file has for another one, is
//! removed there. This is pure; `recorded.rs` keeps the state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A version of an outcome that is recorded, or may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The id of the outcome.
    pub event_id: String,
    /// The account, as it was sent.
    pub unit_id: String,
    /// The goal.
    pub goal: String,
    /// The highest version that was sent.
    pub version: u64,
    /// Whether that version removes the outcome.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
    /// Whether the server has acknowledged the removal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// What earlier imports have recorded, by event id.
#[derive(Debug, Clone, Default)]
pub struct State {
    events: BTreeMap<String, Vec<Recorded>>,
}

impl State {
    /// Adds a line of the file. It replaces an earlier one of the same outcome, account and goal.
    pub fn add(&mut self, line: Recorded) {
        let places = self.events.entry(line.event_id.clone()).or_default();
        match places.iter_mut().find(|own| own.unit_id == line.unit_id && own.goal == line.goal) {
            Some(own) => *own = line,
            None => places.push(line),
        }
    }

    /// Plans an outcome of a file: sets its version if the file has none, and returns the removals that it needs.
    /// Everything that is planned is added, so that it is known even if it is sent and no answer arrives. The version of
    /// the outcome is above that of the removals: if both ids turn out to be names of one account, the outcome stays.
    ///
    /// With `any_goal`, an outcome can move to another goal. Otherwise, an id may stand for outcomes of several goals.
    ///
    /// # Errors
    /// When the outcome's version does not tell whether the move or the record is later.
    pub fn plan(&mut self, item: &mut Value, any_goal: bool) -> Result<Vec<Recorded>, String> {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let (event_id, unit_id, goal) = (text("event_id"), text("unit_id"), text("goal"));
        let column = item.get("version").and_then(Value::as_u64);
        let mut places = self.events.get(&event_id).cloned().unwrap_or_default();
        places.retain(|place| any_goal || place.goal == goal);
        let is_own = |place: &Recorded| place.unit_id == unit_id && place.goal == goal;
        let mut removals = Vec::new();
        for place in places.iter().filter(|place| !is_own(place) && !place.done) {
            let version = match column {
                _ if place.void => place.version,
                None => place.version + 1,
                Some(column) if place.version > column => continue,
                Some(column) if place.version + 1 < column => column - 1,
                Some(_) => {
                    return Err(format!(
                        "the outcome is recorded for another account or goal in version {}; to move it, its version must be at least {}",
                        place.version,
                        place.version + 2
                    ));
                }
            };
            removals.push(Recorded { version, void: true, ..place.clone() });
        }
        let own = places.iter().find(|place| is_own(place));
        let version = column.unwrap_or_else(|| match own {
            Some(own) if !own.void => own.version,
            _ => places.iter().chain(&removals).map(|place| place.version + 1).max().unwrap_or_default(),
        });
        if version > 0 {
            item["version"] = json!(version);
        }
        let void = item.get("void") == Some(&Value::Bool(true));
        let latest = own.is_none_or(|own| own.version <= version);
        for removal in &removals {
            self.add(removal.clone());
        }
        if latest {
            self.add(Recorded { event_id, unit_id, goal, version, void, done: void });
        }
        Ok(removals)
    }

    /// Returns what is known of these outcomes, for the file.
    pub fn lines(&self) -> impl Iterator<Item = &Recorded> {
        self.events.values().flatten()
    }
}

impl Recorded {
    /// Reads an acknowledged item. None if it does not remove an outcome.
    #[must_use]
    pub fn removed(item: &Value) -> Option<Self> {
        let text = |name: &str| item[name].as_str().map(str::to_owned);
        let (event_id, unit_id, goal) = (text("event_id")?, text("unit_id")?, text("goal")?);
        let version = item["version"].as_u64()?;
        (item["void"] == true).then_some(Self { event_id, unit_id, goal, version, void: true, done: true })
    }

    /// Returns the item that removes the outcome.
    #[must_use]
    pub fn removal(&self) -> Value {
        json!({ "unit_id": self.unit_id, "goal": self.goal, "event_id": self.event_id, "version": self.version, "void": true })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Recorded, State};

    fn outcome(unit: &str, version: Option<u64>) -> Value {
        let mut item = json!({ "unit_id": unit, "goal": "g", "event_id": "e", "value": 5 });
        if let Some(version) = version {
            item["version"] = json!(version);
        }
        item
    }

    /// Plans an outcome. Returns its version, and the removals with their versions.
    fn plan(state: &mut State, unit: &str, version: Option<u64>) -> (u64, Vec<(String, u64)>) {
        let mut item = outcome(unit, version);
        let removals = state.plan(&mut item, true).unwrap();
        let removals = removals.into_iter().map(|removal| (removal.unit_id, removal.version)).collect();
        (item["version"].as_u64().unwrap_or_default(), removals)
    }

    fn done(state: &mut State, unit: &str) {
        let line = state.lines().find(|line| line.unit_id == unit).unwrap().clone();
        state.add(Recorded { done: true, ..line });
    }

    #[test]
    fn an_outcome_that_moves_is_removed_from_where_it_was_and_may_move_back() {
        let mut state = State::default();
        assert_eq!(plan(&mut state, "a", None), (0, vec![]));
        assert_eq!(plan(&mut state, "a", None), (0, vec![]), "a repeated file");
        assert_eq!(plan(&mut state, "b", None), (2, vec![("a".to_owned(), 1)]));
        assert_eq!(
            plan(&mut state, "b", None),
            (2, vec![("a".to_owned(), 1)]),
            "the same until it is acknowledged"
        );
        done(&mut state, "a");
        assert_eq!(plan(&mut state, "b", None), (2, vec![]));
        assert_eq!(plan(&mut state, "a", None), (4, vec![("b".to_owned(), 3)]));
        let another = json!({ "unit_id": "c", "goal": "g", "event_id": "other" });
        assert_eq!(state.plan(&mut another.clone(), true), Ok(vec![]), "another outcome");
    }

    #[test]
    fn an_id_that_is_used_for_several_goals_moves_only_within_its_goal() {
        let mut state = State::default();
        plan(&mut state, "a", None);
        let mut other = json!({ "unit_id": "b", "goal": "h", "event_id": "e" });
        assert_eq!(state.plan(&mut other.clone(), false), Ok(vec![]));
        assert_eq!(state.plan(&mut other, true).unwrap().len(), 1);
    }

    #[test]
    fn with_versions_the_later_one_decides_where_an_outcome_is() {
        let mut state = State::default();
        assert_eq!(plan(&mut state, "a", Some(10)), (10, vec![]));
        assert_eq!(plan(&mut state, "b", Some(20)), (20, vec![("a".to_owned(), 19)]));
        assert_eq!(plan(&mut state, "a", Some(10)).1, vec![], "an older file moves nothing back");
        done(&mut state, "a");
        for version in [20, 21] {
            assert!(
                state.plan(&mut outcome("c", Some(version)), true).unwrap_err().contains("at least 22"),
                "{version}"
            );
        }
        assert_eq!(plan(&mut state, "a", Some(30)), (30, vec![("b".to_owned(), 29)]));
    }

    #[test]
    fn the_outcome_is_always_above_its_removals_so_that_two_names_of_an_account_lose_nothing() {
        let mut state = State::default();
        for (index, unit) in ["a", "b", "a", "c", "b", "a"].into_iter().enumerate() {
            let (version, removals) = plan(&mut state, unit, None);
            assert!(
                removals.iter().all(|(_, removed)| *removed < version),
                "{index}: {version} {removals:?}"
            );
        }
    }
}
