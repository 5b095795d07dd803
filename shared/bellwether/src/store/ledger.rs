//! Audited changes. [`Ledger::make`] is the only way to make one: the change, its record and the condition on
//! its author are one transaction, and the record's log line is written once they are stored. Functions that
//! change audited items take an [`AuditedChange`], which can be created only from a record.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::audit::{Entry, Realm};
use super::condition::Condition;
use super::item::user_key;
use super::quota::{Quota, Reached};
use super::table::{Answer, Table};
use super::transaction::Write;
use crate::auth::access::Caller;
use crate::auth::users::{Standing, Superseded};
use crate::config::Quotas;

/// A change to be made: its record and, if a user makes it, the standing that must still apply.
#[derive(Debug)]
pub struct AuditedChange {
    entry: Entry,
    standing: Option<Standing>,
    quota: Option<Quota>,
}

/// The reason why a change was refused. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// The author no longer has the right.
    Superseded,
    /// The workspace has reached a quota.
    Full(Reached),
}

/// The result of a change. The outer result contains failures of the store, the inner one a refusal.
pub type Made<T> = Result<Result<T, Barred>, StoreError>;

impl Entry {
    /// Creates a change by a user, which is made only while the user still has the rights in the token.
    ///
    /// # Errors
    /// When the token of `caller` was issued to a client.
    pub fn by(self, caller: &Caller) -> Result<AuditedChange, Superseded> {
        let standing = Some(Standing::of(caller)?);
        Ok(AuditedChange { entry: self, standing, quota: None })
    }

    /// Creates a change without a condition on its author: one under IAM, or by a caller who has just
    /// authenticated.
    #[must_use]
    pub fn unconditional(self) -> AuditedChange {
        AuditedChange { entry: self, standing: None, quota: None }
    }
}

impl AuditedChange {
    /// Adds that the change creates one more item of a kind, and is refused when the workspace's quota is
    /// reached.
    #[must_use]
    pub fn counted(self, quota: Quota) -> Self {
        Self { quota: Some(quota), ..self }
    }

    /// Splits off the condition on the author, for a change of the author's own item. DynamoDB accepts one
    /// operation for each item in a transaction, so the change itself must contain the condition.
    pub(super) fn carried_by_itself(self) -> (Self, Vec<(&'static str, AttributeValue)>) {
        let own = self.standing.map(|standing| conditions(&standing)).unwrap_or_default();
        (Self { entry: self.entry, standing: None, quota: self.quota }, own)
    }

    /// The standing that the change requires, if a user makes it.
    pub(super) fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }
}

/// Makes changes together with their records.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(super) audit: Table,
    pub(super) identities: Table,
    pub(super) quotas: Quotas,
}

impl Ledger {
    /// Makes all `writes` of a change and its record, or none. Returns the index of the first of `writes`
    /// whose condition failed. A refusal of the author takes precedence over other failures.
    pub(super) fn make(
        &self,
        change: AuditedChange,
        writes: Vec<Write>,
    ) -> Answer<'_, Result<Result<(), usize>, Barred>> {
        let AuditedChange { entry, standing, quota } = change;
        let check = standing.map(|standing| {
            self.identities.check(user_key(&standing.user_id), Condition::All(conditions(&standing)))
        });
        let (checks, end) = (usize::from(check.is_some()), writes.len());
        let (count, reached) = quota.map(|quota| self.count(quota, &entry.record.workspace)).unzip();
        Box::pin(async move {
            let record = self.audit.write(entry.item()?, Condition::New);
            let writes = check.into_iter().chain(writes).chain(count).chain([record]).collect();
            Ok(match self.audit.write_all(writes).await? {
                Ok(()) => {
                    entry.log();
                    Ok(Ok(()))
                }
                Err(index) if index < checks => Err(Barred::Superseded),
                Err(index) => match reached.filter(|_| index - checks == end) {
                    Some(reached) => Err(Barred::Full(reached)),
                    None => Ok(Err(index - checks)),
                },
            })
        })
    }

    fn count(&self, quota: Quota, realm: &Realm) -> (Write, Reached) {
        quota.one_more(&self.identities, &self.quotas, realm)
    }
}

fn conditions(standing: &Standing) -> Vec<(&'static str, AttributeValue)> {
    vec![
        ("disabled", AttributeValue::Bool(false)),
        ("workspace", AttributeValue::S(standing.workspace.to_string())),
        ("role", AttributeValue::S(standing.role.as_str().to_owned())),
        ("session_epoch", AttributeValue::N(standing.session_epoch.to_string())),
    ]
}
