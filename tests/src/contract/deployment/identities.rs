//! Tests each function's permissions on the items of `identities`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testing::document::Operation;

use super::hcl_files::{map, words};

/// A rule on items of `identities`: the actions, the prefixes of keys, and the attributes unless all are allowed.
struct Rule {
    actions: BTreeSet<String>,
    keys: BTreeSet<String>,
    attributes: Option<BTreeSet<String>>,
}

/// Returns the rules of each function on items of `identities`.
fn rules() -> BTreeMap<String, Vec<Rule>> {
    let owned = |value: &Value| words(value).into_iter().map(str::to_owned).collect();
    let rule = |value: &Value| Rule {
        actions: owned(&value["actions"]),
        keys: owned(&value["keys"]),
        attributes: value.get("attributes").map(owned),
    };
    let of = |rules: &Value| rules.as_array().unwrap().iter().map(rule).collect();
    map("leading_keys").iter().map(|(name, rules)| (name.clone(), of(rules))).collect()
}

/// Returns the functions that need no token.
fn public() -> BTreeSet<String> {
    let open = Operation::all().into_iter().filter(|operation| operation.scope().is_none());
    let ids: Vec<String> = open.map(|operation| operation.id().to_owned()).collect();
    let opens = |name: &String| ids.iter().any(|id| id == name || id.starts_with(&format!("{name}-")));
    map("functions").into_keys().filter(|name| opens(name) || name == "reject-method").collect()
}

#[test]
fn every_action_on_identities_is_limited_to_listed_keys() {
    let rules = rules();
    let kinds = ["client", "counter", "quota", "session", "throttle", "user", "workspace"]
        .map(|kind| format!("{kind}/*"));
    for (name, function) in map("functions") {
        let listed = function["tables"].get("identities").map(words).unwrap_or_default();
        let own = rules.get(&name).map(Vec::as_slice).unwrap_or_default();
        let covered: BTreeSet<&str> = own.iter().flat_map(|rule| &rule.actions).map(String::as_str).collect();
        assert_eq!(covered, listed, "{name}");
        for key in own.iter().flat_map(|rule| &rule.keys) {
            assert!(kinds.contains(key), "{name}: {key}");
        }
    }
    assert!(rules.keys().all(|name| map("functions").contains_key(name)));
}

#[test]
fn public_functions_access_no_role_and_only_login_password_hashes() {
    let public = public();
    let names = ["issue-token", "login", "publish-keys", "reject-method", "revoke-token"].map(str::to_owned);
    assert_eq!(public, BTreeSet::from(names));
    let rules = rules();
    let reads = BTreeSet::from(["GetItem".to_owned()]);
    for name in public {
        for rule in rules.get(&name).map(Vec::as_slice).unwrap_or_default() {
            let personal = ["user/*", "workspace/*", "client/*"].iter().any(|key| rule.keys.contains(*key));
            if !personal || rule.actions == reads {
                continue;
            }
            assert_eq!((name.as_str(), rule.keys.len()), ("login", 1), "{:?}", rule.actions);
            assert_eq!(rule.actions, BTreeSet::from(["UpdateItem".to_owned()]));
            let attributes = ["password_hash", "pk"].map(str::to_owned);
            assert_eq!(rule.attributes, Some(BTreeSet::from(attributes)));
        }
    }
}
