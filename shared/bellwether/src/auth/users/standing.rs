//! What must still hold of a person for a change of theirs to be made.
//!
//! An access token is verified without a lookup, so it says what its holder was allowed when it was issued.
//! For what administers a workspace or changes a test that is not enough: the person is compared with the
//! token, in the transaction that makes the change (`store::ledger`), and before an administrative read by one
//! `GetItem`.

use super::{User, UserId};
use crate::auth::access::{Caller, Role};
use domain::experiment::Workspace;

/// What a token says of the person it was issued to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The person.
    pub user_id: UserId,
    /// The workspace they belong to.
    pub workspace: Workspace,
    /// Their role.
    pub role: Role,
    /// Their `session_epoch`.
    pub session_epoch: u32,
}

/// The rights that a token was issued for have ended: its holder was disabled, got another role or a new
/// password, or is no person of this workspace. The token gets the same answer as any other invalid token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded;

impl Standing {
    /// What the token of `caller` says.
    ///
    /// # Errors
    /// [`Superseded`] when it was issued to a machine: no machine may do what needs a standing.
    pub fn of(caller: &Caller) -> Result<Self, Superseded> {
        let session_epoch = caller.session_epoch.ok_or(Superseded)?;
        let user_id = UserId::parse(&caller.subject).map_err(|_| Superseded)?;
        Ok(Self { user_id, workspace: caller.workspace.clone(), role: caller.role, session_epoch })
    }

    /// Whether it is still so.
    ///
    /// # Errors
    /// [`Superseded`] when it is not.
    pub fn check(&self, user: Option<&User>) -> Result<(), Superseded> {
        let holds = |user: &User| {
            !user.disabled
                && user.user_id == self.user_id
                && user.workspace == self.workspace
                && user.role == self.role
                && user.session_epoch == self.session_epoch
        };
        if user.is_some_and(holds) { Ok(()) } else { Err(Superseded) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::access::Scope;
    use crate::auth::users::{Email, Password};
    use domain::clock::Timestamp;

    fn person(email: &str, role: Role, workspace: &str) -> User {
        let (email, workspace) = (Email::parse(email).unwrap(), Workspace::parse(workspace).unwrap());
        let password = Password::parse(&"violet harbour nine trains".to_owned().into()).unwrap();
        User::new(email, workspace, role, &password, Timestamp::from_millis(0)).unwrap()
    }

    fn standing(user: &User) -> Standing {
        let caller = Caller {
            subject: user.user_id.to_string(),
            workspace: user.workspace.clone(),
            role: user.role,
            scopes: vec![Scope::UsersWrite],
            session_epoch: Some(user.session_epoch),
        };
        Standing::of(&caller).unwrap()
    }

    #[test]
    fn a_standing_ends_with_whatever_is_different_of_the_person() {
        let ada = person("ada@example.com", Role::Admin, "acme");
        let standing = standing(&ada);
        assert_eq!(standing.check(Some(&ada)), Ok(()));
        let disabled = User { disabled: true, ..ada.clone() };
        let lowered = User { role: Role::Viewer, ..ada.clone() };
        let ended = User { session_epoch: 1, ..ada.clone() };
        let other = person("eve@example.com", Role::Admin, "acme");
        let elsewhere = person("ada@example.com", Role::Admin, "globex");
        for changed in [&disabled, &lowered, &ended, &other, &elsewhere] {
            assert_eq!(standing.check(Some(changed)), Err(Superseded), "{changed:?}");
        }
        assert_eq!(standing.check(None), Err(Superseded));
        let renamed = User { revision: 7, throttle_epoch: 3, ..ada };
        assert_eq!(standing.check(Some(&renamed)), Ok(()), "what else changes ends nothing");
    }

    #[test]
    fn a_machine_has_no_standing() {
        let scopes = vec![Scope::UsersWrite, Scope::TestsWrite];
        let workspace = Workspace::parse("acme").unwrap();
        let machine = |subject: &str, session_epoch| Caller {
            subject: subject.to_owned(),
            workspace: workspace.clone(),
            role: Role::Service,
            scopes: scopes.clone(),
            session_epoch,
        };
        assert_eq!(Standing::of(&machine(&"0".repeat(32), None)), Err(Superseded));
        assert_eq!(Standing::of(&machine(&format!("c_{}", "0".repeat(32)), Some(0))), Err(Superseded));
    }
}
