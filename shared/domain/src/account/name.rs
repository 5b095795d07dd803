//! The names of accounts: which texts are the same id or alias.

use crate::experiment::UnitId;

/// A text that names an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The form under which the directory stores it, as an id or an alias.
    pub key: UnitId,
    /// The id of a unit that it is, unless the directory knows it as an alias; or why it cannot be an id.
    pub id: Result<UnitId, String>,
}
