//! Scopes and roles, and the scopes of each role.

use serde::{Deserialize, Serialize};

/// A permission in an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Read tests.
    #[serde(rename = "tests:read")]
    TestsRead,
    /// Create and change tests.
    #[serde(rename = "tests:write")]
    TestsWrite,
    /// Read assignments and decisions, without making any.
    #[serde(rename = "assignments:read")]
    AssignmentsRead,
    /// Request the variant of a unit.
    #[serde(rename = "assignments:write")]
    AssignmentsWrite,
    /// Read recorded outcomes.
    #[serde(rename = "conversions:read")]
    ConversionsRead,
    /// Record outcomes.
    #[serde(rename = "conversions:write")]
    ConversionsWrite,
    /// Read results.
    #[serde(rename = "results:read")]
    ResultsRead,
    /// Read metrics.
    #[serde(rename = "metrics:read")]
    MetricsRead,
    /// Read the settings of the workspace.
    #[serde(rename = "workspace:read")]
    WorkspaceRead,
    /// Change the settings of the workspace.
    #[serde(rename = "workspace:write")]
    WorkspaceWrite,
    /// Read the directory of accounts.
    #[serde(rename = "accounts:read")]
    AccountsRead,
    /// Create, change and merge accounts of the directory.
    #[serde(rename = "accounts:write")]
    AccountsWrite,
    /// Request the data of accounts and their erasure.
    #[serde(rename = "privacy:write")]
    PrivacyWrite,
    /// Create and change users and clients.
    #[serde(rename = "users:write")]
    UsersWrite,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 14] = [
        Self::TestsRead,
        Self::TestsWrite,
        Self::AssignmentsRead,
        Self::AssignmentsWrite,
        Self::ConversionsRead,
        Self::ConversionsWrite,
        Self::ResultsRead,
        Self::MetricsRead,
        Self::WorkspaceRead,
        Self::WorkspaceWrite,
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::PrivacyWrite,
        Self::UsersWrite,
    ];

    /// The scope as written in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TestsRead => "tests:read",
            Self::TestsWrite => "tests:write",
            Self::AssignmentsRead => "assignments:read",
            Self::AssignmentsWrite => "assignments:write",
            Self::ConversionsRead => "conversions:read",
            Self::ConversionsWrite => "conversions:write",
            Self::ResultsRead => "results:read",
            Self::MetricsRead => "metrics:read",
            Self::WorkspaceRead => "workspace:read",
            Self::WorkspaceWrite => "workspace:write",
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::PrivacyWrite => "privacy:write",
            Self::UsersWrite => "users:write",
        }
    }

    /// Whether the scope gives access to users or clients, or erases data, so that `ADMIN_NETWORKS` applies to it.
    #[must_use]
    pub fn is_administrative(self) -> bool {
        matches!(self, Self::UsersWrite | Self::PrivacyWrite)
    }

    /// Parses a space-separated list of scopes. Unknown names are ignored and allow nothing.
    #[must_use]
    pub fn parse_list(text: &str) -> Vec<Self> {
        let known = |name: &str| Self::ALL.into_iter().find(|scope| scope.as_str() == name);
        text.split(' ').filter_map(known).collect()
    }

    /// Writes scopes as a space-separated list (RFC 6749 section 3.3).
    #[must_use]
    pub fn write_list(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A named set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Has all scopes.
    Admin,
    /// Creates and changes tests and accounts, and reads results.
    Analyst,
    /// Reads tests and results.
    Viewer,
    /// A client: assigns units, records conversions and maintains accounts.
    Service,
}

impl Role {
    /// The role as written in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Viewer => "viewer",
            Self::Service => "service",
        }
    }

    /// Whether `next` lacks a scope that this role has.
    #[must_use]
    pub fn loses_by(self, next: Self) -> bool {
        self.scopes().iter().any(|scope| !next.scopes().contains(scope))
    }

    /// The scopes of the role.
    #[must_use]
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Admin => &Scope::ALL,
            Self::Analyst => &[
                Scope::TestsRead,
                Scope::TestsWrite,
                Scope::AssignmentsRead,
                Scope::ConversionsRead,
                Scope::ResultsRead,
                Scope::WorkspaceRead,
                Scope::AccountsRead,
                Scope::AccountsWrite,
            ],
            Self::Viewer => {
                &[Scope::TestsRead, Scope::AssignmentsRead, Scope::ResultsRead, Scope::WorkspaceRead]
            }
            Self::Service => &[
                Scope::AssignmentsRead,
                Scope::AssignmentsWrite,
                Scope::ConversionsRead,
                Scope::ConversionsWrite,
                Scope::MetricsRead,
                Scope::AccountsRead,
                Scope::AccountsWrite,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_back_from_a_token_and_unknown_names_are_ignored() {
        assert_eq!(Scope::parse_list(&Scope::write_list(&Scope::ALL)), Scope::ALL);
        assert_eq!(Scope::parse_list("admin * tests:read TESTS:WRITE"), [Scope::TestsRead]);
        assert!(Scope::parse_list("").is_empty());
    }
}
