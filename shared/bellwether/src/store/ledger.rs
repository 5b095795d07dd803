//! Changes that the audit records. [`Ledger::make`] is the one way to make one: the change, the record of it and what
//! must hold of whoever makes it are one transaction, and the log has the record's line once they are stored. What is
//! changed so takes an [`AuditedChange`], and of that nothing but a record can be made.

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

/// A change that is to be made: its record and, when a person makes it, what must still hold of them.
#[derive(Debug)]
pub struct AuditedChange {
    entry: Entry,
    standing: Option<Standing>,
    quota: Option<Quota>,
}

/// What a change was not made for, so that nothing is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// Whoever makes it may not do so any more.
    Superseded,
    /// The workspace has as many as it may have.
    Full(Reached),
}

/// What became of a change: the outer result says whether the store answered, the inner one whether it was let be.
pub type Made<T> = Result<Result<T, Barred>, StoreError>;

impl Entry {
    /// The change of a person, which is made only while they may still do what their token says.
    ///
    /// # Errors
    /// When the token of `caller` is a machine's.
    pub fn by(self, caller: &Caller) -> Result<AuditedChange, Superseded> {
        let standing = Some(Standing::of(caller)?);
        Ok(AuditedChange { entry: self, standing, quota: None })
    }

    /// A change that no standing is asked for: one under IAM, or of who has just proved who they are.
    #[must_use]
    pub fn unconditional(self) -> AuditedChange {
        AuditedChange { entry: self, standing: None, quota: None }
    }
}

impl AuditedChange {
    /// The same, which adds one more of a kind to the workspace, and is not made when that has as many as it may.
    #[must_use]
    pub fn counted(self, quota: Quota) -> Self {
        Self { quota: Some(quota), ..self }
    }

    /// The same for a change of the very item that shows the standing, with what must hold of that item in it.
    /// DynamoDB takes one operation on an item in a transaction, so the change has to carry the condition itself.
    pub(super) fn carried_by_itself(self) -> (Self, Vec<(&'static str, AttributeValue)>) {
        let own = self.standing.map(|standing| conditions(&standing)).unwrap_or_default();
        (Self { entry: self.entry, standing: None, quota: self.quota }, own)
    }

    /// The standing that it needs, if a person makes it.
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
    /// Makes all `writes` of a change and its record, or none. Inside: the place among `writes` of the first whose
    /// condition failed. That the person may not is said first, whatever else is wrong.
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
                Err(place) if place < checks => Err(Barred::Superseded),
                Err(place) => match reached.filter(|_| place - checks == end) {
                    Some(reached) => Err(Barred::Full(reached)),
                    None => Ok(Err(place - checks)),
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
