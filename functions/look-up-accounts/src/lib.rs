//! Look-ups of what is stored for accounts, which write nothing. `POST /tests/{test_id}/events/lookup` ([`events`])
//! returns the outcomes of accounts.

mod cursor;
mod events;
#[cfg(test)]
mod tests;

use bellwether::runtime::{Function, Handled};
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<events::LookUpEvents>()]).reading(Keyed::Tests);
