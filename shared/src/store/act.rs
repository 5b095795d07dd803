//! What goes with every audited change, in the change's own transaction: the record of it and, when a person
//! makes it, the condition that they may still do so.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::Item;
use super::table::{Answer, Table};
use super::transaction::Write;
use crate::auth::standing::{Standing, Superseded};

/// The record of a change and, when a person makes it, what must still hold of them.
#[derive(Debug)]
pub struct Act {
    record: Write,
    actor: Option<Actor>,
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
        Self { record, actor: None }
    }
}

impl Act {
    /// The change of a person whose item in `identities` has this `key`.
    pub(super) fn of(standing: Standing, identities: &Table, key: Item, record: Write) -> Self {
        let check = identities.check(key, Condition::All(conditions(&standing)));
        Self { record, actor: Some(Actor { check, standing }) }
    }

    /// The same for a change of the actor's own item, with what must hold of that item in it. DynamoDB takes
    /// one operation on an item in a transaction, so the change has to carry the condition itself.
    pub(super) fn on_itself(self) -> (Self, Vec<(&'static str, AttributeValue)>) {
        let own = self.actor.map(|actor| conditions(&actor.standing)).unwrap_or_default();
        (Self { record: self.record, actor: None }, own)
    }

    /// The standing that the change needs, if a person makes it.
    pub(super) fn standing(&self) -> Option<&Standing> {
        self.actor.as_ref().map(|actor| &actor.standing)
    }
}

/// What became of an act: [`Superseded`] when its actor may not do it any more, and then nothing is changed.
pub type Acted<T> = Result<Result<T, Superseded>, StoreError>;

impl Table {
    /// Makes all changes of an act and its record, or none. Inside: the place among `changes` of the first
    /// whose condition failed. That the actor may not is said first, whatever else is wrong.
    pub(super) fn act(
        &self,
        act: Act,
        changes: Vec<Write>,
    ) -> Answer<'_, Result<Result<(), usize>, Superseded>> {
        let checks = usize::from(act.actor.is_some());
        let check = act.actor.map(|actor| actor.check);
        let writes = check.into_iter().chain(changes).chain([act.record]).collect();
        let answer = self.write_all_or_tell(writes);
        Box::pin(async move {
            Ok(match answer.await? {
                Ok(()) => Ok(Ok(())),
                Err(place) if place < checks => Err(Superseded),
                Err(place) => Ok(Err(place - checks)),
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
