//! Look-ups of what is stored for accounts, which write nothing. `POST /tests/{test_id}/events/lookup` ([`events`])
//! returns the outcomes of accounts, and `POST /accounts/assignments` ([`assignments`]) what accounts were assigned in
//! every test and phase. `POST /accounts/lookup` ([`lookup`]) returns accounts of the directory by id or alias,
//! `GET /accounts` ([`list`]) lists all, and `POST /accounts/count` ([`count`]) counts those that meet a condition.
//!
//! Ids and aliases are in request bodies only, because paths and query strings are logged. For the same reason, the
//! cursor of a page of accounts contains no id.

mod assignments;
mod count;
mod cursor;
mod events;
mod list;
mod lookup;
#[cfg(test)]
mod tests;

use bellwether::runtime::{Function, Handled};
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function = Function::of(&[
    Handled::by::<events::LookUpEvents>(),
    Handled::by::<assignments::LookUpAssignments>(),
    Handled::by::<lookup::LookUpAccounts>(),
    Handled::by::<list::LookUpAccountsList>(),
    Handled::by::<count::LookUpAccountsCount>(),
])
.reading(Keyed::Tests);
