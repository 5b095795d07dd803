//! The requirements for a new user: an address, a password that is hard to guess, and a role for users.

use secrecy::SecretString;

use super::blocklist::{self, OwnWords};
use super::identity::Email;
use super::password::Password;
use crate::auth::access::Role;
use domain::experiment::Workspace;
use domain::validation::Invalid;

/// Checks the e-mail address and the password of a new user of `workspace`.
///
/// # Errors
/// The errors of the address and of the password.
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

/// Checks the new password of a user of `workspace`.
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

/// Checks that users may have a role.
///
/// # Errors
/// For the role of clients.
pub fn user_role(role: Role) -> Result<Role, Invalid> {
    match role {
        Role::Service => Err(Invalid::new("/role", "is for clients; use admin, analyst or viewer")),
        Role::Admin | Role::Analyst | Role::Viewer => Ok(role),
    }
}
