//! What a record can tell of: the actions, how they end, and whose they are.

use serde::Serialize;

use domain::experiment::Workspace;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A workspace was made, with its first admin.
    WorkspaceCreated,
    /// A person was added.
    UserCreated,
    /// A person was changed.
    UserChanged,
    /// Somebody signed in.
    SignedIn,
    /// A session ended before its time.
    SessionEnded,
    /// A refresh token was used that had been used before: somebody has a copy.
    RefreshReused,
    /// A machine was added.
    ClientCreated,
    /// A machine was changed, or its secrets.
    ClientChanged,
    /// A machine was given a token.
    ClientSignedIn,
    /// The signing keys were rotated.
    KeysRotated,
    /// A test was declared.
    TestCreated,
    /// A test was changed.
    TestChanged,
    /// Something was asked for that the caller may not have.
    Refused,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Denied,
}

/// Whose record it is: with a shard, the partition it lies in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Realm {
    /// A workspace's.
    Workspace(Workspace),
    /// The deployment's, for what concerns all workspaces. It lies under `-`, which no workspace can
    /// be called.
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
