//! Who may do what: one table.

use serde::{Deserialize, Serialize};

/// One thing a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Read definitions of tests.
    #[serde(rename = "tests:read")]
    TestsRead,
    /// Create and change tests.
    #[serde(rename = "tests:write")]
    TestsWrite,
    /// Ask which variant a unit sees.
    #[serde(rename = "assignments:write")]
    AssignmentsWrite,
    /// Record outcomes.
    #[serde(rename = "conversions:write")]
    ConversionsWrite,
    /// Read results.
    #[serde(rename = "results:read")]
    ResultsRead,
    /// Read metrics.
    #[serde(rename = "metrics:read")]
    MetricsRead,
    /// Create and change people and machines.
    #[serde(rename = "users:write")]
    UsersWrite,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 7] = [
        Self::TestsRead,
        Self::TestsWrite,
        Self::AssignmentsWrite,
        Self::ConversionsWrite,
        Self::ResultsRead,
        Self::MetricsRead,
        Self::UsersWrite,
    ];

    /// The scope as it stands in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TestsRead => "tests:read",
            Self::TestsWrite => "tests:write",
            Self::AssignmentsWrite => "assignments:write",
            Self::ConversionsWrite => "conversions:write",
            Self::ResultsRead => "results:read",
            Self::MetricsRead => "metrics:read",
            Self::UsersWrite => "users:write",
        }
    }

    /// Whether what it allows decides over others' access, so that it is held to `ADMIN_NETWORKS`.
    #[must_use]
    pub fn is_administrative(self) -> bool {
        self == Self::UsersWrite
    }

    /// The scopes named in a token; names that mean nothing here allow nothing.
    #[must_use]
    pub fn parse_list(text: &str) -> Vec<Self> {
        let known = |name: &str| Self::ALL.into_iter().find(|scope| scope.as_str() == name);
        text.split(' ').filter_map(known).collect()
    }

    /// The scopes as one text, as RFC 6749 section 3.3 writes them.
    #[must_use]
    pub fn write_list(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A set of scopes with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Runs tests and reads their results.
    Analyst,
    /// Reads.
    Viewer,
    /// A machine: assigns and records.
    Service,
}

impl Role {
    /// The role as it stands in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Viewer => "viewer",
            Self::Service => "service",
        }
    }

    /// Whether `next` does not allow everything that this one does.
    #[must_use]
    pub fn loses_by(self, next: Self) -> bool {
        self.scopes().iter().any(|scope| !next.scopes().contains(scope))
    }

    /// What the role allows.
    #[must_use]
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Admin => &Scope::ALL,
            Self::Analyst => &[Scope::TestsRead, Scope::TestsWrite, Scope::ResultsRead],
            Self::Viewer => &[Scope::TestsRead, Scope::ResultsRead],
            Self::Service => &[Scope::AssignmentsWrite, Scope::ConversionsWrite, Scope::MetricsRead],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_survive_the_way_through_a_token_and_unknown_names_allow_nothing() {
        assert_eq!(Scope::parse_list(&Scope::write_list(&Scope::ALL)), Scope::ALL);
        assert_eq!(Scope::parse_list("admin * tests:read TESTS:WRITE"), [Scope::TestsRead]);
        assert!(Scope::parse_list("").is_empty());
    }
}
