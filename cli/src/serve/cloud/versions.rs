//! A secret's versions and their labels, by Secrets Manager's rules: the first version is current, whatever label was
//! asked for; a label that is given to a version leaves the one that had it; the version that was current becomes the
//! previous one; and a version is never written over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The version that readers get.
pub const CURRENT: &str = "AWSCURRENT";
/// The version that was current before.
pub const PREVIOUS: &str = "AWSPREVIOUS";
/// How many versions without a label are kept, so that a step of a rotation can be repeated.
const UNLABELLED: usize = 20;

/// The versions of a secret, the oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Versions(Vec<Version>);

/// A version of a secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Version {
    /// Its id: the token of the request that stored it.
    pub id: String,
    /// Its content.
    pub content: String,
    /// Its labels.
    pub stages: BTreeSet<String>,
}

/// What became of content that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is stored.
    Stored,
    /// It was stored by an earlier request with the same token.
    Known,
    /// The token has been used for other content.
    Taken,
}

impl Versions {
    /// A version by its id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Version> {
        self.0.iter().find(|version| version.id == id)
    }

    /// The version with a label.
    #[must_use]
    pub fn at(&self, stage: &str) -> Option<&Version> {
        self.0.iter().find(|version| version.stages.contains(stage))
    }

    /// Those that have a label.
    pub fn labelled(&self) -> impl Iterator<Item = &Version> {
        self.0.iter().filter(|version| !version.stages.is_empty())
    }

    /// Stores content as the version `id` under `stages`.
    pub fn put(&mut self, id: &str, content: String, stages: &[String]) -> Put {
        if let Some(known) = self.get(id) {
            return if known.content == content { Put::Known } else { Put::Taken };
        }
        let is_first = self.0.is_empty();
        self.0.push(Version { id: id.to_owned(), content, stages: BTreeSet::new() });
        for stage in stages {
            self.label(stage, id);
        }
        if is_first {
            self.label(CURRENT, id);
        }
        let mut surplus = self.0.iter().filter(|version| version.stages.is_empty()).count();
        surplus = surplus.saturating_sub(UNLABELLED);
        self.0.retain(|version| {
            let goes = version.stages.is_empty() && surplus > 0;
            surplus -= usize::from(goes);
            !goes
        });
        Put::Stored
    }

    /// Gives the version `id` a label, which the version that had it loses.
    pub fn label(&mut self, stage: &str, id: &str) {
        let before = self.at(stage).map(|version| version.id.clone());
        for version in &mut self.0 {
            version.stages.remove(stage);
            if version.id == id {
                version.stages.insert(stage.to_owned());
            }
        }
        if let Some(before) = before.filter(|before| stage == CURRENT && before != id) {
            self.label(PREVIOUS, &before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(versions: &Versions, id: &str) -> Vec<String> {
        versions.get(id).unwrap().stages.iter().cloned().collect()
    }

    #[test]
    fn the_first_version_is_current_whatever_was_asked_for_and_a_later_one_is_not() {
        let mut versions = Versions::default();
        let pending = ["AWSPENDING".to_owned()];
        assert_eq!(versions.put("a", "1".to_owned(), &pending), Put::Stored);
        assert_eq!(stages(&versions, "a"), [CURRENT, "AWSPENDING"]);
        assert_eq!(versions.put("b", "2".to_owned(), &pending), Put::Stored);
        assert_eq!(
            (stages(&versions, "a"), stages(&versions, "b")),
            (vec![CURRENT.to_owned()], pending.to_vec())
        );
        versions.label(CURRENT, "b");
        assert_eq!(stages(&versions, "a"), [PREVIOUS]);
        assert_eq!(stages(&versions, "b"), [CURRENT, "AWSPENDING"]);
    }

    #[test]
    fn a_version_is_never_written_over() {
        let mut versions = Versions::default();
        let current = [CURRENT.to_owned()];
        versions.put("a", "1".to_owned(), &current);
        versions.put("b", "2".to_owned(), &current);
        assert_eq!(versions.put("a", "1".to_owned(), &current), Put::Known);
        assert_eq!(versions.put("a", "3".to_owned(), &current), Put::Taken);
        assert_eq!(versions.at(CURRENT).unwrap().id, "b", "a repeated request moves no label");
    }

    #[test]
    fn old_versions_without_a_label_are_forgotten_and_labelled_ones_never() {
        let mut versions = Versions::default();
        versions.put("pending", "0".to_owned(), &["AWSPENDING".to_owned()]);
        for n in 0..40 {
            versions.put(&format!("v{n}"), n.to_string(), &[CURRENT.to_owned()]);
        }
        assert!(
            versions.get("pending").is_some()
                && versions.get("v39").is_some()
                && versions.get("v0").is_none()
        );
        assert_eq!(versions.0.len(), UNLABELLED + 3);
    }
}
