//! The limits of users, sign-ins and API clients.

use bellwether::auth::clients::{Client, ClientPatch, Drawn};
use bellwether::auth::users::{Email, Password, UserPatch, user_role};
use domain::validation::typed;
use serde_json::{Value, json};

use super::samples::{admin, crm, grace, now};
use super::trying::{Limits, assert_limits, revisions, switch, texts};

#[test]
fn the_limits_of_users_and_sign_ins_match_the_code() {
    let long = format!("a@{}com", "example.".repeat(32));
    let emails = [json!(""), json!("nobody"), json!(long), json!(1), Value::Null];
    let email: Limits = ("email", vec![json!("a@b"), json!("Ada@example.com")], emails.into());
    let short_and_long = vec![texts("ü", 14), texts("x", 129), json!(1), Value::Null];
    let limits = [
        email.clone(),
        ("password", vec![texts("ü", 15), texts("x", 128)], short_and_long),
        ("role", vec![json!("admin"), json!("analyst"), json!("viewer")], vec![json!("service"), json!("x")]),
    ];
    let is_email = |body: &Value| body["email"].as_str().is_some_and(|email| Email::parse(email).is_ok());
    let has = |body: &Value, fields: usize| body.as_object().unwrap().len() == fields;
    let person = |body: Value| {
        let password = body["password"].as_str().map(str::to_owned);
        let password = password.is_some_and(|password| Password::parse(&password.into()).is_ok());
        let role = serde_json::from_value(body["role"].clone()).map(user_role);
        let role = role.is_ok_and(|role| role.is_ok());
        is_email(&body) && password && role && has(&body, 3)
    };
    let base = json!({ "email": "a@b.c", "password": "a long enough password", "role": "viewer" });
    assert_limits("NewUser", &base, &limits, person);
    let passwords = ("password", vec![json!(""), texts("x", 1_000)], vec![json!(1), Value::Null]);
    let session =
        ("session", vec![json!("cookie"), Value::Null], vec![json!("bearer"), json!(""), json!(true)]);
    let sign_in = |body: Value| {
        let keep = body.get("session");
        let known = keep.is_none_or(|keep| keep.is_null() || keep == "cookie");
        is_email(&body)
            && body["password"].is_string()
            && known
            && has(&body, 2 + usize::from(keep.is_some()))
    };
    let limits = [email, passwords, session];
    assert_limits("Login", &json!({ "email": "a@b.c", "password": "" }), &limits, sign_in);
}

#[test]
fn the_limits_of_user_changes_match_the_code() {
    let user = grace();
    let limits = [
        revisions(),
        (
            "role",
            vec![json!("admin"), json!("viewer"), Value::Null],
            vec![json!("service"), json!("x"), json!(1)],
        ),
        switch("disabled"),
        switch("unlock"),
        (
            "password",
            vec![texts("ü", 15), texts("x", 128), Value::Null],
            vec![texts("ü", 14), texts("x", 129), json!(1)],
        ),
    ];
    let code = |body: Value| {
        let Ok(patch) = typed::<UserPatch>(body) else { return false };
        let password = patch.password.as_ref().map(Password::parse).transpose();
        let role = patch.role.map(user_role).transpose();
        role.is_ok() && password.is_ok_and(|password| user.revise(&patch, password.as_ref()).is_ok())
    };
    assert_limits("UserPatch", &json!({ "revision": 1 }), &limits, code);
}

#[test]
fn the_limits_of_clients_and_their_changes_match_the_code() {
    let all = json!([
        "assignments:read",
        "assignments:write",
        "conversions:read",
        "conversions:write",
        "metrics:read",
        "accounts:read",
        "accounts:write"
    ]);
    let twice = json!(["metrics:read", "metrics:read"]);
    let no_scopes =
        vec![json!([]), json!(["tests:read"]), json!(["x"]), json!([1]), json!("metrics:read"), twice];
    let no_names = vec![json!(""), texts("ü", 201), json!("\u{7f}"), json!("a\nb"), json!(1)];
    let names = || vec![json!("x"), texts("ü", 200)];
    let null = |name: &'static str, takes: bool| -> Limits {
        let value = vec![Value::Null];
        if takes { (name, value, vec![]) } else { (name, vec![], value) }
    };
    let limits = [
        ("name", names(), no_names.clone()),
        ("scopes", vec![json!(["metrics:read"]), all.clone()], no_scopes.clone()),
        null("name", false),
        null("scopes", false),
    ];
    let drawn = Drawn { id: [7; 16], secret: [1; 32] };
    let code = |body: Value| typed(body).and_then(|new| Client::new(new, &admin(), &drawn, now())).is_ok();
    assert_limits("NewClient", &json!({ "name": "CRM", "scopes": ["metrics:read"] }), &limits, code);
    let client = crm().0;
    let own = json!(client.secrets[0].secret_id);
    let no_secrets = vec![json!(""), json!("0123456"), json!("0123456789"), json!("0123456G"), json!(1)];
    let limits = [
        revisions(),
        ("name", names(), no_names),
        ("scopes", vec![all], no_scopes),
        null("name", true),
        null("scopes", true),
        switch("disabled"),
        switch("add_secret"),
        ("retire_secret", vec![own, Value::Null], no_secrets),
    ];
    let code = |body: Value| {
        let patch = typed::<ClientPatch>(body);
        patch.is_ok_and(|patch| client.revise(&patch, &admin(), [2; 32], now()).is_ok())
    };
    assert_limits("ClientPatch", &json!({ "revision": 1 }), &limits, code);
}
