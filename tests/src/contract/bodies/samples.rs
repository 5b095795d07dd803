//! Sample tests, units, users and API clients, as in the sample events.

use bellwether::auth::access::{Caller, Role, Scope};
use bellwether::auth::clients::{Client, Drawn};
use bellwether::auth::users::{Email, Password, User};
use domain::clock::Timestamp;
use domain::experiment::{Definition, Experiment, Seed, Unit, Workspace};
use domain::validation::typed;
use secrecy::SecretString;
use serde_json::{Value, json};
use testing::document::body_of;

pub fn now() -> Timestamp {
    Timestamp::from_millis(1_795_255_200_250)
}

/// Returns the sample test as a draft.
pub fn draft(changes: &Value) -> Experiment {
    let mut body = body_of("create-test");
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = Definition::parse(typed(body).unwrap()).unwrap();
    Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), now())
}

pub fn launched(changes: &Value) -> Experiment {
    let start = typed(json!({ "revision": 1, "status": "running" })).unwrap();
    draft(changes).revise(start, Seed::from_random(*b"another!"), now()).unwrap()
}

pub fn asked(body: Value) -> Unit {
    Unit::parse(typed(body).unwrap(), &draft(&json!({}))).unwrap()
}

pub fn grace() -> User {
    let email = Email::parse("grace@example.com").unwrap();
    let password = Password::parse(&"a long enough password".to_owned().into()).unwrap();
    User::new(email, Workspace::parse("acme").unwrap(), Role::Analyst, &password, now()).unwrap()
}

pub fn admin() -> Caller {
    let workspace = Workspace::parse("acme").unwrap();
    Caller {
        subject: "ada".to_owned(),
        workspace,
        role: Role::Admin,
        scopes: Scope::ALL.to_vec(),
        session_epoch: Some(0),
    }
}

pub fn crm() -> (Client, SecretString) {
    let new = typed(body_of("create-client")).unwrap();
    Client::new(new, &admin(), &Drawn { id: [7; 16], secret: [1; 32] }, now()).unwrap()
}
