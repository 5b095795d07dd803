//! The effects of a change on a user's sessions and failed sign-ins.

use serde_json::{Value, json};

use super::*;
use crate::auth::users::Email;
use domain::clock::Timestamp;
use domain::experiment::Workspace;

fn grace() -> User {
    let password = Password::parse(&"correct horse battery staple".to_owned().into()).unwrap();
    let (email, acme) = (Email::parse("g@example.com").unwrap(), Workspace::parse("acme").unwrap());
    User::new(email, acme, Role::Analyst, &password, Timestamp::from_millis(0)).unwrap()
}

fn revised(user: &User, patch: Value) -> Result<User, NotRevised> {
    let patch: UserPatch = serde_json::from_value(patch).unwrap();
    let password = patch.password.as_ref().map(|text| Password::parse(text).unwrap());
    user.revise(&patch, password.as_ref())
}

#[test]
fn fewer_rights_or_a_new_password_end_sessions_and_more_rights_do_not() {
    let user = grace();
    let new = "another long enough password";
    for (change, sessions, throttle) in [
        (json!({ "role": "viewer" }), 1, 0),
        (json!({ "role": "admin" }), 0, 0),
        (json!({ "disabled": true }), 1, 0),
        (json!({ "password": new }), 1, 1),
        (json!({ "unlock": true }), 0, 1),
        (json!({ "role": "viewer", "disabled": true, "password": new, "unlock": true }), 1, 1),
    ] {
        let mut patch = change.clone();
        patch["revision"] = json!(1);
        let next = revised(&user, patch).unwrap();
        assert_eq!(
            (next.session_epoch, next.throttle_epoch, next.revision),
            (sessions, throttle, 2),
            "{change}"
        );
        assert_eq!(
            next.password_hash.as_stored() != user.password_hash.as_stored(),
            !change["password"].is_null()
        );
    }
    let disabled = revised(&user, json!({ "revision": 1, "disabled": true })).unwrap();
    let enabled = revised(&disabled, json!({ "revision": 2, "disabled": false })).unwrap();
    assert_eq!((enabled.session_epoch, enabled.disabled), (1, false));
}

#[test]
fn a_change_based_on_another_revision_is_refused_unless_already_made() {
    let changed = revised(&grace(), json!({ "revision": 1, "role": "viewer" })).unwrap();
    let again = revised(&changed, json!({ "revision": 1, "role": "viewer" })).unwrap();
    assert_eq!(again.revision, 2, "sent again because the response was lost");
    for patch in [
        json!({ "revision": 1, "role": "admin" }),
        json!({ "revision": 3, "role": "viewer" }),
        json!({ "revision": 1, "unlock": true }),
        json!({ "revision": 1, "password": "correct horse battery staple" }),
    ] {
        assert!(matches!(revised(&changed, patch.clone()), Err(NotRevised::Conflict(_))), "{patch}");
    }
}
