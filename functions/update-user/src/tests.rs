//! Tests of changing users: which changes end sessions, who may change whom, and concurrent changes.

use bellwether::auth::access::{Caller, Role};
use bellwether::auth::users::User;
use bellwether::store::audit::Action;
use bellwether::store::identities::Replaced;
use bellwether::store::ledger::Barred;
use serde_json::{Value, json};
use testing::{Answer, Bench, as_payload_2, with_body, with_parameter};

use super::FUNCTION;

async fn patch(bench: &Bench, user: &User, body: Value) -> Answer {
    let event = with_body(bench.event("update-user", Role::Admin).await, &body);
    bench.call(FUNCTION, with_parameter(event, "user_id", &user.user_id.to_string())).await
}

async fn stored(bench: &Bench, user: &User) -> User {
    bench.app.store.identities.user(&user.user_id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_change_is_stored_with_its_record_and_ends_sessions() {
    let bench = Bench::start().await;
    bench.found().await;
    let grace = bench.join("grace@example.com", Role::Analyst).await;
    let event = bench.event("update-user", Role::Admin).await;
    let (response, spent) = bench.metered(FUNCTION, as_payload_2(&event)).await;
    assert_eq!((response.status, spent.calls), (200, 3), "{}", response.body);
    assert_eq!((&response.body["role"], &response.body["revision"]), (&json!("viewer"), &json!(2)));
    assert_eq!(stored(&bench, &grace).await.session_epoch, 1);
    let (again, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!((&again.body, spent.calls), (&response.body, 2), "a repetition is not a change");
    let records = bench.records().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((&record["action"], &record["outcome"]), (&json!("user_changed"), &json!("done")));
    assert_eq!((&record["target"], &record["workspace"]), (&json!(grace.user_id), &json!("acme")));
    assert_eq!(record["detail"], "revision 2, role analyst to viewer");
    assert_eq!((&record["source"], record["actor"].as_str().unwrap().len()), (&json!("127.0.0.1"), 32));
}

#[tokio::test]
async fn a_new_password_signs_in_and_follows_the_rules_of_the_first() {
    let bench = Bench::start().await;
    bench.found().await;
    let grace = bench.join("grace@example.com", Role::Viewer).await;
    for (password, rule) in [
        ("short", "must be 15 to 128 characters"),
        ("PasswordPassword1!", "is too easy to guess"),
        ("Grace-Bellwether-2026", "is too easy to guess"),
    ] {
        let response = patch(&bench, &grace, json!({ "revision": 1, "password": password })).await;
        let error = &response.body["errors"][0];
        assert_eq!((response.status, &error["pointer"]), (422, &json!("/password")));
        assert!(error["detail"].as_str().unwrap().starts_with(rule), "{error}");
        assert!(!response.body.to_string().contains(password));
    }
    let change = json!({ "revision": 1, "password": "violet harbour nine trains" });
    assert_eq!(patch(&bench, &grace, change.clone()).await.status, 200);
    let changed = stored(&bench, &grace).await;
    let text = "violet harbour nine trains".to_owned().into();
    assert!(bellwether::auth::users::Password::offered(&text).matches(&changed.password_hash));
    assert_eq!((changed.session_epoch, changed.throttle_epoch), (1, 1));
    let again = patch(&bench, &grace, change).await;
    assert_eq!(again.status, 409, "a success would reveal whether the password is right");
    let record = bench.records().await.remove(0);
    assert_eq!(record["detail"], "revision 2, password");
    assert!(!record.to_string().contains("violet"), "{record}");
}

#[tokio::test]
async fn a_user_is_disabled_enabled_and_unlocked() {
    let bench = Bench::start().await;
    bench.found().await;
    let grace = bench.join("grace@example.com", Role::Viewer).await;
    let disabled = patch(&bench, &grace, json!({ "revision": 1, "disabled": true })).await;
    assert_eq!((disabled.status, &disabled.body["disabled"]), (200, &json!(true)));
    let enabled = patch(&bench, &grace, json!({ "revision": 2, "disabled": false })).await;
    assert_eq!((enabled.status, &enabled.body["disabled"]), (200, &json!(false)));
    assert_eq!(patch(&bench, &grace, json!({ "revision": 3, "unlock": true })).await.status, 200);
    let now = stored(&bench, &grace).await;
    assert_eq!((now.session_epoch, now.throttle_epoch, now.revision), (1, 1, 4));
}

#[tokio::test]
async fn the_last_admin_stays_an_admin() {
    let bench = Bench::start().await;
    let ada = bench.found().await;
    let grace = bench.join("grace@example.com", Role::Viewer).await;
    for change in [json!({ "revision": 1, "role": "analyst" }), json!({ "revision": 1, "disabled": true })] {
        let response = patch(&bench, &ada, change).await;
        assert_eq!(response.status, 409);
        assert!(response.body["detail"].as_str().unwrap().contains("last admin"), "{}", response.body);
    }
    assert!(bench.records().await.is_empty(), "a rejected change is not recorded");
    let promoted = patch(&bench, &grace, json!({ "revision": 1, "role": "admin", "disabled": true })).await;
    assert_eq!(promoted.status, 200, "{}", promoted.body);
    let change = json!({ "revision": 1, "role": "analyst" });
    assert_eq!(patch(&bench, &ada, change.clone()).await.status, 409, "a disabled admin does not count");
    assert_eq!(patch(&bench, &grace, json!({ "revision": 2, "disabled": false })).await.status, 200);
    assert_eq!(patch(&bench, &ada, change).await.status, 200, "there is another admin now");
    assert_eq!(patch(&bench, &grace, json!({ "revision": 3, "role": "viewer" })).await.status, 409);
    let password = json!({ "revision": 3, "password": "violet harbour nine trains" });
    assert_eq!(patch(&bench, &grace, password).await.status, 200, "a change that keeps the role is allowed");
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_one_stays() {
    for round in 0..20 {
        let bench = Bench::start().await;
        let ada = bench.found().await;
        let grace = bench.join("grace@example.com", Role::Admin).await;
        let other = bench.cold().await;
        let change = json!({ "revision": 1, "role": "viewer" });
        let (a, b) = tokio::join!(patch(&bench, &ada, change.clone()), patch(&other, &grace, change));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert!(statuses[0] == 200 && [409, 503].contains(&statuses[1]), "round {round}: {statuses:?}");
        let left = [stored(&bench, &ada).await, stored(&bench, &grace).await];
        assert_eq!(left.iter().filter(|user| user.administers()).count(), 1);
        assert_eq!(bench.records().await.len(), 1);
    }
}

#[tokio::test]
async fn of_two_changes_to_the_same_revision_one_succeeds() {
    let bench = Bench::start().await;
    bench.found().await;
    let grace = bench.join("grace@example.com", Role::Viewer).await;
    let other = bench.cold().await;
    let (a, b) = tokio::join!(
        patch(&bench, &grace, json!({ "revision": 1, "role": "analyst" })),
        patch(&other, &grace, json!({ "revision": 1, "disabled": true }))
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(patch(&bench, &grace, json!({ "revision": 1, "unlock": true })).await.status, 409);
}

#[tokio::test]
async fn invalid_fields_are_reported_and_users_have_no_client_scopes() {
    let bench = Bench::start().await;
    bench.found().await;
    let grace = bench.join("grace@example.com", Role::Viewer).await;
    for (body, pointer) in [
        (json!({ "role": "viewer" }), "/revision"),
        (json!({ "revision": 0, "role": "analyst" }), "/revision"),
        (json!({ "revision": -1, "role": "analyst" }), "/revision"),
        (json!({ "revision": 1, "role": "service" }), "/role"),
        (json!({ "revision": 1, "role": "owner" }), "/role"),
        (json!({ "revision": 1, "disabled": "yes" }), "/disabled"),
        (json!({ "revision": 1, "email": "x@example.com" }), "/email"),
        (json!({ "revision": 1, "session_epoch": 9 }), "/session_epoch"),
        (json!({ "revision": 1, "workspace": "globex" }), "/workspace"),
    ] {
        let response = patch(&bench, &grace, body).await;
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

#[tokio::test]
async fn a_token_without_the_scope_or_of_another_workspace_is_rejected() {
    let bench = Bench::start().await;
    bench.found().await;
    bench.join("grace@example.com", Role::Viewer).await;
    bench.assert_refuses(FUNCTION, "update-user", Role::Analyst).await;
    let event = bench.event("update-user", Role::Admin).await;
    let foreign = bench.signed(event.clone(), Role::Admin, "globex").await;
    for event in [
        foreign,
        with_parameter(event.clone(), "user_id", "nobody"),
        with_parameter(event, "user_id", &"0".repeat(32)),
    ] {
        assert_eq!(bench.call(FUNCTION, event).await.status, 404);
    }
}

#[tokio::test]
async fn a_token_older_than_the_loss_of_the_right_changes_no_user() {
    let bench = Bench::start().await;
    bench.found().await;
    bench.join("grace@example.com", Role::Analyst).await;
    let event = bench.event("update-user", Role::Admin).await;
    bench.assert_ends_with_rights(FUNCTION, event, Role::Admin).await;
}

/// Changes `target` with a token of `actor`, issued for the given state of `actor`.
async fn patch_as(bench: &Bench, actor: &User, target: &User, body: Value) -> Answer {
    let event = with_body(bench.event("update-user", Role::Admin).await, &body);
    let event = with_parameter(event, "user_id", &target.user_id.to_string());
    bench.call(FUNCTION, bench.signed_by(event, actor).await).await
}

#[tokio::test]
async fn a_disabled_admin_cannot_take_over_the_workspace_with_an_old_token() {
    let bench = Bench::start().await;
    let boss = bench.found().await;
    let mallory = bench.join("mallory@example.com", Role::Admin).await;
    let ended = json!({ "revision": 1, "disabled": true, "role": "viewer" });
    assert_eq!(patch_as(&bench, &boss, &mallory, ended).await.status, 200);
    let password = "violet harbour nine trains";
    let back = json!({ "revision": 2, "disabled": false, "role": "admin", "password": password });
    for (target, body) in [
        (&mallory, back),
        (&mallory, json!({ "revision": 2, "unlock": true })),
        (&mallory, json!({ "revision": 2 })),
        (&boss, json!({ "revision": 1, "disabled": true })),
        (&boss, json!({ "revision": 1 })),
    ] {
        assert_eq!(patch_as(&bench, &mallory, target, body).await.status, 401);
    }
    assert_eq!(bench.records().await.len(), 1, "no other change was made");
    assert!(stored(&bench, &boss).await.administers() && !stored(&bench, &mallory).await.administers());
}

#[tokio::test]
async fn an_admin_who_changes_their_own_user_needs_a_new_token() {
    let bench = Bench::start().await;
    let boss = bench.found().await;
    bench.join("grace@example.com", Role::Admin).await;
    let password = json!({ "revision": 1, "password": "violet harbour nine trains" });
    assert_eq!(patch_as(&bench, &boss, &boss, password).await.status, 200);
    let unlock = json!({ "revision": 2, "unlock": true });
    assert_eq!(
        patch_as(&bench, &boss, &boss, unlock.clone()).await.status,
        401,
        "the old token is no longer valid"
    );
    let now = stored(&bench, &boss).await;
    assert_eq!(patch_as(&bench, &now, &boss, unlock).await.status, 200);
    let down = json!({ "revision": 3, "role": "viewer" });
    assert_eq!(patch_as(&bench, &now, &boss, down).await.status, 200);
    assert_eq!(patch_as(&bench, &now, &boss, json!({ "revision": 4, "role": "admin" })).await.status, 401);
}

#[tokio::test]
async fn a_right_is_checked_in_the_transaction_of_the_change() {
    let bench = Bench::start().await;
    let boss = bench.found().await;
    let mallory = bench.join("mallory@example.com", Role::Admin).await;
    let change = |subject: &User| {
        let origin = bench.app.origin_at("race".to_owned(), None).unwrap();
        let entry = origin.record(&subject.workspace, &subject.user_id, Action::UserChanged, "somebody");
        let caller = Caller {
            subject: subject.user_id.to_string(),
            workspace: subject.workspace.clone(),
            role: subject.role,
            scopes: subject.role.scopes().to_vec(),
            session_epoch: Some(subject.session_epoch),
        };
        entry.by(&caller).unwrap()
    };
    let others = User { disabled: true, revision: 2, ..boss.clone() };
    let herself = User { revision: 3, ..mallory.clone() };
    let (first, second) = (change(&mallory), change(&mallory));
    let ended = json!({ "revision": 1, "disabled": true });
    assert_eq!(patch_as(&bench, &boss, &mallory, ended).await.status, 200);
    let identities = &bench.app.store.identities;
    assert_eq!(identities.replace(&boss, &others, first).await.unwrap(), Err(Barred::Superseded));
    let read = stored(&bench, &mallory).await;
    let outcome = identities.replace(&read, &herself, second).await.unwrap();
    assert_eq!(outcome, Ok(Replaced::LostRace), "the condition applies to her own item");
    assert_eq!(stored(&bench, &boss).await.revision, 1);
    assert_eq!(stored(&bench, &mallory).await.revision, 2);
    assert_eq!(bench.records().await.len(), 1);
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "update-user").await;
}
