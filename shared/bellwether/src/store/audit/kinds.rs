//! The actions that a record can describe, their outcomes, and the workspaces they belong to.

use serde::Serialize;

use domain::experiment::Workspace;

/// An action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A workspace was created, with its first admin.
    WorkspaceCreated,
    /// The settings of a workspace were changed.
    WorkspaceChanged,
    /// A user was created.
    UserCreated,
    /// A user was changed.
    UserChanged,
    /// A user signed in.
    SignedIn,
    /// A session was ended.
    SessionEnded,
    /// A refresh token was used again, so another party has a copy.
    RefreshReused,
    /// A client was created.
    ClientCreated,
    /// A client or its secrets were changed.
    ClientChanged,
    /// A client got a token.
    ClientSignedIn,
    /// The signing keys were rotated.
    KeysRotated,
    /// A test was created.
    TestCreated,
    /// A test was changed.
    TestChanged,
    /// Accounts of the directory were sent.
    AccountsChanged,
    /// The data of accounts, or their erasure, was requested.
    PrivacyRequested,
    /// Accounts were erased from a test.
    UnitsErased,
    /// An erasure ended.
    ErasureDone,
    /// A caller was refused.
    Refused,
}

/// The outcome of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The action was done.
    Done,
    /// The action was refused.
    Denied,
}

/// The owner of a record. With a shard, it determines the partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Realm {
    /// A workspace.
    Workspace(Workspace),
    /// The deployment, for actions that concern all workspaces. The partition's name is `-`, which is not
    /// valid for a workspace.
    Deployment,
}

impl From<&Workspace> for Realm {
    fn from(workspace: &Workspace) -> Self {
        Self::Workspace(workspace.clone())
    }
}

impl From<Realm> for String {
    fn from(realm: Realm) -> Self {
        match realm {
            Realm::Workspace(workspace) => workspace.into(),
            Realm::Deployment => "-".to_owned(),
        }
    }
}
