//! What a token is issued for: to a person, to a machine, narrowed to what was asked for.

use crate::auth::access::{Role, Scope};
use crate::auth::clients::Client;
use crate::auth::users::User;
use domain::experiment::Workspace;

/// The client that people sign in with.
pub const FIRST_PARTY: &str = "bellwether";

/// What a token is issued for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whom it speaks for.
    pub subject: String,
    /// Through which client.
    pub client_id: String,
    /// The one workspace it opens.
    pub workspace: Workspace,
    /// The role it is issued under.
    pub role: Role,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// The person's `session_epoch`; none for a machine.
    pub session_epoch: Option<u32>,
    /// The hash of the browser session's CSRF token, for a token that is kept in a cookie.
    pub csrf: Option<String>,
}

impl Grant {
    /// All that a person's role allows.
    #[must_use]
    pub fn to_person(user: &User) -> Self {
        let grant = Self::of_role(user.user_id.to_string(), user.workspace.clone(), user.role);
        Self { session_epoch: grant.session_epoch.map(|_| user.session_epoch), ..grant }
    }

    /// All that a role allows, to somebody who signs in first-hand and whose sessions were never ended.
    #[must_use]
    pub fn of_role(subject: String, workspace: Workspace, role: Role) -> Self {
        let scopes = role.scopes().to_vec();
        let session_epoch = (role != Role::Service).then_some(0);
        let client_id = FIRST_PARTY.to_owned();
        Self { subject, client_id, workspace, role, scopes, session_epoch, csrf: None }
    }

    /// All that a machine was granted.
    #[must_use]
    pub fn to_client(client: &Client) -> Self {
        Self {
            subject: client.client_id.to_string(),
            client_id: client.client_id.to_string(),
            workspace: client.workspace.clone(),
            role: Role::Service,
            scopes: client.scopes.clone(),
            session_epoch: None,
            csrf: None,
        }
    }

    /// The same, for a token that is kept in a cookie, with the hash of its `csrf_token`.
    #[must_use]
    pub fn in_cookies(self, csrf: String) -> Self {
        Self { csrf: Some(csrf), ..self }
    }

    /// No more than what is asked for, as RFC 6749 section 3.3 writes it; all if nothing is. None when
    /// something is asked for that is not granted or does not exist.
    #[must_use]
    pub fn narrowed(mut self, asked: Option<&str>) -> Option<Self> {
        let Some(asked) = asked else { return Some(self) };
        let scopes = Scope::parse_list(asked);
        let exist = !scopes.is_empty() && scopes.len() == asked.split(' ').count();
        let granted = scopes.iter().all(|scope| self.scopes.contains(scope));
        self.scopes = scopes;
        (exist && granted).then_some(self)
    }
}
