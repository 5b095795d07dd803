//! Tests of changes of accounts.

use serde_json::{Value, json};

use super::*;
use crate::account::name::Name;
use crate::account::tests::account;
use crate::validation::typed;

fn now() -> Timestamp {
    Timestamp::from_millis(9)
}

fn change(body: Value) -> Change {
    let name = |text: &str| {
        let key = UnitId::parse(text).map_err(|limits| limits.to_string())?;
        let id = if text.starts_with("0015") { Err("is not a domain".to_owned()) } else { Ok(key.clone()) };
        Ok(Name { key, id })
    };
    Change::parse(typed(body).unwrap(), name).unwrap()
}

fn named(id: &str, aliases: &[&str]) -> Account {
    let mut own = account(id, None);
    own.aliases = aliases.iter().map(|alias| UnitId::parse(*alias).unwrap()).collect();
    own
}

/// Applies a change in a directory with these accounts.
fn upsert(directory: &[Account], body: Value) -> Result<(Account, Outcome), Refusal> {
    let change = change(body);
    let owners: Owners<'_> = directory
        .iter()
        .flat_map(|own| std::iter::once(&own.unit_id).chain(&own.aliases).map(move |name| (name, own)))
        .collect();
    let owner = change.owner(&owners)?;
    change.apply(owner, None, now(), [7; 16])
}

#[test]
fn an_account_is_created_once_and_then_unchanged() {
    let body = json!({ "unit_id": "acme.com", "aliases": ["0015", "acme.com", "0015"],
        "attributes": { "industry": "software" }, "covariate": 12.5 });
    let (created, outcome) = upsert(&[], body.clone()).unwrap();
    assert_eq!((outcome, created.revision, created.aliases.len()), (Outcome::Created, 1, 1));
    let (again, outcome) = upsert(std::slice::from_ref(&created), body).unwrap();
    assert_eq!((outcome, &again), (Outcome::Unchanged, &created));
}

#[test]
fn any_name_of_an_account_finds_it() {
    let acme = named("acme.com", &["0015", "acme.de"]);
    for names in
        [json!({ "unit_id": "acme.de" }), json!({ "unit_id": "0015" }), json!({ "aliases": ["0015", "x"] })]
    {
        let mut body = names.clone();
        body["covariate"] = json!(3);
        let (changed, outcome) = upsert(std::slice::from_ref(&acme), body).unwrap();
        assert_eq!((outcome, changed.unit_id.as_str()), (Outcome::Changed, "acme.com"), "{names}");
        assert_eq!((changed.revision, changed.covariate), (2, Some(3.0)));
    }
}

#[test]
fn an_alias_of_another_account_is_a_conflict_that_names_the_field() {
    let both = [named("acme.com", &["0015"]), named("other.com", &["0016"])];
    for body in [
        json!({ "unit_id": "new.com", "aliases": ["x", "0015"] }),
        json!({ "unit_id": "other.com", "aliases": ["x", "0015"] }),
        json!({ "unit_id": "0016", "aliases": ["x", "acme.com"] }),
        json!({ "aliases": ["0016", "0015"] }),
    ] {
        let Err(Refusal::Conflict(why)) = upsert(&both, body.clone()) else { panic!("{body} is refused") };
        assert!(why.starts_with("aliases/1 belongs to another account"), "{why}");
    }
}

#[test]
fn a_new_account_needs_an_id_of_the_kind_of_its_workspace() {
    for body in [json!({ "aliases": ["x"] }), json!({ "unit_id": "0015" })] {
        let Err(Refusal::Invalid(broken)) = upsert(&[], body) else { panic!("it is refused") };
        assert_eq!(broken[0].pointer, "/unit_id");
    }
}

#[test]
fn what_a_change_leaves_out_stays_and_null_removes() {
    let first = json!({ "unit_id": "a", "aliases": ["b"], "attributes": { "x": 1, "y": 2 }, "covariate": 1 });
    let (old, _) = upsert(&[], first).unwrap();
    let patch = json!({ "unit_id": "a", "attributes": { "x": null, "z": 3 }, "covariate": null, "remove_aliases": ["b", "c"] });
    let (new, _) = upsert(std::slice::from_ref(&old), patch).unwrap();
    assert_eq!(Value::Object(new.values()), json!({ "y": 2, "z": 3 }));
    assert_eq!((new.covariate, new.aliases.len()), (None, 0));
    let (same, outcome) = upsert(std::slice::from_ref(&old), json!({ "unit_id": "a" })).unwrap();
    assert_eq!((same, outcome), (old, Outcome::Unchanged));
}

#[test]
fn limits_apply_to_the_account_after_the_change() {
    let texts = |from: usize, to: usize| (from..to).map(|n| n.to_string()).collect::<Vec<_>>();
    let (full, _) = upsert(&[], json!({ "unit_id": "a", "aliases": texts(0, 20) })).unwrap();
    let attributes =
        |from: usize, to: usize| texts(from, to).into_iter().map(|n| (n, json!(1))).collect::<Value>();
    let (wide, _) = upsert(&[], json!({ "unit_id": "b", "attributes": attributes(0, 50) })).unwrap();
    let heavy: Value = (0..33).map(|n| (n.to_string(), json!("x".repeat(250)))).collect();
    for (body, pointer) in [
        (json!({ "unit_id": "a", "aliases": ["more"] }), "/aliases"),
        (json!({ "unit_id": "a", "remove_aliases": ["a"] }), "/remove_aliases/0"),
        (json!({ "unit_id": "b", "attributes": { "more": 1 } }), "/attributes"),
        (json!({ "unit_id": "c", "attributes": heavy }), "/attributes"),
    ] {
        let Err(Refusal::Invalid(broken)) = upsert(&[full.clone(), wide.clone()], body) else {
            panic!("it is refused")
        };
        assert_eq!(broken[0].pointer, pointer);
    }
    let swap = json!({ "unit_id": "a", "aliases": ["more"], "remove_aliases": ["0"] });
    assert_eq!(upsert(&[full], swap).unwrap().0.aliases.len(), 20);
}
