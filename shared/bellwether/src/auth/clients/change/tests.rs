//! The scopes of clients and the replacement of their secrets.

use serde_json::{Value, json};

use super::*;
use domain::experiment::Workspace;

fn caller(scopes: &[Scope]) -> Caller {
    let workspace = Workspace::parse("acme").unwrap();
    Caller {
        subject: "ada".to_owned(),
        workspace,
        role: Role::Admin,
        scopes: scopes.to_vec(),
        session_epoch: Some(0),
    }
}

fn client(body: Value, scopes: &[Scope]) -> Result<Client, Vec<Invalid>> {
    let drawn = Drawn { id: [7; 16], secret: [1; 32] };
    let new = serde_json::from_value(body).unwrap();
    Client::new(new, &caller(scopes), &drawn, Timestamp::from_millis(0)).map(|(client, _)| client)
}

fn crm() -> Client {
    client(json!({ "name": "CRM", "scopes": ["conversions:write"] }), &Scope::ALL).unwrap()
}

fn revised(client: &Client, patch: Value, random: u8) -> Result<Client, Refusal> {
    let patch = serde_json::from_value(patch).unwrap();
    let now = Timestamp::from_millis(1);
    client.revise(&patch, &caller(&Scope::ALL), [random; 32], now).map(|(client, _)| client)
}

#[test]
fn a_client_gets_only_client_scopes_that_the_caller_has_too() {
    let grant = |scopes: &[&str], own: &[Scope]| client(json!({ "name": "x", "scopes": scopes }), own);
    let most =
        ["assignments:read", "assignments:write", "conversions:read", "conversions:write", "metrics:read"];
    assert!(grant(&most, &Scope::ALL).is_ok());
    for (scopes, own, pointer) in [
        (&["tests:read"][..], &Scope::ALL[..], "/scopes/0"),
        (&["metrics:read", "users:write"], &Scope::ALL, "/scopes/1"),
        (&["metrics:read"], &[Scope::UsersWrite, Scope::AssignmentsWrite], "/scopes/0"),
        (&["metrics:read", "metrics:read"], &Scope::ALL, "/scopes/1"),
        (&[], &Scope::ALL, "/scopes"),
    ] {
        let wrong = grant(scopes, own).unwrap_err();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].pointer, pointer, "{scopes:?}");
    }
    let narrow = Caller { scopes: vec![Scope::UsersWrite], ..caller(&[]) };
    let patch = serde_json::from_value(json!({ "revision": 1, "scopes": ["metrics:read"] })).unwrap();
    let refused = crm().revise(&patch, &narrow, [2; 32], Timestamp::from_millis(1));
    assert!(matches!(refused, Err(Refusal::Invalid(wrong)) if wrong[0].pointer == "/scopes/0"));
}

#[test]
fn a_client_has_at_most_two_secrets_and_a_retired_one_is_removed() {
    let add = |revision| json!({ "revision": revision, "add_secret": true });
    let two = revised(&crm(), add(1), 2).unwrap();
    assert_eq!((two.secrets.len(), two.revision), (2, 2));
    assert!(
        matches!(revised(&two, add(2), 3), Err(Refusal::Conflict(why)) if why.contains("2 active secrets"))
    );
    let old = two.secrets[0].secret_id.clone();
    let swap = json!({ "revision": 2, "retire_secret": old, "add_secret": true });
    let swapped = revised(&two, swap, 3).unwrap();
    assert_eq!(swapped.secrets.len(), 2);
    assert_eq!(swapped.secrets[0], two.secrets[1]);
    let gone = json!({ "revision": 3, "retire_secret": old });
    assert!(
        matches!(revised(&swapped, gone, 4), Err(Refusal::Conflict(why)) if why.contains("no active secret"))
    );
}

#[test]
fn a_change_may_be_sent_again_except_for_a_new_secret() {
    let rename = json!({ "revision": 1, "name": "Sales CRM", "disabled": true });
    let renamed = revised(&crm(), rename.clone(), 2).unwrap();
    assert_eq!(revised(&renamed, rename, 2).unwrap(), renamed);
    let nothing = json!({ "revision": 2, "name": "Sales CRM" });
    assert_eq!(
        revised(&renamed, nothing, 2).unwrap(),
        renamed,
        "without a change, the revision stays the same"
    );
    for patch in [
        json!({ "revision": 1, "name": "Another" }),
        json!({ "revision": 1, "name": "Sales CRM", "add_secret": true }),
        json!({ "revision": 3, "name": "Sales CRM" }),
    ] {
        assert!(matches!(revised(&renamed, patch.clone(), 2), Err(Refusal::Conflict(_))), "{patch}");
    }
}
