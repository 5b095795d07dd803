//! Look-ups of what is stored for accounts, which write nothing. `POST /tests/{test_id}/events/lookup` ([`events`])
//! returns the outcomes of accounts, and `POST /accounts/assignments` ([`assignments`]) what accounts were assigned in
//! every test and phase.

mod assignments;
mod cursor;
mod events;
#[cfg(test)]
mod tests;

use bellwether::runtime::{Function, Handled};
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<events::LookUpEvents>(), Handled::by::<assignments::LookUpAssignments>()])
        .reading(Keyed::Tests);
