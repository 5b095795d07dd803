//! The grant that a token is issued for: to a user or a client, with all or some of their scopes.

use crate::auth::access::{Role, Scope};
use crate::auth::clients::Client;
use crate::auth::users::User;
use domain::experiment::Workspace;

/// The client with which users sign in.
pub const FIRST_PARTY: &str = "bellwether";

/// The content of a token to be issued.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The user or client that the token is issued to.
    pub subject: String,
    /// The client that requests it.
    pub client_id: String,
    /// The only workspace that it gives access to.
    pub workspace: Workspace,
    /// The role under which it is issued.
    pub role: Role,
    /// Its scopes.
    pub scopes: Vec<Scope>,
    /// The user's `session_epoch`. None for a client.
    pub session_epoch: Option<u32>,
    /// The hash of the session's CSRF token, for a token that is issued for a cookie.
    pub csrf: Option<String>,
}

impl Grant {
    /// A grant with all scopes of a user's role.
    #[must_use]
    pub fn to_user(user: &User) -> Self {
        let grant = Self::of_role(user.user_id.to_string(), user.workspace.clone(), user.role);
        Self { session_epoch: grant.session_epoch.map(|_| user.session_epoch), ..grant }
    }

    /// A grant with all scopes of a role, for a subject that signs in directly and whose sessions were never
    /// ended.
    #[must_use]
    pub fn of_role(subject: String, workspace: Workspace, role: Role) -> Self {
        let scopes = role.scopes().to_vec();
        let session_epoch = (role != Role::Service).then_some(0);
        let client_id = FIRST_PARTY.to_owned();
        Self { subject, client_id, workspace, role, scopes, session_epoch, csrf: None }
    }

    /// A grant with all scopes of a client.
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

    /// The grant with the hash of the session's `csrf_token`, for a token in a cookie.
    #[must_use]
    pub fn in_cookies(self, csrf: String) -> Self {
        Self { csrf: Some(csrf), ..self }
    }

    /// Restricts the grant to the requested scopes, in the form of RFC 6749 section 3.3. Without a request,
    /// all scopes stay. None when a requested scope is not granted or does not exist.
    #[must_use]
    pub fn narrowed(mut self, requested: Option<&str>) -> Option<Self> {
        let Some(requested) = requested else { return Some(self) };
        let scopes = Scope::parse_list(requested);
        let exist = !scopes.is_empty() && scopes.len() == requested.split(' ').count();
        let granted = scopes.iter().all(|scope| self.scopes.contains(scope));
        self.scopes = scopes;
        (exist && granted).then_some(self)
    }
}
