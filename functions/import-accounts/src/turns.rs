//! Turns: changes of a batch that have a name in common are made one after the other, in the order of the request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::experiment::UnitId;
use tokio::sync::oneshot::{Receiver, Sender, channel};

/// The turns of a batch. Changes that a name connects, also by way of others, belong to one group.
pub struct Turns {
    groups: HashMap<UnitId, usize>,
    /// The end of the last turn that was given in each group.
    last: Mutex<HashMap<usize, Receiver<()>>>,
}

/// The turn of a change. It ends when it is dropped.
pub struct Turn {
    before: Option<Receiver<()>>,
    _end: Sender<()>,
}

impl Turn {
    /// Waits until all earlier turns of the group have ended.
    pub async fn begin(&mut self) {
        if let Some(before) = self.before.take() {
            // An error means that the turn was dropped, which ends it.
            let _ = before.await;
        }
    }
}

impl Turns {
    /// Finds the groups. Each entry has the names of one change.
    pub fn of<'a>(changes: impl Iterator<Item = impl Iterator<Item = &'a UnitId>>) -> Self {
        let mut groups: HashMap<&UnitId, usize> = HashMap::new();
        let mut members: Vec<Vec<&UnitId>> = Vec::new();
        for change in changes {
            let own = members.len();
            members.push(Vec::new());
            for name in change {
                let joined = match groups.get(name) {
                    Some(group) if *group == own => continue,
                    Some(group) => std::mem::take(&mut members[*group]),
                    None => vec![name],
                };
                for member in joined {
                    groups.insert(member, own);
                    members[own].push(member);
                }
            }
        }
        let groups = groups.into_iter().map(|(name, group)| (name.clone(), group)).collect();
        Self { groups, last: Mutex::default() }
    }

    /// Gives the next turn to the change with these names.
    pub fn next<'a>(&self, mut names: impl Iterator<Item = &'a UnitId>) -> Turn {
        let (end, ended) = channel();
        let group = names.find_map(|name| self.groups.get(name));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let before = group.and_then(|group| last.insert(*group, ended));
        Turn { before, _end: end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_waits_for_earlier_ones_that_a_name_connects_to_it() {
        let id = |text: &&str| UnitId::parse(*text).unwrap();
        let lists = [vec!["a", "b"], vec!["c"], vec!["d", "b"], vec!["e"], vec!["c", "d"]];
        let lists: Vec<Vec<UnitId>> = lists.iter().map(|names| names.iter().map(id).collect()).collect();
        let turns = Turns::of(lists.iter().map(|names| names.iter()));
        let mut given: Vec<Turn> = lists.iter().map(|names| turns.next(names.iter())).collect();
        let waits: Vec<bool> = given.iter().map(|turn| turn.before.is_some()).collect();
        assert_eq!(waits, [false, true, true, false, true]);
        let mut second = given.remove(1);
        let first = given.remove(0);
        tokio::select! {
            biased;
            () = second.begin() => panic!("the first turn has not ended"),
            () = tokio::task::yield_now() => {}
        }
        drop(first);
    }
}
