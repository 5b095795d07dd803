//! The items of accounts and of their aliases.

use aws_sdk_dynamodb::types::AttributeValue;

use super::super::StoreError;
use super::super::item::{Item, key, text, text_value};
use super::super::schema::{ACCOUNT, LISTED_IN, PK, PLACE, TTL, UNIT_ID};
use domain::account::Account;
use domain::clock::Timestamp;
use domain::experiment::{UnitId, Workspace};

/// The number of changes of an account.
pub(super) const REVISION: &str = "revision";
/// The document of an account in the items of its aliases. The index does not contain it.
const ALIAS_OF: &str = "alias_of";

/// The key of the item of a name. The name of a workspace contains no slash.
pub(super) fn name_key(workspace: &Workspace, name: &UnitId) -> Item {
    key(format!("{workspace}/{name}"))
}

/// The name whose item this is.
pub(super) fn name_in(workspace: &Workspace, item: &Item) -> Result<UnitId, StoreError> {
    let name = text(item, PK)?.strip_prefix(workspace.as_str()).and_then(|rest| rest.strip_prefix('/'));
    UnitId::parse(name.unwrap_or_default()).map_err(StoreError::broken)
}

/// The partition of the index with the aliases of a workspace.
pub(super) fn aliases_of(workspace: &Workspace) -> String {
    format!("{workspace}/aliases")
}

/// The item of an account under its id.
pub(super) fn own(workspace: &Workspace, account: &Account) -> Result<Item, StoreError> {
    let mut item = of(workspace, &account.unit_id, account, ACCOUNT)?;
    item.insert(LISTED_IN.to_owned(), text_value(workspace.as_str()));
    item.insert(PLACE.to_owned(), text_value(account.place.as_str()));
    Ok(item)
}

/// The item of one of its aliases.
pub(super) fn alias(workspace: &Workspace, account: &Account, alias: &UnitId) -> Result<Item, StoreError> {
    let mut item = of(workspace, alias, account, ALIAS_OF)?;
    item.insert(LISTED_IN.to_owned(), text_value(&aliases_of(workspace)));
    item.insert(PLACE.to_owned(), text_value(alias.as_str()));
    Ok(item)
}

fn of(workspace: &Workspace, name: &UnitId, account: &Account, document: &str) -> Result<Item, StoreError> {
    let mut item = name_key(workspace, name);
    item.insert(UNIT_ID.to_owned(), text_value(account.unit_id.as_str()));
    item.insert(REVISION.to_owned(), AttributeValue::N(account.revision.to_string()));
    let json = serde_json::to_string(account).map_err(StoreError::broken)?;
    item.insert(document.to_owned(), AttributeValue::S(json));
    Ok(item)
}

/// The item of a removed alias. It is empty and expires, because no function may delete.
pub(super) fn removed(workspace: &Workspace, alias: &UnitId, now: Timestamp) -> Item {
    let mut item = name_key(workspace, alias);
    item.insert(TTL.to_owned(), AttributeValue::N(now.seconds().to_string()));
    item
}

/// The account in an item, under its id or an alias. None for a removed alias.
pub(super) fn account(item: &Item) -> Result<Option<Account>, StoreError> {
    let document = [ACCOUNT, ALIAS_OF].into_iter().find_map(|name| text(item, name).ok());
    document.map(|json| serde_json::from_str(json).map_err(StoreError::broken)).transpose()
}
