//! What goes with every audited change, in the change's own transaction: the record of it and, when a person
//! makes it, the condition that they may still do so.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::identities::{Identities, user_key};
use super::item::Item;
use super::quota::Reached;
use super::table::{Answer, Table};
use super::transaction::Write;
use crate::auth::access::Caller;
use crate::auth::users::{Standing, Superseded};

/// The record of a change and, when a person makes it, what must still hold of them.
#[derive(Debug)]
pub struct Act {
    record: Write,
    actor: Option<Actor>,
    quota: Option<(Write, Reached)>,
}

/// The person who makes a change: their item, and what their token says of it.
#[derive(Debug)]
struct Actor {
    check: Write,
    standing: Standing,
}

/// A change under IAM, which asks for no standing.
impl From<Write> for Act {
    fn from(record: Write) -> Self {
        Self { record, actor: None, quota: None }
    }
}

impl Act {
    /// The change of a person whose item in `identities` has this `key`.
    pub(super) fn of(standing: Standing, identities: &Table, key: Item, record: Write) -> Self {
        let check = identities.check(key, Condition::All(conditions(&standing)));
        Self { record, actor: Some(Actor { check, standing }), quota: None }
    }

    /// The same, which counts one more by `write` and does not happen when that fails: then it is `reached`.
    pub(super) fn within(self, write: Write, reached: Reached) -> Self {
        Self { quota: Some((write, reached)), ..self }
    }

    /// The same for a change of the actor's own item, with what must hold of that item in it. DynamoDB takes
    /// one operation on an item in a transaction, so the change has to carry the condition itself.
    pub(super) fn on_itself(self) -> (Self, Vec<(&'static str, AttributeValue)>) {
        let own = self.actor.map(|actor| conditions(&actor.standing)).unwrap_or_default();
        (Self { record: self.record, actor: None, quota: self.quota }, own)
    }

    /// The standing that the change needs, if a person makes it.
    pub(super) fn standing(&self) -> Option<&Standing> {
        self.actor.as_ref().map(|actor| &actor.standing)
    }
}

/// What an act did not happen for, so that nothing is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// Its actor may not do it any more.
    Superseded,
    /// The workspace has as many as it may have.
    Full(Reached),
}

/// What became of an act.
pub type Acted<T> = Result<Result<T, Barred>, StoreError>;

impl Identities {
    /// The `record` of a change by `caller` as an act that happens only while they may still do it.
    ///
    /// # Errors
    /// When their token is a machine's.
    pub fn act(&self, caller: &Caller, record: Write) -> Result<Act, Superseded> {
        let standing = Standing::of(caller)?;
        let key = user_key(&standing.user_id);
        Ok(Act::of(standing, &self.table, key, record))
    }

    /// Whether `caller` may still do what their token says, for what is answered without a change.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when they may not any more.
    pub async fn confirm(&self, caller: &Caller) -> Result<Result<(), Superseded>, StoreError> {
        let Ok(standing) = Standing::of(caller) else { return Ok(Err(Superseded)) };
        Ok(standing.check(self.user(&standing.user_id).await?.as_ref()))
    }
}

impl Table {
    /// Makes all changes of an act and its record, or none. Inside: the place among `changes` of the first
    /// whose condition failed. That the actor may not is said first, whatever else is wrong.
    pub(super) fn act(&self, act: Act, changes: Vec<Write>) -> Answer<'_, Result<Result<(), usize>, Barred>> {
        let (checks, end) = (usize::from(act.actor.is_some()), changes.len());
        let check = act.actor.map(|actor| actor.check);
        let (count, reached) = act.quota.unzip();
        let writes = check.into_iter().chain(changes).chain(count).chain([act.record]).collect();
        let answer = self.write_all_or_tell(writes);
        Box::pin(async move {
            Ok(match answer.await? {
                Ok(()) => Ok(Ok(())),
                Err(place) if place < checks => Err(Barred::Superseded),
                Err(place) => match reached.filter(|_| place - checks == end) {
                    Some(reached) => Err(Barred::Full(reached)),
                    None => Ok(Err(place - checks)),
                },
            })
        })
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
