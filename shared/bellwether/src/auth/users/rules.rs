//! What somebody must bring to be added: an address, a password that is hard to guess, a person's role.

use secrecy::SecretString;

use super::blocklist::{self, OwnWords};
use super::identity::Email;
use super::password::Password;
use crate::auth::access::Role;
use domain::experiment::Workspace;
use domain::validation::Invalid;

/// The e-mail address and the password of somebody who is to be added to `workspace`.
///
/// # Errors
/// What is wrong with either, where both are wrong with both.
pub fn credentials(
    email: &str,
    password: &SecretString,
    workspace: &Workspace,
) -> Result<(Email, Password), Vec<Invalid>> {
    let email = Email::parse(email);
    let password = new_password(password, email.as_ref().ok(), workspace);
    match (email, password) {
        (Ok(email), Ok(password)) => Ok((email, password)),
        (email, password) => {
            let email = email.err().map(|error| Invalid::new("/email", error.to_string()));
            Err(email.into_iter().chain(password.err()).collect())
        }
    }
}

/// The password that somebody in `workspace` is to have.
///
/// # Errors
/// When it is too short, too long or too easy to guess.
pub fn new_password(
    text: &SecretString,
    email: Option<&Email>,
    workspace: &Workspace,
) -> Result<Password, Invalid> {
    let password = Password::parse(text).and_then(|password| {
        blocklist::check(&password, &OwnWords::new(email, workspace)).map(|()| password)
    });
    password.map_err(|why| Invalid::new("/password", why))
}

/// A role that a person may have.
///
/// # Errors
/// For the role of machines.
pub fn role_of_a_person(role: Role) -> Result<Role, Invalid> {
    match role {
        Role::Service => Err(Invalid::new("/role", "is for machines; use admin, analyst or viewer")),
        Role::Admin | Role::Analyst | Role::Viewer => Ok(role),
    }
}
