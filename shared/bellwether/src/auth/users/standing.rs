//! The check that a user still has the rights in a token.
//!
//! An access token is verified without a lookup, so it states what its holder was allowed when it was issued.
//! That is not enough to administer a workspace or change a test. For these operations, the user is compared
//! with the token: for a change in the same transaction (`store::ledger`), and before an administrative read
//! with one `GetItem`.

use super::{User, UserId};
use crate::auth::access::{Caller, Role};
use domain::experiment::Workspace;

/// The user's state as stated in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The user.
    pub user_id: UserId,
    /// The user's workspace.
    pub workspace: Workspace,
    /// The user's role.
    pub role: Role,
    /// The user's `session_epoch`.
    pub session_epoch: u32,
}

/// The rights in a token have ended: its holder was disabled, got another role or a new password, or is not a
/// user of this workspace. The response is the same as for any other invalid token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded;

impl Standing {
    /// Returns the state in the token of `caller`.
    ///
    /// # Errors
    /// [`Superseded`] when it was issued to a client. Clients may not use operations that need a standing.
    pub fn of(caller: &Caller) -> Result<Self, Superseded> {
        let session_epoch = caller.session_epoch.ok_or(Superseded)?;
        let user_id = UserId::parse(&caller.subject).map_err(|_| Superseded)?;
        Ok(Self { user_id, workspace: caller.workspace.clone(), role: caller.role, session_epoch })
    }

    /// Checks that the user still has this state.
    ///
    /// # Errors
    /// [`Superseded`] when the state has changed.
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

    fn user_with(email: &str, role: Role, workspace: &str) -> User {
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
    fn any_relevant_change_of_the_user_ends_a_standing() {
        let ada = user_with("ada@example.com", Role::Admin, "acme");
        let standing = standing(&ada);
        assert_eq!(standing.check(Some(&ada)), Ok(()));
        let disabled = User { disabled: true, ..ada.clone() };
        let lowered = User { role: Role::Viewer, ..ada.clone() };
        let ended = User { session_epoch: 1, ..ada.clone() };
        let other = user_with("eve@example.com", Role::Admin, "acme");
        let elsewhere = user_with("ada@example.com", Role::Admin, "globex");
        for changed in [&disabled, &lowered, &ended, &other, &elsewhere] {
            assert_eq!(standing.check(Some(changed)), Err(Superseded), "{changed:?}");
        }
        assert_eq!(standing.check(None), Err(Superseded));
        let renamed = User { revision: 7, throttle_epoch: 3, ..ada };
        assert_eq!(standing.check(Some(&renamed)), Ok(()), "other changes have no effect");
    }

    #[test]
    fn a_client_has_no_standing() {
        let scopes = vec![Scope::UsersWrite, Scope::TestsWrite];
        let workspace = Workspace::parse("acme").unwrap();
        let client = |subject: &str, session_epoch| Caller {
            subject: subject.to_owned(),
            workspace: workspace.clone(),
            role: Role::Service,
            scopes: scopes.clone(),
            session_epoch,
        };
        assert_eq!(Standing::of(&client(&"0".repeat(32), None)), Err(Superseded));
        assert_eq!(Standing::of(&client(&format!("c_{}", "0".repeat(32)), Some(0))), Err(Superseded));
    }
}
