//! The key under which erased accounts are named.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::KeyFault;
use super::kept::Kept;
use crate::random;
use domain::experiment::{UnitId, UnitKind, Workspace};
use domain::privacy::{Demand, PrivacyRequestId, Pseudonym};

/// 256 random bits in base64. It is never replaced: an erased account could no longer be recognized.
#[derive(Debug, Clone, Deserialize)]
pub struct PseudonymKey {
    root: SecretString,
}

impl PseudonymKey {
    /// The pseudonym of an account of a workspace. The same id of another kind is another account.
    #[must_use]
    pub fn pseudonym(&self, workspace: &Workspace, kind: UnitKind, unit: &UnitId) -> Pseudonym {
        self.tag(kind.as_str(), workspace, unit.as_str())
    }

    /// The pseudonyms of all accounts that these texts name, in a workspace whose tests may have any kind of unit.
    #[must_use]
    pub fn pseudonyms(&self, workspace: &Workspace, texts: &[String]) -> Vec<Pseudonym> {
        let of_text = |text: &String| {
            let of_kind = |kind: UnitKind| Some(self.pseudonym(workspace, kind, &kind.unit(text).ok()?));
            UnitKind::ALL.into_iter().filter_map(of_kind).collect::<Vec<_>>()
        };
        let all: BTreeSet<Pseudonym> = texts.iter().flat_map(of_text).collect();
        all.into_iter().collect()
    }

    /// The id of a request of a workspace.
    #[must_use]
    pub fn request_id(&self, workspace: &Workspace, demand: &Demand) -> PrivacyRequestId {
        PrivacyRequestId::of(self.tag("request", workspace, &demand.content()))
    }

    /// Neither a purpose nor a workspace's name has a space, so that different inputs have different texts.
    fn tag(&self, purpose: &str, workspace: &Workspace, input: &str) -> Pseudonym {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.root.expose_secret().as_bytes());
        let tag = hmac::sign(&key, format!("{purpose} {workspace} {input}").as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        Pseudonym::of_tag(&bytes)
    }
}

impl Kept for PseudonymKey {
    fn create() -> Result<Self, KeyFault> {
        let root: [u8; 32] = random::bytes().map_err(KeyFault::new)?;
        Ok(Self { root: STANDARD.encode(root).into() })
    }

    fn to_secret(&self) -> SecretString {
        json!({ "root": self.root.expose_secret() }).to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_differ_by_key_workspace_kind_and_account() {
        let (one, other) = (PseudonymKey::create().unwrap(), PseudonymKey::create().unwrap());
        let [a, b] = ["acme", "beta"].map(|name| Workspace::parse(name).unwrap());
        let [x, y] = ["x.com", "y.com"].map(|id| UnitId::parse(id).unwrap());
        let kind = UnitKind::Domain;
        let own = one.pseudonym(&a, kind, &x);
        assert_eq!(own, one.pseudonym(&a, kind, &x));
        let others = [
            one.pseudonym(&b, kind, &x),
            one.pseudonym(&a, kind, &y),
            one.pseudonym(&a, UnitKind::Verbatim, &x),
            other.pseudonym(&a, kind, &x),
        ];
        assert!(others.iter().all(|another| *another != own));
    }

    #[test]
    fn a_text_has_a_pseudonym_for_each_kind_of_which_it_names_an_account() {
        let (key, workspace) = (PseudonymKey::create().unwrap(), Workspace::parse("acme").unwrap());
        let named = |text: &str| key.pseudonyms(&workspace, &[text.to_owned()]);
        assert_eq!((named("not a domain").len(), named("ada@acme.com").len()), (1, 2));
        let domain = key.pseudonym(&workspace, UnitKind::Domain, &UnitId::parse("acme.com").unwrap());
        assert!(named("https://www.ACME.com/").contains(&domain));
    }

    #[test]
    fn the_key_is_read_back_from_its_secret_and_is_not_printed() {
        let key = PseudonymKey::create().unwrap();
        let again: PseudonymKey = serde_json::from_str(key.to_secret().expose_secret()).unwrap();
        let (workspace, texts) = (Workspace::parse("acme").unwrap(), ["x".to_owned()]);
        assert_eq!(again.pseudonyms(&workspace, &texts), key.pseudonyms(&workspace, &texts));
        assert!(!format!("{key:?}").contains(key.root.expose_secret()));
    }
}
