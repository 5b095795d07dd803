//! The versions of a secret and their labels, by the rules of Secrets Manager: the first version is always current; a
//! label belongs to one version; the version that was current becomes the previous one; and a version cannot be changed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The label of the version that readers get.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of the version that was current before.
pub const PREVIOUS: &str = "AWSPREVIOUS";
/// The number of versions without a label that are preserved, so that a step of a rotation can be repeated.
const UNLABELLED: usize = 20;

/// The versions of a secret, oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Versions(Vec<Version>);

/// A version of a secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Version {
    /// Its ID: the token of the request that stored it.
    pub id: String,
    /// Its content.
    pub content: String,
    /// Its labels.
    pub stages: BTreeSet<String>,
}

/// The outcome of storing content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The content is stored.
    Stored,
    /// An earlier request with the same token has stored the same content.
    Known,
    /// An earlier request with the same token has stored other content.
    Taken,
}

impl Versions {
    /// Returns the version with an ID.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Version> {
        self.0.iter().find(|version| version.id == id)
    }

    /// Returns the version with a label.
    #[must_use]
    pub fn at(&self, stage: &str) -> Option<&Version> {
        self.0.iter().find(|version| version.stages.contains(stage))
    }

    /// Returns the versions that have a label.
    pub fn labelled(&self) -> impl Iterator<Item = &Version> {
        self.0.iter().filter(|version| !version.stages.is_empty())
    }

    /// Stores content as the version `id` under `stages`.
    pub fn put(&mut self, id: &str, content: &str, stages: &[String]) -> Put {
        if let Some(known) = self.get(id) {
            return if known.content == content { Put::Known } else { Put::Taken };
        }
        let is_first = self.0.is_empty();
        self.0.push(Version { id: id.to_owned(), content: content.to_owned(), stages: BTreeSet::new() });
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

    /// Moves a label to the version `id`.
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
    fn the_first_version_is_always_current_and_a_later_one_only_if_requested() {
        let mut versions = Versions::default();
        let pending = ["AWSPENDING".to_owned()];
        assert_eq!(versions.put("a", "1", &pending), Put::Stored);
        assert_eq!(stages(&versions, "a"), [CURRENT, "AWSPENDING"]);
        assert_eq!(versions.put("b", "2", &pending), Put::Stored);
        assert_eq!(
            (stages(&versions, "a"), stages(&versions, "b")),
            (vec![CURRENT.to_owned()], pending.to_vec())
        );
        versions.label(CURRENT, "b");
        assert_eq!(stages(&versions, "a"), [PREVIOUS]);
        assert_eq!(stages(&versions, "b"), [CURRENT, "AWSPENDING"]);
    }

    #[test]
    fn a_version_cannot_be_changed() {
        let mut versions = Versions::default();
        let current = [CURRENT.to_owned()];
        versions.put("a", "1", &current);
        versions.put("b", "2", &current);
        assert_eq!(versions.put("a", "1", &current), Put::Known);
        assert_eq!(versions.put("a", "3", &current), Put::Taken);
        assert_eq!(versions.at(CURRENT).unwrap().id, "b", "a repeated request does not move a label");
    }

    #[test]
    fn old_versions_without_a_label_are_deleted_and_labelled_ones_are_not() {
        let mut versions = Versions::default();
        versions.put("pending", "0", &["AWSPENDING".to_owned()]);
        for n in 0..40 {
            versions.put(&format!("v{n}"), &n.to_string(), &[CURRENT.to_owned()]);
        }
        assert!(
            versions.get("pending").is_some()
                && versions.get("v39").is_some()
                && versions.get("v0").is_none()
        );
        assert_eq!(versions.0.len(), UNLABELLED + 3);
    }
}
